"""Tests of interruptions: when a long painting is interrupted, and what is painted then."""

import time
from collections.abc import Callable
from datetime import datetime

import pytest
from django.core.files.storage import default_storage
from pytest_django import Settings

from accounts.models import User
from inference import worker
from inference.models import Job, LeasedWork, ProofSheet
from inference.worker import Served, jobs, shutdown
from inference.worker.interruptions import Interruptions
from inference.worker.turns import Turns
from style_transfer.core.spec import TransferSpec
from tests.support.factories import make_job, make_sheet

LONG = TransferSpec(method="optimize", size=64, steps=12)
IMMEDIATE = TransferSpec(size=64)


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Interrupt as often as possible."""
    monkeypatch.setattr("inference.worker.interruptions.LOOK_SECONDS", 0.0)


def taking(seconds: float, *, served: bool = True) -> Callable[[], bool]:
    """Return a function that takes `seconds` and returns `served`."""

    def work() -> bool:
        time.sleep(seconds)
        return served

    return work


def span(work: LeasedWork) -> tuple[datetime, datetime]:
    """Return the start and the end of ended work, by the clock of the database."""
    work.refresh_from_db()
    assert work.started_at is not None
    assert work.completed_at is not None
    return work.started_at, work.completed_at


class TestTake:
    def test_waits_until_it_is_time(self) -> None:
        assert Interruptions(taking(0.01)).take() == 0

    @pytest.mark.usefixtures("at_once")
    def test_returns_how_long_the_interruption_took(self) -> None:
        assert Interruptions(taking(0.02)).take() >= 0.02

    @pytest.mark.usefixtures("at_once")
    def test_takes_none_if_there_is_nothing_to_do(self) -> None:
        assert Interruptions(taking(0.0, served=False)).take() == 0

    @pytest.mark.usefixtures("at_once")
    def test_works_at_least_as_long_as_the_interruption_took(self) -> None:
        interruptions = Interruptions(taking(0.05))
        assert interruptions.take() > 0
        assert interruptions.take() == 0
        time.sleep(0.06)
        assert interruptions.take() > 0

    @pytest.mark.usefixtures("at_once")
    def test_keeps_the_most_of_the_deadline_for_the_work(self, settings: Settings) -> None:
        settings.JOB_DEADLINE_SECONDS = 0.1
        interruptions = Interruptions(taking(0.03))
        assert interruptions.take() > 0
        time.sleep(0.05)
        assert interruptions.take() == 0

    @pytest.mark.usefixtures("at_once")
    def test_takes_none_if_the_worker_was_told_to_end(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(shutdown, "_asked", bytearray(b"\x01"))
        assert Interruptions(taking(0.01)).take() == 0


# The heartbeats have their own connections, which see only committed rows.
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("media_root", "at_once")
class TestLongJob:
    def test_lets_an_immediate_one_pass(self, alice: User, bob: User) -> None:
        long, immediate = make_job(alice, spec=LONG), make_job(bob, spec=IMMEDIATE)

        assert worker.serve_next() is Served.TO_THE_END

        begun, ended = span(long)
        immediate_begun, immediate_ended = span(immediate)
        assert begun < immediate_begun < immediate_ended < ended
        assert (long.state, immediate.state) == (Job.State.SUCCEEDED, Job.State.SUCCEEDED)

    def test_does_not_count_the_time_of_other_jobs(self, alice: User, bob: User) -> None:
        long, immediate = make_job(alice, spec=LONG), make_job(bob, spec=IMMEDIATE)

        worker.serve_next()

        begun, ended = span(long)
        immediate_begun, immediate_ended = span(immediate)
        own = (ended - begun) - (immediate_ended - immediate_begun)
        assert long.compute_seconds is not None
        assert long.compute_seconds <= own.total_seconds() + 0.05

    def test_lets_no_other_long_one_pass(self, alice: User, bob: User) -> None:
        first, second = make_job(alice, spec=LONG), make_job(bob, spec=LONG)

        worker.serve_next()

        first.refresh_from_db()
        second.refresh_from_db()
        assert (first.state, second.state) == (Job.State.SUCCEEDED, Job.State.QUEUED)

    def test_lets_an_immediate_one_pass_before_a_long_one_that_waits(
        self, alice: User, bob: User
    ) -> None:
        make_job(alice, spec=LONG)
        waiting, immediate = make_job(bob, spec=LONG), make_job(bob, spec=IMMEDIATE)

        worker.serve_next()

        immediate.refresh_from_db()
        waiting.refresh_from_db()
        assert (waiting.state, immediate.state) == (Job.State.QUEUED, Job.State.SUCCEEDED)

    def test_lets_a_proof_sheet_pass(self, alice: User, bob: User) -> None:
        long, sheet = make_job(alice, spec=LONG), make_sheet(bob)

        worker.serve_next()

        assert span(sheet)[1] < span(long)[1]
        assert (long.state, sheet.state) == (Job.State.SUCCEEDED, ProofSheet.State.SUCCEEDED)

    def test_lets_sketches_immediate_jobs_and_sheets_take_turns(
        self, alice: User, bob: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        long = make_job(alice, spec=LONG)
        make_job(bob, spec=IMMEDIATE)
        make_sheet(bob)
        served: list[str] = []

        def sketch() -> bool:
            served.append("sketch")
            return True

        immediate, sheet = jobs._serve_immediate_job, jobs._serve_part_of_sheet
        monkeypatch.setattr(jobs, "_turns", Turns(sketch, immediate, sheet))

        for _turn in range(3):
            jobs._serve_immediate(long)

        # There is always one more sketch.
        assert served == ["sketch"]
        assert not Job.objects.waiting().filter(owner=bob).exists()
        assert not ProofSheet.objects.waiting().exists()

    def test_goes_on_when_an_immediate_one_fails(self, alice: User, bob: User) -> None:
        long, immediate = make_job(alice, spec=LONG), make_job(bob, spec=IMMEDIATE)
        default_storage.delete(str(immediate.photo.file))

        worker.serve_next()

        long.refresh_from_db()
        immediate.refresh_from_db()
        assert (long.state, immediate.state) == (Job.State.SUCCEEDED, Job.State.FAILED)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("media_root", "at_once")
def test_an_immediate_job_takes_no_interruptions(alice: User, bob: User) -> None:
    first = make_job(alice, spec=IMMEDIATE)
    make_sheet(bob)

    worker.serve_next()

    first.refresh_from_db()
    assert first.state == Job.State.SUCCEEDED
    assert ProofSheet.objects.get().state == ProofSheet.State.QUEUED
