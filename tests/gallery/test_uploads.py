"""Artworks that were made elsewhere: uploaded through the picture gate, marked, and moderated."""

import errno
import io
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from PIL import Image
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import User
from common.storage import AtomicFileSystemStorage, StorageFull
from common.uploads import UploadRefused
from gallery.models import Artwork
from gallery.moderation import hide_artwork
from gallery.services import LicenseRefused, delete_artwork, publish_artwork
from gallery.uploads import ArtworkQuotaExceeded, upload_artwork
from tests.common.test_storage import files_in
from tests.gallery.test_views import client_of
from tests.support.clients import app_of, assert_problem, session_of
from tests.support.factories import make_picture

pytestmark = pytest.mark.django_db(transaction=True)
UPLOAD = "/api/v1/artworks/upload/"
PAGE = reverse("artwork-upload")


def photo_of_a_painting(size: tuple[int, int] = (96, 72), seed: int = 0) -> bytes:
    """Return a JPEG with a GPS position in its EXIF data."""
    buffer = io.BytesIO()
    picture = make_picture(size, seed=seed)
    exif = Image.Exif()
    exif.get_ifd(0x8825).update({1: "N", 2: (48.0, 51.0, 24.0)})
    picture.save(buffer, "JPEG", exif=exif)
    return buffer.getvalue()


def uploaded(owner: User, *, rights: str = "own-work", seed: int = 0, **texts: str) -> Artwork:
    file = io.BytesIO(photo_of_a_painting(seed=seed))
    return upload_artwork(owner=owner, file=file, rights=rights, **texts)[0]


def stored(artwork: Artwork) -> bytes:
    with artwork.file.open() as file:
        return bytes(file.read())


@pytest.fixture(autouse=True)
def media(media_root: Path) -> Path:
    return media_root


class TestUpload:
    def test_is_private_and_marked(self, alice: User) -> None:
        artwork = uploaded(alice, title="Harbor\x07", alt_text="Boats")
        assert (artwork.title, artwork.alt_text, artwork.visibility) == (
            "Harbor",
            "Boats",
            "private",
        )
        assert artwork.is_uploaded
        assert (artwork.width, artwork.height) == (96, 72)
        data = stored(artwork)
        assert b"compositeWithTrainedAlgorithmicMedia" not in data
        assert not Image.open(io.BytesIO(data)).getexif().get_ifd(0x8825)

    def test_is_one_artwork_when_sent_twice(self, alice: User, bob: User, media: Path) -> None:
        first = uploaded(alice, title="Harbor")
        files = files_in(media)
        assert uploaded(alice, title="Other") == first
        assert files_in(media) == files
        assert uploaded(bob) != first

    @pytest.mark.parametrize(
        ("data", "code"),
        [
            (b"", "empty_file"),
            (b"no picture", "unsupported_format"),
            (photo_of_a_painting((20, 20)), "too_small"),
            (photo_of_a_painting()[:300], "unreadable"),
        ],
        ids=["empty", "text", "small", "cut"],
    )
    def test_refuses_what_photos_refuse(
        self, alice: User, media: Path, data: bytes, code: str
    ) -> None:
        with pytest.raises(UploadRefused) as refusal:
            upload_artwork(owner=alice, file=io.BytesIO(data), rights="own-work")
        assert refusal.value.code == code
        assert not Artwork.objects.exists()
        assert not files_in(media)

    def test_has_a_storage_limit(self, alice: User, settings: Settings, media: Path) -> None:
        settings.ARTWORKS_MAX_BYTES_PER_USER = uploaded(alice).bytes + 10
        files = files_in(media)
        with pytest.raises(ArtworkQuotaExceeded):
            uploaded(alice, seed=1)
        assert files_in(media) == files
        delete_artwork(artwork=Artwork.objects.get())
        assert uploaded(alice, seed=1)

    def test_leaves_nothing_on_a_full_disk(
        self, alice: User, media: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(*_args: object) -> None:
            raise OSError(errno.ENOSPC, "full")

        monkeypatch.setattr(AtomicFileSystemStorage, "_write_durably", full)
        with pytest.raises(StorageFull):
            uploaded(alice)
        assert not Artwork.objects.exists()
        assert not files_in(media)

    def test_the_database_keeps_uploads_apart(self, alice: User) -> None:
        artwork = uploaded(alice)
        for wrong in ({"rights": ""}, {"origin": "painted"}):
            with pytest.raises(IntegrityError), transaction.atomic():
                Artwork.objects.filter(pk=artwork.pk).update(**wrong)


class TestPublish:
    @pytest.mark.parametrize(
        ("rights", "license_id", "outcome"),
        [
            ("own-work", "CC0-1.0", "published"),
            ("own-work", "all-rights-reserved", "published"),
            ("own-work", "CC-PDM-1.0", "refused"),
            ("CC-PDM-1.0", "CC-PDM-1.0", "published"),
            ("CC-PDM-1.0", "CC0-1.0", "refused"),
            ("CC-BY-NC-ND-4.0", "CC-BY-NC-ND-4.0", "published"),
            ("CC-BY-NC-ND-4.0", "CC-BY-4.0", "refused"),
            ("unknown-rights", "all-rights-reserved", "refused"),
        ],
    )
    def test_follows_the_rights(
        self, alice: User, rights: str, license_id: str, outcome: str
    ) -> None:
        artwork = uploaded(alice, rights=rights)
        if outcome == "published":
            assert publish_artwork(artwork=artwork, license=license_id).is_public
        else:
            with pytest.raises(LicenseRefused):
                publish_artwork(artwork=artwork, license=license_id)
            assert not Artwork.objects.in_public_gallery().exists()

    def test_credits_the_maker_in_the_file(self, alice: User) -> None:
        artwork = uploaded(alice, rights="CC-BY-4.0", title="Harbor", creator="Berthe Morisot")
        published = publish_artwork(artwork=artwork, license="CC-BY-4.0")
        assert published.credit.startswith("“Harbor” by Berthe Morisot, CC BY 4.0")
        data = stored(published)
        assert b"Berthe Morisot, shown by alice" in data
        assert b"compositeWithTrainedAlgorithmicMedia" not in data

    def test_stays_hidden_when_uploaded_again(self, alice: User) -> None:
        artwork = publish_artwork(artwork=uploaded(alice), license="CC0-1.0")
        hide_artwork(artwork=artwork)
        delete_artwork(artwork=artwork)
        again = publish_artwork(artwork=uploaded(alice), license="CC0-1.0")
        assert not again.is_public


class TestPages:
    def send(self, user: User, data: bytes, **fields: str) -> Any:
        file = SimpleUploadedFile("painting of my aunt.jpg", data, "image/jpeg")
        return client_of(user).post(PAGE, {"file": file, "rights": "own-work", **fields})

    def test_uploads_a_picture(self, alice: User, client: Client) -> None:
        answer = self.send(alice, photo_of_a_painting(), title="Harbor")
        artwork = Artwork.objects.get()
        assert answer.headers["Location"] == artwork.get_absolute_url()
        publish_artwork(artwork=artwork, license="CC-BY-4.0")
        page = client.get(artwork.get_absolute_url())
        assert "Uploaded, made elsewhere" in page.text
        assert "Made from a photo" not in page.text
        assert "made from a photo" not in page.text
        assert "aunt" not in page.text
        assert "Uploaded" in client.get(reverse("public-gallery")).text

    def test_shows_the_form_again_with_the_reason(self, alice: User) -> None:
        page = self.send(alice, b"no picture", title="Harbor")
        assert page.status_code == 422
        assert "This file type is not supported." in page.text
        assert 'value="Harbor"' in page.text
        assert self.send(alice, photo_of_a_painting(), rights="mine").status_code == 422
        assert not Artwork.objects.exists()

    def test_offers_no_publication_with_unknown_rights(self, alice: User) -> None:
        self.send(alice, photo_of_a_painting(), rights="unknown-rights")
        page = client_of(alice).get(Artwork.objects.get().get_absolute_url())
        assert "you do not know its rights" in page.text


class TestApi:
    def send(self, client: APIClient, **fields: Any) -> Any:
        file = SimpleUploadedFile("a.jpg", photo_of_a_painting(), "image/jpeg")
        return client.post(UPLOAD, {"file": file, **fields}, format="multipart")

    def test_uploads_once(self, alice: User) -> None:
        client = app_of(alice, "artworks:write", "artworks:read")
        first = self.send(client, rights="own-work", title="Harbor")
        second = self.send(client, rights="own-work")
        assert (first.status_code, second.status_code) == (201, 200)
        body = client.get(first["Location"]).json()
        assert body == first.json() == second.json()
        assert (body["origin"], body["rights"], body["styles"], body["job"]) == (
            "uploaded",
            "own-work",
            [],
            None,
        )

    def test_refuses_a_wrong_request(self, alice: User) -> None:
        client = session_of(alice)
        for fields in ({}, {"rights": "mine"}, {"rights": "own-work", "title": "x" * 10_000}):
            assert_problem(self.send(client, **fields), 422, "invalid")
        headers = {"X-Checksum-SHA256": "0" * 64}
        file = SimpleUploadedFile("a.jpg", photo_of_a_painting())
        body = {"file": file, "rights": "own-work"}
        answer = client.post(UPLOAD, body, format="multipart", headers=headers)
        assert_problem(answer, 422, "checksum_mismatch")
        assert not Artwork.objects.exists()
