"""Tests of the pulse, the thread of a worker process that beats."""

import threading
import time
from collections.abc import Iterator

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from inference.models import Job, Worker
from inference.queue import jobs as job_queue
from inference.queue.pulse import Pulse
from inference.queue.workers import registration
from inference.worker.attempts import ENDINGS
from inference.worker.heartbeat import Heartbeat, LeaseLost
from tests.support.factories import make_job

# The thread has its own connection, which sees only committed rows.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def quick_beats(settings: Settings) -> None:
    """Make a beat due ten times a second."""
    settings.JOB_HEARTBEAT_SECONDS = 0.1


@pytest.fixture
def here() -> Iterator[None]:
    """Register this process as a worker."""
    registration.register("cpu")
    yield
    registration.unregister()


def pulses() -> int:
    return [thread.name for thread in threading.enumerate()].count("pulse")


def claimed(alice: User) -> Job:
    make_job(alice)
    job = job_queue.claim()
    assert job is not None
    return job


class TestOfAWorker:
    @pytest.mark.usefixtures("here")
    def test_beats_for_its_row_and_its_leases_in_one_thread(self, alice: User) -> None:
        job = claimed(alice)
        began = timezone.now()
        with Heartbeat([job], ENDINGS):
            assert pulses() == 1
            time.sleep(0.5)
        row = Job.objects.get()
        assert row.lease_until is not None
        assert job.lease_until is not None
        assert row.lease_until > job.lease_until
        assert Worker.objects.get().last_beat > began
        assert pulses() == 1

    @pytest.mark.usefixtures("here")
    def test_beats_for_work_that_interrupts_other_work(self, alice: User, bob: User) -> None:
        outer = claimed(alice)
        with Heartbeat([outer], ENDINGS):
            inner = claimed(bob)
            with Heartbeat([inner], ENDINGS):
                time.sleep(0.5)
                assert pulses() == 1
        for job in (outer, inner):
            row = Job.objects.get(pk=job.pk)
            assert row.lease_until is not None
            assert job.lease_until is not None
            assert row.lease_until > job.lease_until

    def test_notices_a_lost_lease(self, alice: User) -> None:
        job = claimed(alice)
        with Heartbeat([job], ENDINGS) as heartbeat:
            heartbeat.check(job)
            job_queue.cancel(job, by="owner")
            time.sleep(0.5)
            with pytest.raises(LeaseLost):
                heartbeat.check(job)

    def test_ends_with_the_work(self, alice: User) -> None:
        with Heartbeat([claimed(alice)], ENDINGS):
            assert pulses() == 1
        assert pulses() == 0


class TestPulse:
    def test_continues_after_a_beat_that_fails(self, caplog: pytest.LogCaptureFixture) -> None:
        pulse = Pulse()
        came: list[object] = []

        def fail(_due: object) -> None:
            raise ZeroDivisionError

        pulse.add(fail)
        pulse.add(came.append)
        time.sleep(0.5)
        pulse.remove(fail)
        pulse.remove(came.append)
        assert len(came) > 1
        assert True in came
        assert "A beat failed" in caplog.text

    def test_does_not_call_a_removed_beat(self) -> None:
        pulse = Pulse()
        came: list[object] = []
        other: list[object] = []
        pulse.add(other.append)
        pulse.add(came.append)
        time.sleep(0.3)
        pulse.remove(came.append)
        before = len(came)
        time.sleep(0.3)
        assert len(came) == before > 0
        pulse.remove(other.append)

    def test_waits_for_a_running_call(self) -> None:
        pulse, ended = Pulse(), []
        begun = threading.Event()

        def beat(_due: object) -> None:
            begun.set()
            time.sleep(0.3)
            ended.append(True)

        pulse.add(beat)
        assert begun.wait(5)
        pulse.remove(beat)
        assert ended == [True]
