"""Tests of the queue's transitions; run on SQLite here and on PostgreSQL by tests/faults."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from pytest_django import Settings

from inference.files.stored import StoredPicture
from inference.models import DurationSample, Job, LossCurve
from inference.queue import jobs as job_queue
from inference.queue.jobs import Result
from inference.services.jobs import delete_job
from style_transfer.core.losses import LOSS_NAMES, CurveRecorder
from style_transfer.core.spec import TransferSpec
from tests.support.factories import make_job, make_photo, make_style, make_user
from tests.support.races import together

pytestmark = pytest.mark.django_db
RESULT = StoredPicture("jobs/result.jpg", 64, 43)
PREVIEW = StoredPicture("jobs/preview.webp", 32, 21)


def claimed(**fields: Any) -> Job:
    make_job(**fields)
    job = job_queue.claim()
    assert job is not None
    return job


def finish(job: Job, *, stopped_early: bool = False) -> bool:
    return job_queue.finish(
        job,
        Result(
            steps=4,
            picture=RESULT,
            preview=PREVIEW,
            report={"tiles": 1},
            device="cpu",
            load_seconds=0.1,
            compute_seconds=1.5,
            stopped_early=stopped_early,
        ),
    )


def let_lease_end(job: Job) -> None:
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


class TestClaim:
    def test_finds_nothing_in_an_empty_queue(self) -> None:
        assert job_queue.claim() is None

    def test_holds_the_job_under_a_new_lease(self) -> None:
        waiting = make_job()

        job = job_queue.claim()

        assert job is not None
        assert job.pk == waiting.pk
        assert (job.state, job.attempt, job.seq) == (Job.State.RUNNING, 1, 2)
        assert job.lease is not None
        assert job.lease_until is not None
        assert job.started_at is not None
        assert job.lease_until - job.started_at == timedelta(seconds=15)

    def test_gives_a_job_to_one_worker_only(self) -> None:
        claimed()

        assert job_queue.claim() is None

    def test_resets_the_progress_of_an_earlier_attempt(self) -> None:
        job = claimed()
        job_queue.record_progress(job, done=7, total=9, stage="painting")
        let_lease_end(job)
        Job.objects.reap_lost()

        again = job_queue.claim()

        assert again is not None
        assert (again.attempt, again.done, again.total) == (2, 0, 0)


class TestHolding:
    def test_renews_only_a_held_lease(self) -> None:
        job = claimed()
        assert job.held.renew()
        job.lease = uuid4()

        assert not job.held.renew()

    def test_prolongs_the_lease_with_each_progress(self) -> None:
        job = claimed()
        let_lease_end(job)

        assert job_queue.record_progress(job, done=1, total=4, stage="painting", preview=PREVIEW)

        row = Job.objects.get(pk=job.pk)
        assert row.lease_until is not None
        assert row.lease_until > timezone.now()
        assert (row.done, row.total, row.stage) == (1, 4, "painting")
        assert (row.preview, row.preview_version, row.seq) == (PREVIEW.name, 1, 3)

    def test_keeps_the_preview_if_a_step_has_none(self) -> None:
        job = claimed()
        job_queue.record_progress(job, done=1, total=4, stage="painting", preview=PREVIEW)
        job_queue.record_progress(job, done=2, total=4, stage="painting")

        row = Job.objects.get(pk=job.pk)
        assert (row.preview, row.preview_version) == (PREVIEW.name, 1)

    @pytest.mark.parametrize(
        "write",
        [
            finish,
            lambda job: job.held.fail(code="internal", hint=""),
            lambda job: job_queue.record_progress(job, done=1, total=1, stage="painting"),
            lambda job: job.held.renew(),
        ],
        ids=["finish", "fail", "progress", "renew"],
    )
    def test_changes_nothing_once_another_attempt_holds_the_job(
        self, write: Callable[[Job], bool]
    ) -> None:
        zombie = claimed()
        let_lease_end(zombie)
        Job.objects.reap_lost()
        second = job_queue.claim()
        before = Job.objects.values().get(pk=zombie.pk)

        assert not write(zombie)

        assert second is not None
        assert Job.objects.values().get(pk=zombie.pk) == before


class TestEnds:
    def test_finishes_with_one_result(self) -> None:
        job = claimed()

        assert finish(job)
        assert not finish(job)

        row = Job.objects.get(pk=job.pk)
        assert (row.state, row.result, row.lease) == (Job.State.SUCCEEDED, RESULT.name, None)
        assert row.completed_at is not None
        assert row.compute_seconds == 1.5
        assert (row.done, row.total) == (4, 4)

    def test_fails_with_a_code_and_without_preview(self) -> None:
        job = claimed()
        job_queue.record_progress(job, done=1, total=4, stage="painting", preview=PREVIEW)

        assert job.held.fail(code="out_of_memory", hint="x" * 400)

        row = Job.objects.get(pk=job.pk)
        assert (row.state, row.error_code, row.preview) == (Job.State.FAILED, "out_of_memory", "")
        assert len(row.error_hint) == 300

    def test_cancels_a_waiting_job_so_that_it_never_starts(self) -> None:
        job = make_job()

        assert job_queue.cancel(job, by="owner")

        assert job_queue.claim() is None
        assert Job.objects.get(pk=job.pk).canceled_by == "owner"

    def test_cancels_a_running_job(self) -> None:
        job = claimed()

        assert job_queue.cancel(job, by="owner")

        assert not job_queue.record_progress(job, done=1, total=4, stage="painting")
        assert not finish(job)
        assert Job.objects.get(pk=job.pk).state == Job.State.CANCELED

    def test_does_not_cancel_an_ended_job(self) -> None:
        job = claimed()
        finish(job)

        assert not job_queue.cancel(job, by="owner")

    def test_asks_only_a_running_job_to_stop(self) -> None:
        waiting = make_job()
        assert not job_queue.request_stop(waiting)

        running = job_queue.claim()

        assert running is not None
        assert job_queue.request_stop(running)
        assert Job.objects.get(pk=running.pk).stop_requested

    def test_stores_how_long_it_took(self) -> None:
        assert finish(claimed())

        sample = DurationSample.objects.get()
        assert (sample.method, sample.device, sample.seconds) == ("fast", "cpu", 1.6)

    def test_stores_no_time_of_a_stopped_or_lost_job(self) -> None:
        assert finish(claimed(), stopped_early=True)
        lost = claimed()
        job_queue.cancel(lost, by="owner")
        assert not finish(lost)

        assert not DurationSample.objects.exists()


class TestReaping:
    def test_leaves_the_job_of_a_running_worker_alone(self) -> None:
        claimed()

        assert Job.objects.reap_lost() == []

    def test_puts_a_lost_job_back_into_the_queue(self) -> None:
        job = claimed()
        let_lease_end(job)

        assert Job.objects.reap_lost() == [job.pk]

        row = Job.objects.get(pk=job.pk)
        assert (row.state, row.attempt, row.lease) == (Job.State.QUEUED, 1, None)

    def test_ends_a_job_that_lost_all_its_workers(self) -> None:
        waiting = make_job()
        for _ in range(3):
            job = job_queue.claim()
            assert job is not None
            let_lease_end(job)
            Job.objects.reap_lost()

        row = Job.objects.get(pk=waiting.pk)
        assert (row.state, row.error_code, row.attempt) == (Job.State.FAILED, "crashed", 3)
        assert job_queue.claim() is None

    def test_takes_back_everything_at_a_start_without_workers(self) -> None:
        job = claimed()

        assert Job.objects.take_back_all() == [job.pk]
        assert Job.objects.waiting().count() == 1

    def test_finds_the_jobs_whose_wakeup_was_lost(self) -> None:
        make_job()
        lost = make_job(wakeup_at=timezone.now() - timedelta(seconds=31))

        assert Job.objects.stale_wakeups(5) == [lost.pk]

        Job.objects.record_wakeup(lost.pk)
        assert Job.objects.stale_wakeups(5) == []


class TestExpiry:
    def test_ends_jobs_that_waited_too_long(self, settings: Settings) -> None:
        settings.JOB_EXPIRES_HOURS = 2
        now = timezone.now()
        old = make_job(created_at=now - timedelta(hours=3), preview="jobs/look.webp")
        young = make_job(created_at=now - timedelta(hours=1))

        assert job_queue.expire_overdue() == [old.pk]

        row = Job.objects.get(pk=old.pk)
        assert (row.state, row.preview, row.seq) == (Job.State.EXPIRED, "", 2)
        assert row.completed_at is not None
        assert job_queue.claim() == young

    @pytest.mark.parametrize("state", ["running", "canceled"])
    def test_leaves_jobs_that_do_not_wait(self, state: str) -> None:
        job = claimed(created_at=timezone.now() - timedelta(days=2))
        if state == "canceled":
            job_queue.cancel(job, by="owner")

        assert job_queue.expire_overdue() == []

        assert Job.objects.get().state == state


class TestConstraints:
    @pytest.mark.parametrize(
        "values",
        [
            {"state": "running"},
            {"lease": uuid4()},
            {"state": "succeeded", "completed_at": timezone.now()},
            {"state": "failed"},
            {"result": "jobs/another.jpg"},
            {"saved": "jobs/painting.safetensors"},
            {"completed_at": timezone.now()},
        ],
        ids=[
            "running without lease",
            "lease without running",
            "succeeded without result",
            "ended without time",
            "result without success",
            "painting kept without success",
            "time without end",
        ],
    )
    def test_refuse_an_inconsistent_row(self, values: dict[str, object]) -> None:
        job = make_job()

        with pytest.raises(IntegrityError), transaction.atomic():
            Job.objects.filter(pk=job.pk).update(**values)


@pytest.mark.django_db(transaction=True)
class TestRaces:
    def test_ends_in_one_state_when_cancel_and_finish_come_at_once(self) -> None:
        owner = make_user()
        photo, style = make_photo(owner), make_style()
        for _ in range(25):
            job = claimed(owner=owner, photo=photo, styles=[style])

            finished, canceled = together(
                partial(finish, job), partial(job_queue.cancel, job, by="owner")
            )

            row = Job.objects.get(pk=job.pk)
            assert finished != canceled
            assert (row.state == Job.State.SUCCEEDED) is finished
            assert (row.result == RESULT.name) is finished

    def test_never_claims_a_job_twice(self, settings: Settings) -> None:
        settings.JOB_MAX_RUNNING_PER_USER = 6
        owner = make_user()
        photo, style = make_photo(owner), make_style()
        for _ in range(6):
            make_job(owner, photo=photo, styles=[style])

        jobs = together(*[job_queue.claim] * 8)

        keys = [job.pk for job in jobs if isinstance(job, Job)]
        assert len(keys) == len(set(keys)) == 6


def losses_of(*steps: int) -> CurveRecorder:
    recorder = CurveRecorder()
    for step in steps:
        recorder.add(step, dict.fromkeys(LOSS_NAMES, 1 / step))
    return recorder


class TestLosses:
    RECIPE = TransferSpec("gatys", size=64, steps=9)

    def progress(self, job: Job, *steps: int) -> bool:
        return job_queue.record_progress(
            job, done=steps[-1], total=9, stage="painting", losses=losses_of(*steps)
        )

    def test_are_stored_with_the_progress_and_its_attempt(self) -> None:
        job = claimed(spec=self.RECIPE)
        assert self.progress(job, 1)
        assert self.progress(job, 1, 2)
        curve = LossCurve.objects.get()
        assert (curve.job_id, curve.attempt) == (job.pk, 1)
        assert [point[0] for point in curve.points] == [1, 2]

    def test_are_not_written_by_an_attempt_that_lost_its_lease(self) -> None:
        lost = claimed(spec=self.RECIPE)
        self.progress(lost, 1, 2)
        let_lease_end(lost)
        Job.objects.reap_lost()
        again = job_queue.claim()
        assert again is not None
        assert not LossCurve.objects.exists()
        assert not self.progress(lost, 1, 2, 3)
        assert not LossCurve.objects.exists()
        assert self.progress(again, 1)
        assert LossCurve.objects.get().attempt == 2

    def test_begin_anew_after_the_job_was_given_back(self) -> None:
        first = claimed(spec=self.RECIPE)
        self.progress(first, 1, 2)
        job_queue.give_back(first)
        again = job_queue.claim()
        assert again is not None
        assert again.attempt == first.attempt
        assert not LossCurve.objects.exists()

    def test_are_not_stored_for_a_method_without_losses(self) -> None:
        job = claimed()
        job_queue.record_progress(job, done=1, total=4, stage="painting", losses=CurveRecorder())
        assert not LossCurve.objects.exists()

    def test_are_deleted_with_the_job(self) -> None:
        job = claimed(spec=self.RECIPE)
        self.progress(job, 1)
        delete_job(job=job)
        assert not LossCurve.objects.exists()
