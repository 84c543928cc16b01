"""Tests of the storage limit; run on SQLite here and on PostgreSQL by tests/faults."""

from functools import partial
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from pytest_django import Settings

from accounts.models import User
from common.uploads import UploadRefused
from inference.models import Photo
from inference.services.photos import delete_photo, upload_photo
from inference.services.storage import StorageQuotaExceeded, check_storage, storage_of
from tests.common.test_storage import files_in
from tests.support.factories import make_photo, make_picture, picture_bytes
from tests.support.races import together

pytestmark = pytest.mark.django_db(transaction=True)


def put_in(owner: User, seed: int = 0) -> tuple[Photo, bool]:
    """Upload one of several pictures of about the same size."""
    file = SimpleUploadedFile("photo.png", picture_bytes(make_picture(seed=seed)))
    return upload_photo(owner=owner, file=file)


def try_to_put_in(owner: User, seed: int = 0) -> Photo | None:
    """Upload a picture and return its photo; None when it does not fit."""
    try:
        return put_in(owner, seed)[0]
    except StorageQuotaExceeded:
        return None


class TestStorage:
    def test_is_the_size_of_the_photos_on_the_disk(self, media_root: Path, alice: User) -> None:
        for seed in (1, 2):
            put_in(alice, seed)

        sizes = [(media_root / name).stat().st_size for name in files_in(media_root)]
        assert len(sizes) == 6
        assert storage_of(alice) == sum(sizes)

    def test_is_separate_for_each_user(self, media_root: Path, alice: User, bob: User) -> None:
        put_in(alice)

        assert storage_of(bob) == 0

    def test_is_free_again_at_once(self, media_root: Path, alice: User, settings: Settings) -> None:
        photo, _new = put_in(alice, 1)
        settings.PHOTOS_MAX_BYTES_PER_USER = storage_of(alice) + 100
        assert try_to_put_in(alice, 2) is None

        delete_photo(photo=photo)

        assert storage_of(alice) == 0
        assert try_to_put_in(alice, 1) is not None

    def test_measures_the_small_versions_of_older_photos(
        self, media_root: Path, alice: User
    ) -> None:
        kept, _new = put_in(alice, 1)
        lost, _new = put_in(alice, 2)
        Photo.objects.update(small_bytes=0)
        (media_root / str(lost.thumb.name)).unlink()

        migration = import_module("inference.migrations.0010_bytes_of_small_versions")
        migration.measure(apps, SimpleNamespace(connection=connection))

        kept.refresh_from_db()
        lost.refresh_from_db()
        assert kept.small_bytes == kept.preview.size + kept.thumb.size
        assert lost.small_bytes == lost.preview.size


class TestLimit:
    def test_accepts_a_photo_that_just_fits(
        self, media_root: Path, alice: User, bob: User, settings: Settings
    ) -> None:
        put_in(bob)
        settings.PHOTOS_MAX_BYTES_PER_USER = storage_of(bob)

        put_in(alice)

        assert storage_of(alice) == settings.PHOTOS_MAX_BYTES_PER_USER

    def test_leaves_nothing_of_a_photo_that_is_one_byte_too_large(
        self, media_root: Path, alice: User, bob: User, settings: Settings
    ) -> None:
        put_in(bob)
        before = files_in(media_root)
        settings.PHOTOS_MAX_BYTES_PER_USER = storage_of(bob) - 1

        with pytest.raises(StorageQuotaExceeded) as refusal:
            put_in(alice)

        assert (refusal.value.code, refusal.value.status) == ("storage_quota_exceeded", 413)
        assert str(refusal.value).startswith("Your photo storage is full")
        assert files_in(media_root) == before
        assert not Photo.objects.filter(owner=alice).exists()

    def test_decodes_nothing_if_there_is_no_room_at_all(
        self, media_root: Path, alice: User, settings: Settings
    ) -> None:
        damaged = picture_bytes(make_picture((400, 300)), "JPEG")[:4000]
        with pytest.raises(UploadRefused):
            upload_photo(owner=alice, file=SimpleUploadedFile("photo.jpg", damaged))
        settings.PHOTOS_MAX_BYTES_PER_USER = make_photo(alice).bytes

        # Only a decoder could find that the file is damaged.
        with pytest.raises(StorageQuotaExceeded):
            upload_photo(owner=alice, file=SimpleUploadedFile("photo.jpg", damaged))

    def test_finds_a_known_photo_even_without_room(
        self, media_root: Path, alice: User, settings: Settings
    ) -> None:
        photo, _new = put_in(alice)
        settings.PHOTOS_MAX_BYTES_PER_USER = 1

        assert put_in(alice) == (photo, False)

    def test_names_the_limit(self, alice: User, settings: Settings) -> None:
        settings.PHOTOS_MAX_BYTES_PER_USER = 3 * 2**20

        with pytest.raises(StorageQuotaExceeded, match=r"limit is 3\.0.MB"):
            check_storage(owner=alice, more=3 * 2**20 + 1)


class TestRaces:
    def test_never_store_more_than_allowed(
        self, media_root: Path, alice: User, bob: User, settings: Settings
    ) -> None:
        put_in(bob)
        settings.PHOTOS_MAX_BYTES_PER_USER = storage_of(bob) * 7 // 2

        photos = together(*[partial(try_to_put_in, alice, seed) for seed in range(8)])

        assert sum(photo is not None for photo in photos) == 3
        assert storage_of(alice) <= settings.PHOTOS_MAX_BYTES_PER_USER
        assert len(files_in(media_root)) == 3 * Photo.objects.count() == 3 * 4

    def test_store_the_last_photo_that_fits_once_if_it_is_sent_twice(
        self, media_root: Path, alice: User, bob: User, settings: Settings
    ) -> None:
        put_in(bob)
        settings.PHOTOS_MAX_BYTES_PER_USER = storage_of(bob)

        photos = together(*[partial(try_to_put_in, alice)] * 4)

        assert photos == [Photo.objects.get(owner=alice)] * 4
        assert len(files_in(media_root)) == 6
