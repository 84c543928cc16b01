"""Tests of the files that killed processes left, with the queue's own ends and no worker."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone

from accounts.models import User
from common import storage
from inference.live.change_log import record_deleted
from inference.models import DeletedJob, Job, Photo, ProofSheet, Sketch
from inference.queue import jobs as job_queue
from inference.queue import sheets as sheet_queue
from inference.services.jobs import delete_job
from inference.tasks import sweep_gone_photos
from inference.worker import leftovers
from inference.worker.reaper import reap
from tests.support.factories import (
    finished_job,
    make_job,
    make_photo,
    make_sheet,
    make_sketch,
    make_style,
    make_tile,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root", "wakeups")]


def leave_file(job: Job) -> str:
    name = f"jobs/{job.pk.hex[:2]}/{job.pk}/look.jpg"
    return default_storage.save(name, ContentFile(b"of a killed attempt"))


def leave_tile(sheet: ProofSheet) -> str:
    name = f"proofs/{sheet.photo_id.hex[:2]}/{sheet.photo_id}/tile.webp"
    return default_storage.save(name, ContentFile(b"of a killed attempt"))


def leave_sketch(photo: Photo) -> str:
    name = f"sketches/{photo.pk.hex[:2]}/{photo.pk}/sketch.webp"
    return default_storage.save(name, ContentFile(b"of a killed attempt"))


def claimed(owner: User) -> Job:
    make_job(owner)
    job = job_queue.claim()
    assert job is not None
    return job


def end_by_cancel(job: Job) -> bool:
    return job_queue.cancel(job, by="owner")


def end_by_failure(job: Job) -> bool:
    return job.held.fail(code="timeout", hint="")


def end_by_expiry(job: Job) -> bool:
    job_queue.give_back(job)
    Job.objects.filter(pk=job.pk).update(created_at=timezone.now() - timedelta(hours=25))
    return job_queue.expire_overdue() == [job.pk]


class TestJobs:
    @pytest.mark.parametrize("end", [end_by_cancel, end_by_failure, end_by_expiry])
    def test_lose_the_files_that_a_process_killed_after_their_end_left(
        self, alice: User, end: Callable[[Job], bool]
    ) -> None:
        job = claimed(alice)
        name = leave_file(job)
        assert end(job)

        reap()

        assert not default_storage.exists(name)

    def test_keep_the_files_that_their_rows_name(self, alice: User) -> None:
        job = finished_job(alice, sweep_at=timezone.now())
        name = leave_file(job)

        reap()

        assert not default_storage.exists(name)
        assert all(default_storage.exists(each) for each in (job.result, job.preview))

    def test_are_swept_again_when_no_worker_can_still_write(self, alice: User) -> None:
        job = claimed(alice)
        end_by_cancel(job)
        reap()
        late = leave_file(job)
        reap()
        assert default_storage.exists(late)
        Job.objects.update(
            completed_at=timezone.now() - timedelta(hours=1), sweep_at=timezone.now()
        )

        reap()

        assert not default_storage.exists(late)
        assert Job.objects.get().sweep_at is None

    def test_that_still_run_are_left_alone(self, alice: User) -> None:
        name = leave_file(claimed(alice))

        reap()

        assert default_storage.exists(name)

    def test_are_recorded_as_swept_when_the_disk_refuses(
        self, alice: User, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        first, second = claimed(alice), claimed(alice)
        name = leave_file(second)
        for job in (first, second):
            end_by_cancel(job)
        delete = storage.AtomicFileSystemStorage.delete
        refused = leave_file(first)

        def refuse_one(self: Any, each: str) -> None:
            if each == refused:
                raise PermissionError(13, "refused")
            delete(self, each)

        monkeypatch.setattr(storage.AtomicFileSystemStorage, "delete", refuse_one)

        reap()

        assert not default_storage.exists(name)
        assert f"Could not remove the files that {first.pk} left" in caplog.text
        assert not Job.objects.filter(sweep_at__lte=timezone.now()).exists()

    def test_lose_their_files_when_their_deletion_was_cut_off(self, alice: User) -> None:
        job = claimed(alice)
        name = leave_file(job)
        # The callbacks after the commit do not run here, as in a process that is killed.
        delete_job(job=job)
        assert default_storage.exists(name)
        DeletedJob.objects.update(gone_at=timezone.now() - timedelta(days=3))

        reap()

        assert not default_storage.exists(name)
        assert not DeletedJob.objects.exists()

    def test_keep_their_files_while_others_are_deleted(self, alice: User) -> None:
        job, other = finished_job(alice), make_job(alice)
        record_deleted(alice.pk, [other.pk])
        DeletedJob.objects.update(gone_at=timezone.now() - timedelta(days=3))

        reap()

        assert default_storage.exists(job.result)

    def test_are_found_by_an_index(self) -> None:
        due = Job.objects.filter(sweep_at__lte=timezone.now()).order_by("sweep_at")

        plan = due.explain()

        assert connection.vendor != "sqlite" or "job_sweep_due" in plan

    def test_wait_for_the_next_round_when_they_are_many(
        self, alice: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(leftovers, "SWEPT_AT_ONCE", 2)
        job = make_job(alice)
        for _ in range(2):
            make_job(photo=job.photo)
        for each in Job.objects.all():
            end_by_cancel(each)

        reap()

        assert Job.objects.filter(sweep_at__lte=timezone.now()).count() == 1


class TestSheets:
    def test_lose_the_tiles_that_no_row_names(self, alice: User) -> None:
        sheet = make_sheet(alice)
        tile = make_tile(sheet.photo, sheet.styles.get())
        held = sheet_queue.claim()
        assert held is not None
        name = leave_tile(sheet)
        sheet_queue.finish(held)

        reap()

        assert not default_storage.exists(name)
        assert default_storage.exists(tile.file)

    def test_keep_the_tile_that_another_sheet_of_the_photo_is_writing(self, alice: User) -> None:
        photo = make_photo(alice)
        ended = make_sheet(photo=photo)
        sheet_queue.end(ended, ProofSheet.State.CANCELED)
        make_sheet(photo=photo)
        name = leave_tile(ended)

        reap()

        assert default_storage.exists(name)
        assert not ProofSheet.objects.filter(sweep_at__lte=timezone.now()).exists()


class TestSketches:
    def test_lose_the_files_that_no_row_names(self, alice: User) -> None:
        sketch = make_sketch(alice, sweep_at=timezone.now())
        name = leave_sketch(sketch.photo)

        reap()

        assert not default_storage.exists(name)
        assert default_storage.exists(sketch.file)

    def test_keep_the_file_that_another_of_the_photo_is_writing(self, alice: User) -> None:
        ended = make_sketch(alice, sweep_at=timezone.now())
        make_sketch(photo=ended.photo, ready=False)
        name = leave_sketch(ended.photo)

        reap()

        assert default_storage.exists(name)
        assert not Sketch.objects.filter(sweep_at__lte=timezone.now()).exists()


def test_a_photo_that_is_gone_leaves_no_folder(alice: User, media_root: Path) -> None:
    gone, here = make_photo(alice), make_photo(alice, seed=1)
    style = make_style()
    kept = [make_sketch(photo=here).file, make_tile(here, style).file]
    left = [make_sketch(photo=gone).file, make_tile(gone, style).file]
    strange = default_storage.save("sketches/other/file.txt", ContentFile(b"not ours"))
    # Its files stay, as when the process is killed.
    Photo.objects.filter(pk=gone.pk).delete()

    sweep_gone_photos()

    assert [default_storage.exists(name) for name in (*kept, *left)] == [True, True, False, False]
    assert not list(media_root.glob(f"*/*/{gone.pk}"))
    assert default_storage.exists(strange)
