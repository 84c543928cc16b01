"""Masks: validated, private, stored once for a photo, deleted with their job; nothing is left."""

import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image
from pytest_django import Settings

from accounts.models import User
from common.uploads import UploadRefused
from inference.files.masks import UNUSED_FOR, delete_unused
from inference.models import Job, Mask, Photo
from inference.services.jobs import cancel_job, delete_job, submit_job
from inference.services.masks import MaskInUse, delete_mask, upload_mask
from inference.services.photos import delete_photo
from inference.services.refusals import JobRefused, MaskEmpty, MaskUnavailable
from inference.services.reruns import retry_job
from inference.services.storage import StorageQuotaExceeded, storage_of
from inference.services.transfers import submit_transfer
from inference.worker.attempts import load_request
from library.models import Style
from style_transfer.core.spec import TransferSpec
from tests.common.test_storage import files_in
from tests.support import hostile
from tests.support.factories import make_mask, make_photo, make_picture, make_style, picture_bytes

pytestmark = pytest.mark.django_db(transaction=True)

REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "text": (lambda: hostile.SPOOFS["text"], "unsupported_format"),
    "empty": (lambda: b"", "empty_file"),
    "truncated": (hostile.BROKEN["truncated-jpeg"], "unreadable"),
    "upright": (lambda: picture_bytes(Image.new("L", (64, 96), 255)), "mask_shape"),
    "square": (lambda: picture_bytes(Image.new("L", (96, 96), 255)), "mask_shape"),
}


def half(mode: str = "L", size: tuple[int, int] = (96, 64)) -> bytes:
    """Return a mask that is white on its left half."""
    image = Image.new("L", size, 0)
    image.paste(255, (0, 0, size[0] // 2, size[1]))
    return picture_bytes(image.convert(mode))


def upload(data: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("mask.png", data, "image/png")


@pytest.fixture
def photo(media_root: Path, alice: User) -> Photo:
    """Return a photo of Alice of 96 x 64 pixels."""
    return make_photo(alice)


def masked_job(photo: Photo, mask: Mask, spec: TransferSpec | None = None) -> Job:
    style = make_style(f"style-{Style.objects.count()}")
    job, _ = submit_job(
        owner=photo.owner, photo=photo, styles=[(style, 1)], spec=spec or TransferSpec(), mask=mask
    )
    return job


class TestUpload:
    @pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "1", "P"])
    def test_keeps_it_gray_without_loss(self, photo: Photo, mode: str) -> None:
        mask, created = upload_mask(owner=photo.owner, photo=photo, file=upload(half(mode)))
        assert created
        assert (mask.darkest, mask.lightest) == (0, 255)
        with default_storage.open(mask.file.name or "") as file:
            image = Image.open(io.BytesIO(file.read()))
        assert (image.mode, image.size) == ("L", (96, 64))
        assert np.array_equal(np.asarray(image)[:, :48], np.full((64, 48), 255))
        assert not np.asarray(image)[:, 48:].any()

    def test_is_one_mask_when_it_is_sent_twice(self, photo: Photo, media_root: Path) -> None:
        first, _ = upload_mask(owner=photo.owner, photo=photo, file=upload(half()))
        before = files_in(media_root)
        again, created = upload_mask(owner=photo.owner, photo=photo, file=upload(half()))
        assert (again.pk, created) == (first.pk, False)
        assert files_in(media_root) == before

    def test_may_have_another_size(self, photo: Photo) -> None:
        mask, _ = upload_mask(owner=photo.owner, photo=photo, file=upload(half(size=(300, 200))))
        assert (mask.width, mask.height) == (300, 200)

    @pytest.mark.parametrize("name", sorted(REFUSED))
    def test_is_refused_by_a_code_and_leaves_nothing(
        self, photo: Photo, media_root: Path, name: str
    ) -> None:
        make, code = REFUSED[name]
        before = files_in(media_root)
        with pytest.raises(UploadRefused) as caught:
            upload_mask(owner=photo.owner, photo=photo, file=upload(make()))
        assert caught.value.code == code
        assert files_in(media_root) == before
        assert not Mask.objects.exists()

    def test_counts_as_storage(self, photo: Photo, settings: Settings) -> None:
        before = storage_of(photo.owner)
        mask, _ = upload_mask(owner=photo.owner, photo=photo, file=upload(half()))
        assert storage_of(photo.owner) == before + mask.bytes
        settings.PHOTOS_MAX_BYTES_PER_USER = before + mask.bytes
        with pytest.raises(StorageQuotaExceeded):
            upload_mask(owner=photo.owner, photo=photo, file=upload(half("RGB", (192, 128))))


class TestJob:
    def test_is_painted_with_its_mask(self, photo: Photo) -> None:
        job = masked_job(photo, make_mask(photo))
        mask = load_request(Job.objects.with_parts().get(pk=job.pk)).mask
        assert mask is not None
        assert mask.getpixel((10, 10)) == 255
        assert mask.getpixel((90, 10)) == 0

    def test_refuses_the_mask_of_another_photo(self, photo: Photo) -> None:
        other = make_mask(make_photo(photo.owner, seed=9))
        with pytest.raises(MaskUnavailable):
            masked_job(photo, other)

    @pytest.mark.parametrize(("white", "invert"), [(0, False), (1, True)])
    def test_refuses_a_mask_that_lets_nothing_be_painted(
        self, photo: Photo, white: float, *, invert: bool
    ) -> None:
        with pytest.raises(MaskEmpty):
            masked_job(photo, make_mask(photo, white=white), TransferSpec(mask_invert=invert))
        masked_job(photo, make_mask(photo), TransferSpec(mask_invert=invert))

    def test_keeps_its_mask_when_it_is_tried_again(self, photo: Photo) -> None:
        job = cancel_job(job=masked_job(photo, make_mask(photo)))
        again, _ = retry_job(job=job)
        assert again.mask_id == job.mask_id


class TestDelete:
    def test_deletes_the_mask_with_its_last_job(self, photo: Photo) -> None:
        mask = make_mask(photo)
        name = mask.file.name or ""
        first, second = masked_job(photo, mask), masked_job(photo, mask)
        delete_job(job=first)
        assert default_storage.exists(name)
        delete_job(job=second)
        assert not Mask.objects.exists()
        assert not default_storage.exists(name)

    def test_deletes_the_mask_with_its_photo(self, photo: Photo, media_root: Path) -> None:
        cancel_job(job=masked_job(photo, make_mask(photo)))
        delete_photo(photo=photo)
        assert not Mask.objects.exists()
        assert not [name for name in files_in(media_root) if "masks" in str(name)]

    def test_refuses_while_a_job_names_it(self, photo: Photo) -> None:
        mask = make_mask(photo)
        masked_job(photo, mask)
        with pytest.raises(MaskInUse):
            delete_mask(mask=mask)
        assert default_storage.exists(mask.file.name or "")

    def test_deletes_masks_that_no_job_names_after_a_day(self, photo: Photo) -> None:
        used, old, new = (make_mask(photo, white=white) for white in (0.2, 0.4, 0.6))
        masked_job(photo, used)
        long_ago = timezone.now() - UNUSED_FOR - timedelta(minutes=1)
        Mask.objects.filter(pk__in=[used.pk, old.pk]).update(created_at=long_ago)
        delete_unused()
        assert set(Mask.objects.all()) == {used, new}
        assert not default_storage.exists(old.file.name or "")


class TestTransfer:
    def test_submits_with_a_mask_in_one_call(self, media_root: Path, alice: User) -> None:
        content = picture_bytes(make_picture())
        job, _ = submit_transfer(
            owner=alice,
            content=io.BytesIO(content),
            styles=[(make_style("woodcut"), 1)],
            spec=TransferSpec(),
            mask=io.BytesIO(half()),
        )
        assert job.mask is not None
        assert job.mask.photo_id == job.photo_id

    def test_leaves_nothing_of_a_refused_request(self, media_root: Path, alice: User) -> None:
        style, black = make_style("woodcut"), picture_bytes(Image.new("L", (96, 64), 0))
        before = files_in(media_root)
        with pytest.raises(JobRefused):
            submit_transfer(
                owner=alice,
                content=io.BytesIO(picture_bytes(make_picture())),
                styles=[(style, 1)],
                spec=TransferSpec(),
                mask=io.BytesIO(black),
            )
        assert not Photo.objects.exists()
        assert not Mask.objects.exists()
        assert files_in(media_root) == before
