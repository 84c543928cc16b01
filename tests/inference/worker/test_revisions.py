"""Revisions as workers make them, with the real arithmetic and real files."""

import errno
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone
from PIL import Image

from accounts.models import User
from common.storage import AtomicFileSystemStorage
from inference import worker
from inference.models import Job, Revision
from inference.queue import revisions as revision_queue
from inference.services.jobs import delete_job
from inference.services.revisions import delete_revision, make_revision, show_revision
from inference.worker import Served, engine
from inference.worker import revisions as revision_worker
from inference.worker.heartbeat import LeaseLost
from inference.worker.reaper import reap
from style_transfer.core.development import Development
from style_transfer.core.spec import Color, TransferSpec
from tests.support.factories import (
    SAME_COLORS,
    developable_job,
    make_job,
    make_mask,
    make_photo,
    make_revision_row,
)

pytestmark = [
    # The heartbeat has its own connection, which sees only committed rows.
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("media_root", "wakeups"),
]


def row(revision: Revision) -> Revision:
    found: Revision = Revision.objects.get(pk=revision.pk)
    return found


def opened(name: str) -> Image.Image:
    with default_storage.open(name) as file:
        return Image.open(file).convert("RGB")


def revision_files(media_root: Path) -> list[Path]:
    return [path for path in media_root.glob("revisions/**/*") if path.is_file()]


def claimed(job: Job) -> Revision:
    make_revision(job=job, development=Development(0.5))
    revision = revision_queue.claim()
    assert revision is not None
    return revision


class TestServeRevision:
    def test_finds_nothing_to_do(self) -> None:
        assert not revision_worker.serve_revision()

    def test_makes_it_in_full_size_and_shows_it(self, alice: User) -> None:
        job = developable_job(alice)
        asked, _ = make_revision(job=job, development=Development(0.25))

        assert worker.serve_next() is Served.TO_THE_END

        made = row(asked)
        assert (made.state, made.error_code) == (Revision.State.SUCCEEDED, "")
        assert (made.width, made.height) == (64, 43)
        assert made.bytes == default_storage.size(made.file)
        assert Job.objects.get(pk=job.pk).shown_id == made.pk
        with job.photo.file.open() as file:
            photo = Image.open(file).convert("RGB").resize((64, 43), Image.Resampling.LANCZOS)
        wanted = 0.75 * np.asarray(photo) + 0.25 * np.asarray(opened(job.result))
        assert np.abs(np.asarray(opened(made.file)) - wanted).mean() < 4  # noise is hard for JPEG

    def test_comes_before_the_next_job(self, alice: User) -> None:
        waiting = make_job(alice)
        make_revision(job=developable_job(alice), development=Development(0.5))
        worker.serve_next()
        assert Job.objects.get(pk=waiting.pk).state == Job.State.QUEUED
        assert not Revision.objects.active().exists()

    def test_shows_nothing_that_is_no_longer_wanted(self, alice: User) -> None:
        job = developable_job(alice)
        make_revision(job=job, development=Development(0.5))
        show_revision(job=job, revision=None)
        assert revision_worker.serve_revision()
        assert Job.objects.get(pk=job.pk).shown is None
        assert Revision.objects.get().is_ready

    @pytest.mark.parametrize("damaged", [False, True], ids=["gone", "damaged"])
    def test_does_not_blame_the_user_for_a_lost_painting(
        self, alice: User, media_root: Path, *, damaged: bool
    ) -> None:
        job = developable_job(alice)
        default_storage.delete(job.result)
        if damaged:
            default_storage.save(job.result, ContentFile(b"not a picture"))
        asked, _ = make_revision(job=job, development=Development(0.5))
        assert revision_worker.serve_revision()
        assert (row(asked).state, row(asked).error_code) == ("failed", "painting_gone")
        assert "Paint it again" in row(asked).error_hint
        assert not revision_files(media_root)

    def test_asks_for_a_lost_photo_again(self, alice: User) -> None:
        job = developable_job(alice)
        default_storage.delete(str(job.photo.file.name))
        asked, _ = make_revision(job=job, development=Development(0.5))
        assert revision_worker.serve_revision()
        assert row(asked).error_hint == "The photo is gone. Upload it again."

    @pytest.mark.parametrize("damaged", [False, True], ids=["gone", "damaged"])
    def test_does_not_blame_the_user_for_a_lost_mask(self, alice: User, *, damaged: bool) -> None:
        job = developable_job(alice)
        name = default_storage.save("jobs/x/mask.png", ContentFile(b"not a picture"))
        Job.objects.filter(pk=job.pk).update(painted=job.result, fitted_mask=name)
        if not damaged:
            default_storage.delete(name)
        asked, _ = make_revision(job=job, development=Development(0.5))
        assert revision_worker.serve_revision()
        assert (row(asked).state, row(asked).error_code) == ("failed", "mask_gone")
        assert "Paint it again" in row(asked).error_hint

    def test_leaves_nothing_on_a_full_disk(
        self, alice: User, media_root: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        job = developable_job(alice)
        asked, _ = make_revision(job=job, development=Development(0.5))

        def full(*_: object) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        with monkeypatch.context() as patch:
            patch.setattr(AtomicFileSystemStorage, "_write_durably", full)
            assert revision_worker.serve_revision()
        assert (row(asked).state, row(asked).error_code) == ("failed", "storage_full")
        assert Job.objects.get(pk=job.pk).shown is None
        assert not revision_files(media_root)
        # When there is room again, the same request makes it.
        make_revision(job=job, development=Development(0.5))
        assert revision_worker.serve_revision()
        assert row(asked).is_ready

    @pytest.mark.parametrize("gone", ["revision", "job"])
    def test_leaves_nothing_of_one_that_is_deleted_while_it_is_made(
        self, alice: User, media_root: Path, monkeypatch: pytest.MonkeyPatch, gone: str
    ) -> None:
        job = developable_job(alice)
        asked, _ = make_revision(job=job, development=Development(0.5))
        compose = engine.develop

        def delete_meanwhile(*parts: object) -> Image.Image:
            if gone == "job":
                delete_job(job=job)
            else:
                delete_revision(revision=asked)
            return compose(*parts)  # type: ignore[arg-type]

        monkeypatch.setattr(engine, "develop", delete_meanwhile)
        assert revision_worker.serve_revision()
        assert not Revision.objects.exists()
        assert not revision_files(media_root)


class TestLostWorkers:
    def test_give_their_revision_to_another(self, alice: User) -> None:
        job = developable_job(alice)
        lost = claimed(job)
        past = timezone.now() - timedelta(seconds=1)
        Revision.objects.filter(pk=lost.pk).update(lease_until=past)
        reap()
        assert revision_worker.serve_revision()
        assert (row(lost).state, row(lost).attempt) == ("succeeded", 2)

    def test_write_nothing_any_more(self, alice: User, media_root: Path) -> None:
        lost = claimed(developable_job(alice))
        Revision.objects.filter(pk=lost.pk).requeue()
        with pytest.raises(LeaseLost):
            revision_worker._make(lost, NoBeats())  # type: ignore[arg-type]
        assert row(lost).state == "queued"
        assert not revision_files(media_root)

    def test_leave_files_that_are_swept(self, alice: User, media_root: Path) -> None:
        made = make_revision_row(developable_job(alice), sweep_at=timezone.now())
        folder = Path(made.file).parent
        left = default_storage.save(f"{folder}/x.jpg", ContentFile(b"of a killed attempt"))
        reap()
        assert not default_storage.exists(left)
        assert default_storage.exists(made.file)

    def test_get_their_wakeup_again(self, alice: User, wakeups: list[str]) -> None:
        make_revision(job=developable_job(alice), development=Development(0.5))
        wakeups.clear()
        Revision.objects.update(wakeup_at=timezone.now() - timedelta(minutes=1))
        reap()
        assert len(wakeups) == 1


class NoBeats:
    """Stands for a heartbeat that has not noticed that the lease is gone."""

    def check(self, _work: Revision) -> None:
        """Find nothing wrong."""


@pytest.mark.slow
@pytest.mark.parametrize("color", [Color.STYLE, Color.MATCH])
def test_a_painted_job_keeps_what_it_is_developed_from(alice: User, color: Color) -> None:
    job = make_job(alice, spec=TransferSpec(size=64, color=color))
    worker.serve_next()
    done = Job.objects.get(pk=job.pk)
    assert done.can_develop
    assert bool(done.painted) == (color is not Color.STYLE)
    assert done.painted_bytes == (default_storage.size(done.painted) if done.painted else 0)
    assert done.color_map.keys() == SAME_COLORS.keys()
    make_revision(job=done, development=Development(0.6, Color.CONTENT))
    worker.serve_next()
    assert Job.objects.get(pk=job.pk).shown is not None
    reap()
    assert default_storage.exists(done.painting_file)


@pytest.mark.slow
@pytest.mark.parametrize("color", [Color.STYLE, Color.MATCH])
def test_a_job_with_a_mask_keeps_it_in_the_size_of_the_result(alice: User, color: Color) -> None:
    photo = make_photo(alice)
    spec = TransferSpec(size=64, color=color, mask_feather=0, mask_invert=True)
    job = make_job(alice, photo=photo, spec=spec, mask=make_mask(photo))
    worker.serve_next()
    done = Job.objects.get(pk=job.pk)
    assert done.can_develop
    stored = [default_storage.size(name) for name in (done.painted, done.fitted_mask)]
    assert done.painted_bytes == sum(stored)
    mask = np.asarray(opened(done.fitted_mask).convert("L"))
    assert mask.shape == (done.result_height, done.result_width)
    # It was white on the left, and is inverted.
    assert mask[:, 8] == pytest.approx(0)
    assert mask[:, -8] == pytest.approx(255)
    make_revision(job=done, development=Development(0.6, Color.CONTENT))
    worker.serve_next()
    shown = Job.objects.get(pk=job.pk).shown
    assert shown is not None
    made, first = (np.asarray(opened(name)).astype(int) for name in (shown.file, done.result))
    # On the left, both are the photo; a JPEG differs a little from itself near an edge.
    left, right = np.abs(made - first)[:, :24], np.abs(made - first)[:, -24:]
    assert (left.max(), left.mean() < 0.5) == (pytest.approx(0, abs=4), True)
    assert right.mean() > 3
    reap()
    assert default_storage.exists(done.fitted_mask)


def test_says_that_the_mask_of_a_picture_is_gone(alice: User) -> None:
    job = developable_job(alice)
    Job.objects.filter(pk=job.pk).update(painted=job.result, fitted_mask="jobs/gone.png")
    revision, _is_new = make_revision(job=job, development=Development(0.5))
    worker.serve_next()
    assert (row(revision).state, row(revision).error_code) == ("failed", "mask_gone")
    delete_job(job=Job.objects.get(pk=job.pk))
