"""Tests of which worker serves short and heavy work; tests/faults runs them on PostgreSQL too."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from inference import tasks, worker
from inference.live.estimates import estimate, eta_of
from inference.models import Job, Photo, Worker
from inference.queue import durations, fairness
from inference.queue import jobs as job_queue
from inference.queue import sheets as sheet_queue
from inference.queue.durations import Work
from inference.queue.lanes import HEAVY, PATIENCE, SHORT, Lanes, lane_of
from inference.queue.wakeups import send_wakeup
from inference.queue.workers import registration
from inference.services.jobs import submit_job
from inference.services.operations import drain_worker, pause_queue, resume_queue, return_worker
from inference.worker import Served, shutdown
from inference.worker.reaper import reap
from style_transfer.core.spec import TransferSpec
from tests.support.factories import make_job, make_photo, make_sheet, make_style, make_user

pytestmark = pytest.mark.django_db(transaction=True)
LONG_AGO = timedelta(minutes=5)
SLOW = TransferSpec("optimize", size=1024)
FAST = TransferSpec(size=64)
Here = Callable[[str], Worker]


@pytest.fixture
def here() -> Iterator[Here]:
    """Return a function that registers this process as a worker of some queues."""

    def enter(queues: str) -> Worker:
        registration.introduce("celery@here", queues)
        registration.register("cpu")
        return Worker.objects.get(name="celery@here")

    yield enter
    registration.unregister()
    registration.introduce("", "")


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the list of queues to which wakeups are sent; no wakeup leaves the process."""
    sent: list[str] = []
    monkeypatch.setattr(
        "celery.app.base.Celery.send_task", lambda _app, _name, queue, **_: sent.append(queue)
    )
    return sent


def there(queues: str, device: str = "cpu", **fields: object) -> Worker:
    """Register another process as a worker of `queues`."""
    worker: Worker = Worker.objects.create(
        name=f"celery@{queues}", host="there", pid=7, queues=queues, device=device, **fields
    )
    return worker


def with_gpu() -> Worker:
    return there("gpu,cpu", "cuda")


def a_short_and_a_heavy_job() -> tuple[Job, Job]:
    """Return the waiting jobs of two users; the short one has waited longer."""
    begun = timezone.now() - timedelta(seconds=9)
    return make_job(created_at=begun), make_job(lane=HEAVY)


class TestLaneOf:
    def test_is_heavy_if_a_cpu_would_need_long(self, settings: Settings) -> None:
        settings.JOB_SHORT_SECONDS = 10
        photo = Photo(width=1024, height=768)
        assert lane_of(Work.of(photo, FAST)) == SHORT
        assert lane_of(Work.of(photo, TransferSpec("optimize", size=64, steps=2))) == SHORT
        assert lane_of(Work.of(photo, SLOW)) == HEAVY

    def test_depends_only_on_times_measured_on_cpus(self, settings: Settings) -> None:
        settings.JOB_SHORT_SECONDS = 20
        work = Work.of(Photo(width=1024, height=768), FAST)
        durations.record(work, device="cuda", seconds=100)
        assert lane_of(work) == SHORT
        durations.record(work, device="cpu", seconds=100)
        assert lane_of(work) == HEAVY

    def test_stands_in_the_row_of_a_new_job(self, alice: User, calls: list[str]) -> None:
        photo, styles = make_photo(alice, (96, 64)), [(make_style(), 1.0)]
        durations.record(Work.of(photo, SLOW), device="cpu", seconds=100)
        for spec, lane in ((SLOW, HEAVY), (FAST, SHORT)):
            job, _new = submit_job(owner=alice, photo=photo, styles=styles, spec=spec)
            assert Job.objects.get(pk=job.pk).lane == lane


class TestClaims:
    def test_leave_heavy_work_to_the_workers_of_its_lane(self, here: Here) -> None:
        here("cpu")
        with_gpu()
        short, _heavy = a_short_and_a_heavy_job()
        assert job_queue.claim() == short
        assert job_queue.claim() is None

    def test_begin_with_heavy_work_if_other_workers_do_the_short(self, here: Here) -> None:
        here("gpu,cpu")
        there("cpu")
        short, heavy = a_short_and_a_heavy_job()
        assert [job_queue.claim(), job_queue.claim(), job_queue.claim()] == [heavy, short, None]

    def test_leave_short_work_to_others_in_a_worker_of_the_heavy_lane_only(
        self, here: Here
    ) -> None:
        here("gpu")
        there("cpu")
        _short, heavy = a_short_and_a_heavy_job()
        make_sheet()
        assert [job_queue.claim(), job_queue.claim()] == [heavy, None]
        assert sheet_queue.claim() is None

    @pytest.mark.parametrize("queues", ["cpu", "gpu,cpu", "gpu"])
    def test_take_everything_in_turn_if_all_workers_are_alike(
        self, here: Here, queues: str
    ) -> None:
        here(queues)
        there(queues)
        short, heavy = a_short_and_a_heavy_job()
        sheet = make_sheet()
        assert [job_queue.claim(), job_queue.claim()] == [short, heavy]
        assert sheet_queue.claim() == sheet

    def test_take_heavy_work_once_its_workers_are_lost(self, here: Here) -> None:
        here("cpu")
        gpu = with_gpu()
        job = make_job(lane=HEAVY)
        assert job_queue.claim() is None
        Worker.objects.filter(pk=gpu.pk).update(last_beat=timezone.now() - LONG_AGO)
        assert job_queue.claim() == job

    def test_take_heavy_work_while_its_workers_are_drained(self, here: Here) -> None:
        here("cpu")
        gpu = with_gpu()
        job = make_job(lane=HEAVY)
        drain_worker(worker=gpu)
        assert job_queue.claim() == job

    def test_take_heavy_work_that_waited_too_long(self, here: Here) -> None:
        here("cpu")
        with_gpu()
        job = make_job(lane=HEAVY, created_at=timezone.now() - PATIENCE)
        assert job_queue.claim() == job

    def test_are_fair_among_users_with_heavy_work(self, here: Here, settings: Settings) -> None:
        settings.JOB_MAX_RUNNING_PER_USER = 9
        here("gpu,cpu")
        there("cpu")
        people = [make_user(name) for name in ("ann", "ben")]
        start = timezone.now() - timedelta(seconds=9)
        for number, who in enumerate((0, 0, 0, 1)):
            make_job(people[who], lane=HEAVY, created_at=start + timedelta(seconds=number))
        served = [job.owner for job in iter(job_queue.claim, None)]
        assert served == [people[0], people[1], people[0], people[0]]

    def test_give_everything_to_a_process_without_a_row(self) -> None:
        with_gpu()
        there("cpu")
        short, heavy = a_short_and_a_heavy_job()
        assert {job_queue.claim(), job_queue.claim()} == {short, heavy}


class TestWakeups:
    def test_go_to_a_queue_that_a_worker_listens_to(self, calls: list[str]) -> None:
        send_wakeup(HEAVY)
        there("cpu")
        send_wakeup(HEAVY)
        gpu = with_gpu()
        send_wakeup(HEAVY)
        send_wakeup()
        drain_worker(worker=gpu)
        send_wakeup(HEAVY)
        assert calls == [SHORT, SHORT, HEAVY, SHORT, SHORT]

    def test_of_short_work_go_to_the_only_worker_there_is(self, calls: list[str]) -> None:
        there("gpu")
        send_wakeup()
        assert calls == [HEAVY]

    def test_of_a_new_job_go_to_its_lane(self, alice: User, calls: list[str]) -> None:
        with_gpu()
        photo = make_photo(alice)
        durations.record(Work.of(photo, SLOW), device="cpu", seconds=100)
        submit_job(owner=alice, photo=photo, styles=[(make_style(), 1.0)], spec=SLOW)
        assert calls == [HEAVY]

    @pytest.mark.parametrize(
        ("came_from", "waiting", "sent"),
        [
            (SHORT, [SHORT, HEAVY], [SHORT]),
            (HEAVY, [SHORT, HEAVY], [HEAVY]),
            (HEAVY, [SHORT], [SHORT]),
            (SHORT, [HEAVY], [HEAVY]),
            (SHORT, [], []),
        ],
        ids=["short", "heavy", "no heavy left", "no short left", "nothing left"],
    )
    def test_go_back_where_they_came_from_while_work_waits_there(
        self,
        calls: list[str],
        monkeypatch: pytest.MonkeyPatch,
        came_from: str,
        waiting: list[str],
        sent: list[str],
    ) -> None:
        with_gpu()
        there("cpu")
        for lane in waiting:
            make_job(lane=lane)
        monkeypatch.setattr(worker, "serve_line", lambda: Served.TO_THE_END)
        tasks.serve_queue.push_request(delivery_info={"routing_key": came_from})
        try:
            tasks.serve_queue.run()
        finally:
            tasks.serve_queue.pop_request()
        assert calls == sent

    def test_that_were_lost_are_sent_to_every_queue(self, calls: list[str]) -> None:
        with_gpu()
        there("cpu")
        make_job(lane=HEAVY, wakeup_at=timezone.now() - LONG_AGO)
        reap()
        reap()
        assert sorted(calls) == [SHORT, HEAVY]

    def test_of_a_resumed_queue_go_to_every_queue(self, alice: User, calls: list[str]) -> None:
        gpu = with_gpu()
        there("cpu")
        make_job(lane=HEAVY)
        pause_queue(by=alice)
        resume_queue(by=alice)
        assert sorted(calls) == [SHORT, HEAVY]
        return_worker(worker=gpu)
        assert len(calls) == 4

    def test_do_not_go_to_a_worker_that_was_told_to_end(self, here: Here, calls: list[str]) -> None:
        here("gpu,cpu")
        there("cpu")
        make_job(lane=HEAVY)
        shutdown.ask()
        try:
            tasks.serve_queue()
        finally:
            shutdown._asked[0] = 0
        assert calls == [SHORT]
        assert Worker.objects.count() == 1


class TestEstimates:
    def test_names_the_device_of_the_lane(self, alice: User) -> None:
        photo = make_photo(alice)
        durations.record(Work.of(photo, SLOW), device="cpu", seconds=100)
        durations.record(Work.of(photo, SLOW), device="cuda", seconds=5)
        durations.record(Work.of(photo, FAST), device="cpu", seconds=2)
        with_gpu()
        there("cpu")
        heavy = estimate(owner=alice, photo=photo, spec=SLOW)
        short = estimate(owner=alice, photo=photo, spec=FAST)
        assert (heavy.lane, heavy.device, heavy.painting.p50) == (HEAVY, "cuda", 5)
        assert (short.lane, short.device, short.painting.p50) == (SHORT, "cpu", 2)

    def test_counts_the_jobs_that_wait_for_the_same_workers(self, alice: User, bob: User) -> None:
        photo = make_photo(alice)
        durations.record(Work.of(photo, SLOW), device="cpu", seconds=100)
        make_job(bob, lane=SHORT)
        mine = make_job(alice, lane=HEAVY, paint_p50=5.0, paint_p90=9.0)
        together = estimate(owner=alice, photo=photo, spec=SLOW)
        assert fairness.places_of(alice.pk) == {mine.pk: 1}

        with_gpu()
        there("cpu")

        assert fairness.places_of(alice.pk) == {mine.pk: 0}
        assert estimate(owner=alice, photo=photo, spec=SLOW).ahead == together.ahead - 1 == 1
        assert eta_of(mine, 0) == {"p50": 5.0, "p90": 9.0}

    def test_counts_the_workers_of_each_lane(self) -> None:
        with_gpu()
        there("cpu")
        there("cpu", last_beat=timezone.now() - LONG_AGO)
        assert Lanes.now().devices(HEAVY) == ["cuda"]
        assert sorted(Lanes.now().devices(SHORT)) == ["cpu", "cuda"]
