"""A ZIP file of artworks has what this visitor may see, and the credits of all of it."""

import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.http import Http404
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from accounts.models import User
from common.sandbox import slots
from gallery import archives
from gallery.access import Viewer
from gallery.galleries import add_to_gallery, create_gallery
from gallery.media_views import send_gallery
from gallery.models import Artwork, Gallery, ShareLink
from gallery.services import delete_artwork, keep_artwork, publish_artwork
from style_transfer.imaging.metadata.exif import ARTIST
from tests.common.test_storage import files_in
from tests.support.clients import app_of, assert_problem, session_of
from tests.support.factories import finished_job, make_style

pytestmark = pytest.mark.django_db


@pytest.fixture
def artworks(media_root: Path, alice: User) -> list[Artwork]:
    """Return two artworks of alice with the same title. Only the first one is public."""
    assert media_root.is_dir()
    style = make_style()
    kept = [
        keep_artwork(job=finished_job(alice, styles=[style], seed=seed), title="海の夜")
        for seed in (1, 2)
    ]
    return [publish_artwork(artwork=kept[0], license="CC-BY-4.0"), kept[1]]


@pytest.fixture
def gallery(artworks: list[Artwork], alice: User) -> Gallery:
    """Return a public gallery with both artworks."""
    made = create_gallery(owner=alice, title="By the Sea", visibility="public")
    add_to_gallery(gallery=made, artworks=[each.pk for each in artworks])
    return made


def content_of(response: Any) -> zipfile.ZipFile:
    """Return the archive in a whole answer."""
    assert response.status_code == 200
    archive = zipfile.ZipFile(io.BytesIO(response.getvalue()))
    assert archive.testzip() is None
    return archive


def address_of(gallery: Gallery) -> str:
    """Return the address for browsers."""
    return reverse("gallery-archive", kwargs={"pk": gallery.pk})


def test_has_the_whole_gallery_for_its_owner(gallery: Gallery, alice: User) -> None:
    client = Client()
    client.force_login(alice)
    response = client.get(address_of(gallery))
    assert response["Content-Disposition"] == 'attachment; filename="styleweb-by-the-sea.zip"'
    archive = content_of(response)
    names = ["001-海の夜.png", "002-海の夜.png"]
    assert archive.namelist() == [*names, "CREDITS.txt", "credits.json"]
    for name in names:
        with Image.open(io.BytesIO(archive.read(name))) as picture:
            picture.load()
            assert picture.getexif()[ARTIST] == "alice"
    said = archive.read("CREDITS.txt").decode()
    assert f"{names[0]}\n“海の夜” by alice, http://testserver" in said
    assert "“Great Wave” by Katsushika Hokusai" in said
    data = json.loads(archive.read("credits.json"))
    assert [each["file"] for each in data["pictures"]] == names
    assert data["pictures"][0]["works"][0]["license"] == "CC BY 4.0"
    assert data["missing"] == 0


def test_has_only_what_a_visitor_sees(gallery: Gallery) -> None:
    for address in (
        address_of(gallery),
        reverse("api-gallery-archive", kwargs={"pk": gallery.pk}),
    ):
        archive = content_of(Client().get(address))
        assert archive.namelist() == ["001-海の夜.png", "CREDITS.txt", "credits.json"]


@pytest.mark.slow
def test_has_smaller_pictures_for_some_links(alice: User, media_root: Path) -> None:
    assert media_root.is_dir()
    kept = keep_artwork(job=finished_job(alice, size=(1400, 100), styles=[make_style()]))
    gallery = create_gallery(owner=alice, title="By the Sea")
    add_to_gallery(gallery=gallery, artworks=[kept.pk])
    before = files_in(media_root)
    link = ShareLink(owner=alice, gallery=gallery, max_side=1280, allows_download=True)
    link.expires_at = timezone.now() + timedelta(days=1)
    answer = send_gallery(RequestFactory().get("/"), gallery, Viewer(user=None, link=link))
    with Image.open(io.BytesIO(content_of(answer).read(f"001-{kept.pk.hex[:8]}.png"))) as small:
        assert small.size == (1280, 91)
        assert small.getexif()[ARTIST] == "alice"
    assert files_in(media_root) == before
    link.allows_download = False
    with pytest.raises(Http404):
        send_gallery(RequestFactory().get("/"), gallery, Viewer(user=None, link=link))


def test_reads_the_database_only_before_the_first_byte(
    gallery: Gallery, alice: User, django_assert_num_queries: Any
) -> None:
    client = Client()
    client.force_login(alice)
    response = client.get(address_of(gallery))
    with django_assert_num_queries(0):
        assert len(content_of(response).namelist()) == 4


def test_needs_no_query_for_the_credit_of_a_converted_picture(
    gallery: Gallery, alice: User
) -> None:
    counts = []
    for side in (None, 8):
        link = ShareLink(owner=alice, gallery=gallery, max_side=side, allows_download=True)
        with CaptureQueriesContext(connection) as queries:
            request = RequestFactory().get("/")
            send_gallery(request, gallery, Viewer(user=None, link=link)).close()
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_is_sent_once_at_a_time_to_a_network(
    gallery: Gallery, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    monkeypatch.setattr(slots, "PATIENCE_SECONDS", 0.0)
    settings.SLOT_LINES = {"archives": 5}
    address = address_of(gallery)
    first = Client(REMOTE_ADDR="2001:db8::1").get(address)
    # It is the same network, where one client has as many addresses as it likes.
    assert Client(REMOTE_ADDR="2001:db8::2").get(address).status_code == 503
    other = Client(REMOTE_ADDR="2001:db8:0:1::1").get(address)
    assert (first.status_code, other.status_code) == (200, 200)
    first.close()
    other.close()


def test_tells_nothing_private(gallery: Gallery, alice: User) -> None:
    data = Client().get(address_of(gallery)).getvalue()
    for secret in (alice.email, "photo.png", str(gallery.pk)):
        assert secret.encode() not in data


@pytest.mark.django_db(transaction=True)
def test_leaves_out_what_is_deleted_during_the_download(
    gallery: Gallery, artworks: list[Artwork], alice: User
) -> None:
    client = Client()
    client.force_login(alice)
    response: Any = client.get(address_of(gallery))
    pieces = iter(response.streaming_content)
    begun = next(pieces)
    # The first one is open already, and arrives whole.
    for artwork in artworks:
        delete_artwork(artwork=artwork)
    archive = zipfile.ZipFile(io.BytesIO(begun + b"".join(pieces)))
    assert archive.testzip() is None
    assert archive.namelist() == ["001-海の夜.png", "CREDITS.txt", "credits.json"]
    assert "not in this file: 1" in archive.read("CREDITS.txt").decode()
    assert json.loads(archive.read("credits.json"))["missing"] == 1


def test_writes_nothing_to_the_disk(
    gallery: Gallery, media_root: Path, settings: Any, tmp_path: Path
) -> None:
    settings.DISK_RESERVE_BYTES = 2**62  # no space at all
    before = files_in(media_root)
    content_of(Client().get(address_of(gallery)))
    assert files_in(media_root) == before


def test_is_refused_for_an_empty_gallery(alice: User) -> None:
    empty = create_gallery(owner=alice, title="Empty", visibility="public")
    assert Client().get(address_of(empty))["Location"] == empty.get_absolute_url()
    api = Client().get(reverse("api-gallery-archive", kwargs={"pk": empty.pk}))
    assert_problem(api, 422, "nothing_to_download")


def test_has_a_selection_in_its_order(artworks: list[Artwork], alice: User) -> None:
    ids = [str(artworks[1].pk), str(artworks[0].pk), str(artworks[1].pk)]
    client = Client()
    client.force_login(alice)
    page = client.post(reverse("selection"), {"deed": "download", "artworks": ids})
    assert page["Content-Disposition"] == 'attachment; filename="styleweb-pictures.zip"'
    assert len(content_of(page).namelist()) == 4
    app = app_of(alice, "artworks:read")
    asked = app.post(reverse("api-artwork-archive"), {"artworks": ids}, format="json")
    works = json.loads(content_of(asked).read("credits.json"))["pictures"]
    assert [each["works"][0]["license"] for each in works] == ["", "CC BY 4.0"]


def test_has_no_pictures_of_others(artworks: list[Artwork], bob: User) -> None:
    ids = [str(artworks[0].pk)]
    asked = session_of(bob).post(reverse("api-artwork-archive"), {"artworks": ids}, format="json")
    assert_problem(asked, 422, "unknown_artwork")
    client = Client()
    client.force_login(bob)
    page = client.post(reverse("selection"), {"deed": "download", "artworks": ids})
    assert page["Location"] == reverse("my-artworks")


def test_is_refused_for_nothing_and_for_too_many(
    artworks: list[Artwork], alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, address = session_of(alice), reverse("api-artwork-archive")
    for ids in ([], ["00000000-0000-4000-8000-000000000000"] * 600):
        problem = assert_problem(
            session.post(address, {"artworks": ids}, format="json"),
            422,
            "invalid" if ids else "nothing_to_download",
        )
        if ids:
            assert problem["errors"][0]["code"] == "max_length"
    monkeypatch.setattr(archives, "MAX_PICTURES", 1)
    client = Client()
    client.force_login(alice)
    wish = {"deed": "download", "artworks": [str(each.pk) for each in artworks]}
    page = client.post(reverse("selection"), wish, follow=True)
    assert "Download at most 1 pictures at once." in page.content.decode()
