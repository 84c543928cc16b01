"""How files are sent: with safe headers, streamed in pieces, or by nginx."""

from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.test import AsyncRequestFactory, RequestFactory
from pytest_django import Settings

from common.media import CHUNK, announce_media, send_media

TRICKS = [
    "",
    "../secret.jpg",
    "photos/../../secret.jpg",
    "/etc/passwd",
    "photos",
    "photos/aa/bb/none.jpg",
    "photos//..//..//secret.jpg",
]


@pytest.fixture
def name(media_root: Path) -> str:
    """Return the name of a stored file."""
    (media_root.parent / "secret.jpg").write_bytes(b"secret")
    return default_storage.save("photos/a.jpg", ContentFile(b"0123456789"))


def get(**headers: str) -> HttpRequest:
    """Return a request like that of a WSGI server."""
    return RequestFactory().get("/", headers=headers)


def body(response: HttpResponseBase) -> bytes:
    """Return the bytes of an answer, and close it."""
    assert isinstance(response, FileResponse)
    data = b"".join(response.streaming_content)  # type: ignore[arg-type]  # a sync answer
    response.close()
    return data


def test_sends_the_bytes_with_safe_headers(name: str) -> None:
    response = send_media(get(), name, public=False)
    assert response["Content-Type"] == "image/jpeg"
    assert response["Content-Security-Policy"].startswith("default-src 'none'; sandbox")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"
    assert response["Content-Disposition"] == "inline"
    assert response["Content-Length"] == "10"
    assert body(response) == b"0123456789"


def test_forbids_caches_to_keep_a_private_file(name: str) -> None:
    response = send_media(get(), name, public=False)
    response.close()
    assert response["Cache-Control"] == "private, no-store"


def test_lets_caches_keep_a_public_file_for_five_minutes(name: str) -> None:
    response = send_media(get(), name, public=True)
    response.close()
    assert response["Cache-Control"] == "public, max-age=300, s-maxage=0"
    assert response["Cross-Origin-Resource-Policy"] == "cross-origin"


def test_answers_304_for_a_known_etag(name: str) -> None:
    tag = send_media(RequestFactory().head("/"), name, public=True)["ETag"]
    response = send_media(get(if_none_match=tag), name, public=True)
    assert response.status_code == 304
    assert response["Cache-Control"] == "public, max-age=300, s-maxage=0"


def test_answers_a_head_without_a_body(name: str) -> None:
    response = send_media(RequestFactory().head("/"), name, public=False)
    assert response["Content-Length"] == "10"
    assert getattr(response, "content", None) == b""


@pytest.mark.parametrize(
    "title", ["painting.jpg", 'a"b.jpg', "猫.jpg", "a\r\nSet-Cookie: b=c.jpg", "../up.jpg"]
)
def test_names_a_download_and_lets_no_header_in(name: str, title: str) -> None:
    response = send_media(get(), name, public=False, download_as=title)
    response.close()
    disposition = response["Content-Disposition"]
    assert disposition.startswith("attachment; filename")
    assert "\n" not in disposition
    assert "Set-Cookie" not in response.headers


@pytest.mark.parametrize("trick", TRICKS)
def test_finds_no_file_outside_the_folder(name: str, trick: str) -> None:
    with pytest.raises(Http404):
        send_media(get(), trick, public=True)
    assert default_storage.exists(name)


def test_lets_nginx_send_the_file(name: str, settings: Settings) -> None:
    settings.MEDIA_ACCEL_PREFIX = "/protected/"
    response = send_media(get(), name, public=False, download_as="a.jpg")
    assert response["X-Accel-Redirect"] == f"/protected/{name}"
    assert response["Content-Type"] == "image/jpeg"
    assert response["Cache-Control"] == "private, no-store"
    assert response["Content-Disposition"] == 'attachment; filename="a.jpg"'
    assert getattr(response, "content", None) == b""


async def test_streams_a_file_in_pieces_under_asgi(media_root: Path) -> None:
    data = bytes(range(256)) * (CHUNK // 100)
    name = default_storage.save("photos/large.png", ContentFile(data))
    assert (media_root / name).is_file()
    response = send_media(AsyncRequestFactory().get("/"), name, public=False)
    assert isinstance(response, StreamingHttpResponse)
    assert response.is_async
    pieces = [piece async for piece in response]
    assert len(pieces) == 3
    assert b"".join(pieces) == data
    assert response["Content-Length"] == str(len(data))


async def test_sends_the_whole_file_even_if_it_is_removed_during_the_answer(
    media_root: Path,
) -> None:
    data = bytes(CHUNK + 1)
    name = default_storage.save("photos/replaced.jpg", ContentFile(data))
    response = send_media(AsyncRequestFactory().get("/"), name, public=False)
    (media_root / name).unlink()
    assert isinstance(response, StreamingHttpResponse)
    assert b"".join([piece async for piece in response]) == data
    response.close()


def test_closes_a_file_that_is_not_read(media_root: Path) -> None:
    name = default_storage.save("photos/left.jpg", ContentFile(b"picture"))
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(5):
        send_media(AsyncRequestFactory().get("/"), name, public=False).close()
    assert (media_root / name).is_file()
    assert len(list(Path("/proc/self/fd").iterdir())) <= before


def test_announces_a_file_that_is_not_made_yet_with_the_same_headers() -> None:
    response = announce_media(get(), "a/b-png.png", public=False, download_as="a.png")
    assert (response.status_code, response["ETag"]) == (200, '"b-png"')
    assert response["Content-Type"] == "image/png"
    assert response["Cache-Control"] == "private, no-store"
    assert response["Content-Security-Policy"].startswith("default-src 'none'")
    known = announce_media(get(**{"If-None-Match": '"b-png"'}), "a/b-png.png", public=True)
    assert known.status_code == 304


def test_sends_an_unknown_type_as_bytes(media_root: Path) -> None:
    name = default_storage.save("photos/a.svg", ContentFile(b"<svg/>"))
    response = send_media(get(), name, public=False)
    response.close()
    assert response["Content-Type"] == "application/octet-stream"
    assert media_root.is_dir()
