"""Tests of the rows of worker processes, and of pausing and draining them."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from inference import worker
from inference.live.estimates import estimate
from inference.models import Worker
from inference.queue import jobs as job_queue
from inference.queue import sheets as sheet_queue
from inference.queue import workers
from inference.queue.workers import WorkerRegistration, registration, workers_alive, workers_serving
from inference.services.operations import (
    drain_worker,
    pause_queue,
    resume_queue,
    return_worker,
)
from inference.worker import Served
from inference.worker.reaper import reap
from style_transfer.core.spec import TransferSpec
from tests.support.factories import make_job, make_photo, make_sheet
from tests.support.servers import wait_until

pytestmark = pytest.mark.django_db(transaction=True)
LONG_AGO = timedelta(minutes=5)


@pytest.fixture
def here(settings: Settings) -> Iterator[Worker]:
    """Register this process as a worker."""
    settings.JOB_HEARTBEAT_SECONDS = 0.1
    registration.introduce("celery@here", "cpu")
    registration.register("cpu")
    yield Worker.objects.get(name="celery@here")
    registration.unregister()


def other(name: str = "celery@there", **fields: object) -> Worker:
    worker: Worker = Worker.objects.create(name=name, host="there", pid=7, **fields)
    return worker


def now(worker: Worker) -> Worker:
    return Worker.objects.get(pk=worker.pk)


class TestWorkerRegistration:
    def test_describes_the_process(self, here: Worker) -> None:
        assert (here.name, here.queues, here.device) == ("celery@here", "cpu", "cpu")
        assert here.pid > 0
        assert here.memory_mb > 10
        assert workers_alive() == workers_serving() == 1

    def test_beats_by_itself(self, here: Worker) -> None:
        wait_until(lambda: now(here).last_beat > here.last_beat, "a beat")

    def test_says_what_the_process_does(self, here: Worker, alice: User) -> None:
        job = make_job(alice)
        registration.update(job=job.pk, model="fast")
        assert (now(here).job, now(here).model) == (job.pk, "fast")

    def test_leaves_no_row_behind(self, settings: Settings) -> None:
        process = WorkerRegistration()
        process.register("cpu")
        assert workers_alive() == 1
        process.unregister()
        process.unregister()
        assert not Worker.objects.exists()

    def test_is_lost_without_a_recent_beat(self) -> None:
        other(last_beat=timezone.now() - LONG_AGO)
        assert (workers_alive(), Worker.objects.count()) == (0, 1)

    def test_is_removed_after_a_day(self, wakeups: list[str]) -> None:
        other(last_beat=timezone.now() - timedelta(hours=25))
        lately = other(last_beat=timezone.now() - timedelta(hours=23))
        reap()
        assert list(Worker.objects.all()) == [lately]

    def test_has_no_row_in_a_process_that_does_not_paint(self) -> None:
        registration.update(job=None)
        registration.unregister()
        assert not registration.is_draining()
        assert not Worker.objects.exists()

    @pytest.mark.slow
    @pytest.mark.usefixtures("media_root")
    def test_names_the_job_while_it_is_painted(self, here: Worker, alice: User) -> None:
        make_job(alice)
        worker.serve_next()
        ended = now(here)
        assert (ended.job, ended.model) == (None, "fast")


class TestPause:
    def test_lets_no_work_begin(self, alice: User) -> None:
        make_job(alice)
        make_sheet(alice)
        pause_queue(by=alice)
        assert job_queue.claim() is None
        assert sheet_queue.claim() is None

    def test_lets_running_work_finish(self, alice: User) -> None:
        make_job(alice)
        job = job_queue.claim()
        assert job is not None
        pause_queue(by=alice)
        assert job_queue.record_progress(job, done=1, total=2, stage="painting")

    def test_ends_with_wakeups_for_waiting_work(self, alice: User, wakeups: list[str]) -> None:
        make_job(alice)
        pause_queue(by=alice)
        pause_queue(by=alice)
        assert wakeups == []
        resume_queue(by=alice)
        assert len(wakeups) == 1
        assert job_queue.claim() is not None

    def test_sends_no_wakeup_if_nothing_waits(self, alice: User, wakeups: list[str]) -> None:
        make_job(alice, wakeup_at=timezone.now() - LONG_AGO)
        pause_queue(by=alice)
        reap()
        assert wakeups == []
        resume_queue(by=alice)
        reap()
        assert len(wakeups) == 2

    def test_warns_in_the_estimate(self, alice: User) -> None:
        photo = make_photo(alice)
        pause_queue(by=alice)
        predicted = estimate(owner=alice, photo=photo, spec=TransferSpec(size=64))
        assert [each.code for each in predicted.warnings] == ["paused"]


class TestDrain:
    def test_keeps_one_worker_from_claiming(self, here: Worker, alice: User) -> None:
        make_job(alice)
        drain_worker(worker=here)
        assert job_queue.claim() is None
        return_worker(worker=here)
        assert job_queue.claim() is not None

    def test_lets_the_others_work(self, here: Worker, alice: User) -> None:
        make_job(alice)
        drain_worker(worker=other())
        assert workers_serving() == 1
        assert job_queue.claim() is not None

    def test_applies_to_all_processes_of_the_worker(self) -> None:
        processes = [other("celery@there") for _ in range(2)]
        drain_worker(worker=processes[0])
        assert now(processes[1]).draining

    def test_passes_wakeups_on(
        self, here: Worker, alice: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(worker, "PASS_ON_SECONDS", 0)
        drain_worker(worker=here)
        assert worker.serve_next() is Served.NOTHING
        make_job(alice)
        assert worker.serve_next() is Served.PUT_BACK

    def test_counts_in_the_estimate(self, alice: User) -> None:
        photo = make_photo(alice)
        for _ in range(2):
            make_job(paint_p50=10.0, paint_p90=10.0)
        there = [other("celery@a"), other("celery@b")]
        spec = TransferSpec(size=64)
        both = estimate(owner=alice, photo=photo, spec=spec).eta
        drain_worker(worker=there[0])
        assert estimate(owner=alice, photo=photo, spec=spec).eta["p50"] > both["p50"]


def test_memory_is_that_of_this_process() -> None:
    assert 10 < workers.memory_mb() < 10_000
