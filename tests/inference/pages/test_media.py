"""Files of photos and jobs: only the owner gets them; for all others they do not exist."""

import re
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.test import AsyncClient, Client
from django.urls import reverse

from accounts.models import User
from common.media import send_media
from inference.models import Job, Photo
from inference.pages import media as media_views
from tests.support.factories import finished_job, make_job, make_photo, make_style, make_tile

VARIANTS = ["original", "preview", "thumb"]


@pytest.fixture
def photo(media_root: Path, alice: User) -> Photo:
    """Return a photo of alice."""
    assert media_root.is_dir()
    return make_photo(alice)


@pytest.fixture
def job(photo: Photo) -> Job:
    """Return a finished job of alice."""
    return finished_job(photo.owner, photo=photo)


def signed_in(user: User | None) -> Client:
    """Return a browser in which `user` is signed in; an anonymous one for None."""
    client = Client()
    if user:
        client.force_login(user)
    return client


def photo_url(photo: Photo, variant: str = "original") -> str:
    """Return the address of a photo's file."""
    return reverse("photo-file", kwargs={"pk": photo.pk, "variant": variant})


def job_urls(job: Job) -> list[str]:
    """Return the addresses of a job's files."""
    return [
        reverse("job-preview", kwargs={"pk": job.pk, "version": job.preview_version}),
        reverse("job-result", kwargs={"pk": job.pk}),
    ]


@pytest.mark.parametrize("variant", VARIANTS)
def test_sends_a_photo_to_its_owner(photo: Photo, variant: str) -> None:
    response = signed_in(photo.owner).get(photo_url(photo, variant))
    assert response.status_code == 200
    assert response["Content-Type"] == "image/png"
    assert response["Cache-Control"] == "private, no-store"
    assert response["Content-Security-Policy"].startswith("default-src 'none'; sandbox")
    assert response.getvalue().startswith(b"\x89PNG")


@pytest.mark.parametrize("variant", VARIANTS)
def test_hides_a_photo_from_all_others(photo: Photo, bob: User, variant: str) -> None:
    for visitor in (bob, None):
        assert signed_in(visitor).get(photo_url(photo, variant)).status_code == 404


def test_hides_a_photo_from_administrators_too(photo: Photo, admin_user: User) -> None:
    assert signed_in(admin_user).get(photo_url(photo)).status_code == 404


def test_does_not_reveal_whether_a_photo_exists(photo: Photo, bob: User) -> None:
    client = signed_in(bob)
    missing = reverse("photo-file", kwargs={"pk": uuid4(), "variant": "thumb"})
    answers = [client.get(url) for url in (photo_url(photo, "thumb"), missing)]
    # The page holds its address and a CSRF token, which is masked differently each time.
    pages = {
        re.sub(r"[0-9A-Za-z]{64}|[0-9a-f-]{36}", "*", each.content.decode()) for each in answers
    }
    assert len(pages) == 1
    assert {answer.status_code for answer in answers} == {404}


def test_sends_no_unknown_variant(photo: Photo) -> None:
    assert signed_in(photo.owner).get(photo_url(photo, "secret")).status_code == 404


def test_only_reads(photo: Photo) -> None:
    client = signed_in(photo.owner)
    assert client.head(photo_url(photo)).status_code == 200
    assert client.post(photo_url(photo)).status_code == 405
    assert client.delete(photo_url(photo)).status_code == 405


def test_sends_the_files_of_a_job_to_its_owner(job: Job) -> None:
    for url in job_urls(job):
        response = signed_in(job.owner).get(url)
        assert response.status_code == 200
        assert response["Cache-Control"] == "private, no-store"
        assert response.getvalue()


def test_hides_the_files_of_a_job_from_all_others(job: Job, bob: User) -> None:
    for url in job_urls(job):
        for visitor in (bob, None):
            assert signed_in(visitor).get(url).status_code == 404


def test_sends_the_newest_preview_whatever_the_version(job: Job) -> None:
    url = reverse("job-preview", kwargs={"pk": job.pk, "version": 77})
    response = signed_in(job.owner).get(url)
    assert response.status_code == 200
    assert response.getvalue()


def test_sends_the_newer_preview_instead(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = job.preview, default_storage.save("jobs/new.jpg", ContentFile(b"newer"))

    def replaced_first(request: HttpRequest, name: str, *, public: bool) -> HttpResponseBase:
        if name == old:
            Job.objects.filter(pk=job.pk).update(preview=new)
            default_storage.delete(old)
        return send_media(request, name, public=public)

    monkeypatch.setattr(media_views, "send_media", replaced_first)

    response = signed_in(job.owner).get(job_urls(job)[0])

    assert (response.status_code, response.getvalue()) == (200, b"newer")


def test_has_no_files_of_a_job_that_only_waits(photo: Photo) -> None:
    waiting = make_job(photo=photo)
    for url in job_urls(waiting):
        assert signed_in(photo.owner).get(url).status_code == 404


def test_names_a_downloaded_result(job: Job) -> None:
    url = reverse("job-result", kwargs={"pk": job.pk})
    response = signed_in(job.owner).get(url, {"download": "1"})
    assert response.getvalue()
    assert response["Content-Disposition"] == (
        f'attachment; filename="styleweb-{job.pk.hex[:8]}.png"'
    )


@pytest.mark.parametrize(
    "trick",
    [
        "/media/",
        "/media/photos/",
        "/media/photos/{file}",
        "/media/{file}",
        "/protected/{file}",
        "/media/photos/{pk}/original",
        "/media/photos/{pk}/original;thumb/",
        "/media/photos/{pk}/%2e%2e/",
        "/media/photos/{pk}/..%2foriginal/",
        "/media/photos//{pk}/original/",
        "/media/Photos/{pk}/original/",
        "/media/photos/{pk}/original./",
        "/media/photos/{pk}/original%00/",
        "/media/photos/%7B{pk}%7D/original/",
    ],
)
def test_is_not_tricked_by_other_addresses(photo: Photo, bob: User, trick: str) -> None:
    url = trick.format(pk=photo.pk, file=photo.file.name)
    for visitor in (bob, None):
        answer = signed_in(visitor).get(url, follow=True)
        assert answer.status_code in {400, 404}


@pytest.mark.django_db(transaction=True)
async def test_streams_under_asgi(photo: Photo) -> None:
    client = AsyncClient()
    await client.aforce_login(photo.owner)
    answer: Any = await client.get(photo_url(photo))
    assert answer.is_async
    pieces = [piece async for piece in answer]
    assert b"".join(pieces).startswith(b"\x89PNG")


def test_sends_a_proof_only_to_the_owner_of_its_photo(photo: Photo, alice: User, bob: User) -> None:
    tile = make_tile(photo, make_style("ink"))
    url = reverse("proof-tile", kwargs={"pk": tile.pk})
    response = signed_in(alice).get(url)
    assert response["Cache-Control"] == "private, no-store"
    assert response.getvalue().startswith(b"RIFF")
    for stranger in (bob, None):
        assert signed_in(stranger).get(url).status_code == 404
        assert signed_in(stranger).get(f"/media/{tile.file}").status_code == 404
    assert signed_in(alice).get(reverse("proof-tile", kwargs={"pk": uuid4()})).status_code == 404


def test_has_no_picture_of_a_proof_that_failed(photo: Photo, alice: User) -> None:
    tile = make_tile(photo, make_style("ink"), file="", error_code="out_of_memory")
    url = reverse("proof-tile", kwargs={"pk": tile.pk})
    assert signed_in(alice).get(url).status_code == 404
