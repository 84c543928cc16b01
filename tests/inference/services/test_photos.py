"""Tests of photos: validated, stored once, deleted with their files; a refusal leaves nothing."""

import errno
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError
from PIL import Image
from pytest_django import Settings

from accounts.models import User
from common.sandbox import slots
from common.sandbox.client import ServerBusy
from common.sandbox.slots import slot
from common.storage import AtomicFileSystemStorage, StorageFull
from common.uploads import UploadRefused
from inference.models import Job, Photo
from inference.models.photos import PhotoQuerySet
from inference.services.photos import PhotoInUse, delete_photo, upload_photo
from tests.common.test_storage import files_in
from tests.support import hostile
from tests.support.factories import finished_job, make_job, make_picture, picture_bytes

pytestmark = pytest.mark.django_db(transaction=True)

REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "text-named-jpg": (lambda: hostile.SPOOFS["text"], "unsupported_format"),
    "empty": (lambda: b"", "empty_file"),
    "60-megapixels": (hostile.TOO_LARGE["60-megapixel-jpeg"], "too_many_pixels"),
    "truncated-jpeg": (hostile.BROKEN["truncated-jpeg"], "unreadable"),
    "one-pixel": (lambda: picture_bytes(Image.new("RGB", (1, 1))), "too_small"),
    "animated-gif": (lambda: hostile.animation("GIF"), "animated"),
    "scan-bomb": (lambda: hostile.jpeg_with_scans(400), "scan_bomb"),
    "too-many-bytes": (lambda: bytes(2_000_001), "file_too_large"),
}


def upload(data: bytes, name: str = "photo.jpg") -> SimpleUploadedFile:
    """Return `data` as a browser sends it, with a name and a content type that may be wrong."""
    return SimpleUploadedFile(name, data, "image/jpeg")


def opened(name: str | None) -> Image.Image:
    """Return a stored picture."""
    assert name
    with default_storage.open(name) as file:
        image = Image.open(io.BytesIO(file.read()))
        image.load()
        return image


def test_keeps_a_photo_with_its_small_versions(media_root: Path, alice: User) -> None:
    photo, created = upload_photo(
        owner=alice, file=upload(picture_bytes(make_picture((1600, 1200)), "JPEG"))
    )
    assert created
    assert (photo.width, photo.height) == (1600, 1200)
    assert opened(photo.file.name).size == (1600, 1200)
    assert opened(photo.preview.name).size == (1280, 960)
    assert max(opened(photo.thumb.name).size) <= 320
    assert photo.placeholder.startswith("data:image/webp;base64,")
    assert photo.bytes == (media_root / str(photo.file.name)).stat().st_size
    assert len(files_in(media_root)) == 3


def test_keeps_the_same_file_once(media_root: Path, alice: User) -> None:
    data = picture_bytes(make_picture())
    first, _new = upload_photo(owner=alice, file=upload(data))
    second, created = upload_photo(owner=alice, file=upload(data, "other-name.png"))
    assert (second, created) == (first, False)
    assert len(files_in(media_root)) == 3


@pytest.mark.parametrize("lost", ["file", "preview", "thumb"])
@pytest.mark.parametrize("is_full", [False, True], ids=["room", "full"])
def test_writes_a_lost_file_again(
    media_root: Path, alice: User, settings: Settings, lost: str, *, is_full: bool
) -> None:
    data = picture_bytes(make_picture())
    photo, _new = upload_photo(owner=alice, file=upload(data))
    Path(getattr(photo, lost).path).unlink()
    if is_full:
        settings.PHOTOS_MAX_BYTES_PER_USER = photo.bytes

    again, created = upload_photo(owner=alice, file=upload(data))

    assert (again, created) == (photo, False)
    assert opened(again.file.name).size == (96, 64)
    assert {path.rpartition("/")[2] for path in files_in(media_root)} == {
        str(name).rpartition("/")[2] for name in again.file_names
    }
    assert Photo.objects.get() == photo


def test_gives_two_users_a_photo_each(media_root: Path, alice: User, bob: User) -> None:
    data = picture_bytes(make_picture())
    for owner in (alice, bob):
        assert upload_photo(owner=owner, file=upload(data))[1]
    assert Photo.objects.count() == 2
    assert len(files_in(media_root)) == 6


def test_finds_the_photo_that_another_request_kept_first(
    media_root: Path, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = picture_bytes(make_picture())
    first, _new = upload_photo(owner=alice, file=upload(data))
    really_first = Photo.objects.filter
    answers = iter([Photo.objects.none()])
    monkeypatch.setattr(
        Photo.objects, "filter", lambda **where: next(answers, None) or really_first(**where)
    )
    second, created = upload_photo(owner=alice, file=upload(data))
    assert (second, created) == (first, False)
    assert len(files_in(media_root)) == 3


@pytest.mark.parametrize(("make", "code"), REFUSED.values(), ids=REFUSED.keys())
def test_leaves_no_file_and_no_row_of_a_refused_upload(
    media_root: Path, alice: User, settings: Settings, make: Callable[[], bytes], code: str
) -> None:
    settings.MAX_UPLOAD_BYTES = 2_000_000
    with pytest.raises(UploadRefused) as refused:
        upload_photo(owner=alice, file=upload(make()))
    assert refused.value.code == code
    assert files_in(media_root) == []
    assert not Photo.objects.exists()


@pytest.mark.parametrize("room_for", [0, 1, 2])
def test_leaves_nothing_on_a_full_disk(
    media_root: Path, alice: User, monkeypatch: pytest.MonkeyPatch, room_for: int
) -> None:
    really_write = AtomicFileSystemStorage._write_durably
    written: list[Path] = []

    def write(self: AtomicFileSystemStorage, path: Path, content: "object") -> None:
        if len(written) == room_for:
            path.write_bytes(b"a stub")
            raise OSError(errno.ENOSPC, "full")
        written.append(path)
        really_write(self, path, content)  # type: ignore[arg-type]  # the arguments are passed on unchanged

    monkeypatch.setattr(AtomicFileSystemStorage, "_write_durably", write)
    with pytest.raises(StorageFull):
        upload_photo(owner=alice, file=upload(picture_bytes(make_picture())))
    assert files_in(media_root) == []
    assert not Photo.objects.exists()


def test_leaves_no_file_when_the_row_fails(
    media_root: Path, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_values: object) -> None:
        raise RuntimeError("no row")

    monkeypatch.setattr(Photo.objects, "create", broken)
    with pytest.raises(RuntimeError, match="no row"):
        upload_photo(owner=alice, file=upload(picture_bytes(make_picture())))
    assert files_in(media_root) == []


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_stores_no_metadata_in_any_file(media_root: Path, alice: User, form: str) -> None:
    upload_photo(owner=alice, file=upload(hostile.talkative(form), f"{hostile.CANARY}.jpg"))
    for name in files_in(media_root):
        data = (media_root / name).read_bytes()
        assert hostile.CANARY not in name
        assert hostile.CANARY.encode() not in data
        assert all(mark not in data for mark in (b"Exif\0", b"xmpmeta", b"ICC_PROFILE", b"iCCP"))
        assert opened(name).getexif() == {}


@pytest.mark.parametrize("orientation", range(1, 9))
def test_stores_every_version_upright(media_root: Path, alice: User, orientation: int) -> None:
    photo, _new = upload_photo(owner=alice, file=upload(hostile.turned(orientation)))
    for name in (photo.file.name, photo.preview.name, photo.thumb.name):
        image = opened(name).convert("RGB")
        red, green, blue = image.getpixel((5, 5))  # type: ignore[misc]  # an RGB pixel
        assert image.size == hostile.upright().size
        assert red > 200
        assert max(green, blue) < 80
    assert len(files_in(media_root)) == 3


def test_keeps_transparency(media_root: Path, alice: User) -> None:
    picture = make_picture().convert("RGBA")
    picture.putalpha(100)
    photo, _new = upload_photo(owner=alice, file=upload(picture_bytes(picture)))
    assert opened(photo.file.name).getpixel((3, 3)) == picture.getpixel((3, 3))
    assert Path(str(photo.file.name)).suffix == ".png"
    assert (media_root / str(photo.file.name)).is_file()


def test_deletes_a_photo_with_its_files(media_root: Path, alice: User) -> None:
    photo, _new = upload_photo(owner=alice, file=upload(picture_bytes(make_picture())))
    delete_photo(photo=photo)
    assert files_in(media_root) == []
    assert not Photo.objects.exists()


@pytest.mark.parametrize("state", [Job.State.QUEUED])
def test_keeps_a_photo_that_is_being_painted(media_root: Path, alice: User, state: str) -> None:
    photo, _new = upload_photo(owner=alice, file=upload(picture_bytes(make_picture())))
    make_job(photo=photo, state=state)
    before = files_in(media_root)
    with pytest.raises(PhotoInUse) as refused:
        delete_photo(photo=photo)
    assert (refused.value.code, refused.value.status) == ("photo_in_use", 409)
    assert files_in(media_root) == before
    assert Photo.objects.filter(pk=photo.pk).exists()


def test_deletes_the_finished_jobs_of_a_photo_with_their_files(
    media_root: Path, alice: User
) -> None:
    photo, _new = upload_photo(owner=alice, file=upload(picture_bytes(make_picture())))
    job = finished_job(alice, photo=photo)
    folder = media_root / "jobs" / job.pk.hex[:2] / str(job.pk)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "left-by-a-killed-worker.webp").write_bytes(b"x")
    delete_photo(photo=photo)
    assert not Job.objects.exists()
    assert [name for name in files_in(media_root) if str(job.pk) in name] == []
    assert [name for name in files_in(media_root) if name.startswith("photos/")] == []


def test_keeps_the_files_when_the_deletion_fails(
    media_root: Path, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo, _new = upload_photo(owner=alice, file=upload(picture_bytes(make_picture())))
    before = files_in(media_root)

    def broken(*_args: object, **_options: object) -> None:
        raise IntegrityError("no")

    monkeypatch.setattr(PhotoQuerySet, "delete", broken)
    with pytest.raises(IntegrityError):
        delete_photo(photo=photo)
    assert files_in(media_root) == before


def test_takes_little_memory_of_the_web_process(media_root: Path, alice: User) -> None:
    data = hostile.gray_of_sixteen_bits(24_500_000)
    upload_photo(owner=alice, file=upload(picture_bytes(make_picture())))
    Path("/proc/self/clear_refs").write_text("5")  # the peak starts again from now
    before = peak_memory()
    upload_photo(owner=alice, file=upload(data))
    assert peak_memory() - before < 50 * 2**20


def peak_memory() -> int:
    """Return the most bytes of memory that this process has used since the peak was reset."""
    status = Path("/proc/self/status").read_text()
    return 1024 * int(status.partition("VmHWM:")[2].split()[0])


def test_leaves_nothing_when_the_server_is_busy(
    media_root: Path, alice: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slots, "PATIENCE_SECONDS", 0.0)
    data = picture_bytes(make_picture())
    known, _new = upload_photo(owner=alice, file=upload(data))
    with slot("pictures", who=str(alice.pk)):
        with pytest.raises(ServerBusy):
            upload_photo(owner=alice, file=upload(picture_bytes(make_picture(seed=2))))
        assert upload_photo(owner=alice, file=upload(data)) == (known, False)
        assert upload_photo(owner=bob, file=upload(data))[1]
    assert len(files_in(media_root)) == 6
