"""Tests of photos in the API: stored once, visible to their owner only, deleted completely."""

import hashlib
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from accounts.models import User
from common import storage
from common.sandbox import slots
from inference.models import Photo
from tests.support.clients import app_of, assert_problem, sent_file, session_of
from tests.support.factories import make_job, make_photo, make_picture, make_user, picture_bytes

pytestmark = pytest.mark.django_db
PHOTOS = "/api/v1/photos/"


def upload(client: APIClient, data: bytes, name: str = "photo.jpg", **headers: str) -> Any:
    """Send `data` as a file."""
    file = SimpleUploadedFile(name, data, content_type="image/jpeg")
    return client.post(PHOTOS, {"file": file}, format="multipart", headers=headers)


def picture(size: tuple[int, int] = (96, 64), seed: int = 1) -> bytes:
    """Return a picture as a JPEG file."""
    return picture_bytes(make_picture(size, seed=seed), "JPEG")


def stored_files() -> set[Path]:
    """Return every file in the media folder."""
    return {path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()}


class TestUpload:
    def test_keeps_a_photo(self, alice: User) -> None:
        data = picture()
        response = upload(session_of(alice), data)
        assert response.status_code == 201
        body = response.json()
        assert (body["width"], body["height"]) == (96, 64)
        assert body["sha256"] == hashlib.sha256(data).hexdigest()
        assert body["placeholder"].startswith("data:image/")
        assert response["Location"] == f"{PHOTOS}{body['id']}/"
        assert Photo.objects.get().owner == alice

    def test_answers_a_duplicate_with_the_old_id(self, alice: User) -> None:
        first, second = (upload(session_of(alice), picture()) for _ in range(2))
        assert (first.status_code, second.status_code) == (201, 200)
        assert first.json() == second.json()
        assert Photo.objects.count() == 1

    def test_keeps_the_same_file_of_another_user_apart(self, alice: User) -> None:
        mine = upload(session_of(alice), picture())
        theirs = upload(session_of(make_user("bob")), picture())
        assert theirs.status_code == 201
        assert mine.json()["id"] != theirs.json()["id"]

    @pytest.mark.parametrize("change", [str, str.upper], ids=["lower", "upper"])
    def test_accepts_a_file_with_the_right_checksum(self, alice: User, change: Any) -> None:
        checksum = change(hashlib.sha256(picture()).hexdigest())
        response = upload(session_of(alice), picture(), **{"X-Checksum-SHA256": checksum})
        assert response.status_code == 201

    @pytest.mark.parametrize(
        ("checksum", "code"),
        [
            ("0" * 64, "checksum_mismatch"),
            ("0" * 63, "checksum_invalid"),
            ("é", "checksum_invalid"),
        ],
    )
    def test_refuses_a_file_with_another_checksum(
        self, alice: User, checksum: str, code: str
    ) -> None:
        before = stored_files()
        response = upload(session_of(alice), picture(), **{"X-Checksum-SHA256": checksum})
        body = assert_problem(response, 422, code)
        assert body["errors"][0]["field"] == "X-Checksum-SHA256"
        assert not Photo.objects.exists()
        assert stored_files() == before

    @pytest.mark.parametrize(
        ("data", "code"),
        [
            (b"", "empty_file"),
            (b"hello, I am a text", "unsupported_format"),
            (b"GIF89a" + b"\0" * 40, "unsupported_format"),
            (picture()[:400], "unreadable"),
            (picture((1, 1)), "too_small"),
        ],
        ids=["empty", "text", "gif", "truncated", "1x1"],
    )
    def test_refuses_a_file_that_is_no_photo(self, alice: User, data: bytes, code: str) -> None:
        before = stored_files()
        assert_problem(upload(session_of(alice), data), 422, code)
        assert not Photo.objects.exists()
        assert stored_files() == before

    def test_refuses_a_file_that_is_too_large(self, alice: User, settings: Any) -> None:
        settings.MAX_UPLOAD_BYTES = 1000
        body = assert_problem(upload(session_of(alice), picture()), 413, "file_too_large")
        assert "The limit is 1 MB." in body["detail"]

    def test_does_not_read_a_form_that_is_far_too_large(
        self, alice: User, settings: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        settings.MAX_UPLOAD_BYTES = 1000
        monkeypatch.setattr("common.parsers.FORM_BYTES", 0)
        assert_problem(upload(session_of(alice), picture()), 413, "body_too_large")

    def test_says_what_to_do_when_the_storage_limit_is_reached(
        self, alice: User, settings: Any
    ) -> None:
        before = stored_files()
        settings.PHOTOS_MAX_BYTES_PER_USER = 2**20
        make_photo(alice)
        Photo.objects.update(bytes=2**20)

        body = assert_problem(upload(session_of(alice), picture()), 413, "storage_quota_exceeded")

        assert body["detail"].startswith("Your photo storage is full")
        assert Photo.objects.count() == 1
        assert len(stored_files() - before) == 3
        assert upload(session_of(make_user("bob")), picture()).status_code == 201

    def test_answers_507_when_the_disk_is_full(
        self, alice: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(*_args: object, **_kwargs: object) -> None:
            raise storage.StorageFull

        monkeypatch.setattr(storage.AtomicFileSystemStorage, "_save", full)
        assert_problem(upload(session_of(alice), picture()), 507, "storage_full")
        assert not Photo.objects.exists()

    def test_names_the_missing_file(self, alice: User) -> None:
        response = session_of(alice).post(PHOTOS, {}, format="multipart")
        body = assert_problem(response, 422, "invalid")
        assert body["errors"][0]["field"] == "file"

    def test_refuses_json(self, alice: User) -> None:
        response = session_of(alice).post(PHOTOS, {"file": "x"}, format="json")
        body = assert_problem(response, 415, "unsupported_media_type")
        assert "multipart/form-data" in body["detail"]

    def test_survives_a_broken_form(self, alice: User) -> None:
        response = session_of(alice).post(PHOTOS, b"x", content_type="multipart/form-data")
        assert_problem(response, 400, "malformed")

    def test_ignores_fields_that_the_user_may_not_set(self, alice: User) -> None:
        bob = make_user("bob")
        form = {"file": SimpleUploadedFile("a.jpg", picture()), "owner": bob.pk, "id": str(uuid4())}
        form |= {"sha256": "0" * 64, "width": "9999", "created_at": "2000-01-01T00:00:00Z"}
        body = session_of(alice).post(PHOTOS, form, format="multipart").json()
        photo = Photo.objects.get()
        assert photo.owner == alice
        assert body["id"] != form["id"]
        assert (photo.width, photo.sha256 == "0" * 64) == (96, False)
        assert photo.created_at.year > 2000

    def test_counts_uploads_and_not_reads(self, alice: User, settings: Any) -> None:
        settings.API_LIMITS = settings.API_LIMITS | {"upload": (1, 3600)}
        client = session_of(make_user("counted"))
        assert upload(client, picture(seed=5)).status_code == 201
        assert_problem(upload(client, picture(seed=6)), 429, "throttled")
        assert client.get(PHOTOS).status_code == 200

    def test_counts_no_upload_that_it_was_too_busy_for(
        self, alice: User, settings: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        settings.API_LIMITS = settings.API_LIMITS | {"upload": (1, 3600)}
        monkeypatch.setattr(slots, "PATIENCE_SECONDS", 0.0)
        with slots.slot("pictures", who=str(alice.pk)):
            assert_problem(upload(session_of(alice), picture(seed=5)), 503, "busy")
        assert upload(session_of(alice), picture(seed=5)).status_code == 201


class TestRead:
    def test_lists_only_the_users_photos(self, alice: User) -> None:
        mine = make_photo(alice)
        make_photo(make_user("bob"))
        results = session_of(alice).get(PHOTOS).json()["results"]
        assert [each["id"] for each in results] == [str(mine.pk)]

    def test_sends_every_variant_to_its_owner(self, alice: User) -> None:
        photo = make_photo(alice)
        urls = session_of(alice).get(f"{PHOTOS}{photo.pk}/").json()["urls"]
        assert set(urls) == {"original", "preview", "thumb"}
        for client in (session_of(alice), app_of(alice, "photos:read")):
            for url in urls.values():
                response = client.get(url, headers={"Accept": "image/webp"})
                assert response["Content-Type"].startswith("image/")
                assert response["Cache-Control"] == "private, no-store"
                assert sent_file(response)

    def test_knows_no_other_variant(self, alice: User) -> None:
        address = f"{PHOTOS}{make_photo(alice).pk}/file/?variant=../secret"
        assert_problem(session_of(alice).get(address), 422, "invalid_choice")

    @pytest.mark.parametrize("rest", ["", "file/", "file/?variant=thumb"])
    def test_hides_a_photo_of_another_like_what_does_not_exist(
        self, alice: User, rest: str
    ) -> None:
        theirs = make_photo(make_user("bob"))
        client = session_of(alice)
        private, nothing = (client.get(f"{PHOTOS}{pk}/{rest}") for pk in (theirs.pk, uuid4()))
        assert_problem(private, 404, "not_found")
        assert private.content == nothing.content
        assert private.headers == nothing.headers

    def test_hides_it_from_an_administrator_too(self, alice: User) -> None:
        root = make_user("root", is_staff=True, is_superuser=True)
        response = session_of(root).get(f"{PHOTOS}{make_photo(alice).pk}/")
        assert_problem(response, 404, "not_found")

    def test_requires_sign_in_first(self, alice: User) -> None:
        for pk in (make_photo(alice).pk, uuid4()):
            assert_problem(APIClient().get(f"{PHOTOS}{pk}/"), 401, "not_authenticated")


class TestDelete:
    def test_removes_the_photo(self, alice: User) -> None:
        photo = make_photo(alice)
        assert session_of(alice).delete(f"{PHOTOS}{photo.pk}/").status_code == 204
        assert not Photo.objects.exists()

    def test_keeps_a_photo_that_is_being_painted(self, alice: User) -> None:
        photo = make_photo(alice)
        make_job(alice, photo=photo)
        response = session_of(alice).delete(f"{PHOTOS}{photo.pk}/")
        assert_problem(response, 409, "photo_in_use")
        assert Photo.objects.exists()

    def test_does_not_reach_the_photo_of_another(self, alice: User) -> None:
        photo = make_photo(make_user("bob"))
        response = session_of(alice).delete(f"{PHOTOS}{photo.pk}/")
        assert_problem(response, 404, "not_found")
        assert Photo.objects.exists()

    def test_needs_the_scope_to_write(self, alice: User) -> None:
        photo = make_photo(alice)
        response = app_of(alice, "photos:read").delete(f"{PHOTOS}{photo.pk}/")
        assert_problem(response, 403, "insufficient_scope")
        assert Photo.objects.exists()
