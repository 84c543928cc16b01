"""Tests of the figures of the queue for operators."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from inference.models import Job, Worker
from inference.pages.overview import Promises, overview
from inference.queue import jobs as job_queue
from inference.services.operations import pause_queue
from style_transfer.core.catalog import METHOD_INFOS
from style_transfer.core.spec import TransferSpec
from tests.support.factories import (
    finished_job,
    make_job,
    make_photo,
    make_sheet,
    make_sketch,
    make_style,
)

pytestmark = pytest.mark.django_db
STEPWISE = TransferSpec("optimize", size=64)


def done_after(seconds: float, *, promised: tuple[float, float]) -> Job:
    """Return a job that was done after some seconds, with the two figures of its estimate."""
    now = timezone.now()
    return finished_job(
        created_at=now - timedelta(seconds=seconds),
        completed_at=now,
        eta_p50=promised[0],
        eta_p90=promised[1],
    )


class TestQueue:
    def test_is_empty_on_a_site_without_work(self) -> None:
        seen = overview(with_names=True)
        assert (seen.waiting, seen.running, seen.sheets, seen.longest) == (0, 0, 0, [])
        assert (seen.done_lately, seen.failed_lately, seen.serving) == (0, 0, 0)
        assert not seen.switch.paused

    def test_counts_by_method(self, alice: User) -> None:
        for spec in (TransferSpec(size=64), STEPWISE):
            make_job(alice, spec=spec)
        make_job(alice, spec=STEPWISE, lane="gpu")
        assert job_queue.claim() is not None
        make_sheet(alice)
        make_sketch(alice, ready=False)

        seen = overview(with_names=True)

        lines = {line.method: (line.waiting, line.heavy, line.running) for line in seen.methods}
        none = dict.fromkeys(METHOD_INFOS, (0, 0, 0))
        assert lines == {**none, "fast": (0, 0, 1), "optimize": (2, 1, 0)}
        assert (seen.waiting, seen.running, seen.sheets, seen.sketches) == (2, 1, 1, 1)

    def test_counts_jobs_that_ended_in_the_last_hour(self) -> None:
        finished_job()
        finished_job(completed_at=timezone.now() - timedelta(hours=2))
        ended = {"state": Job.State.FAILED, "completed_at": timezone.now()}
        make_job(error_code="internal", **ended)  # type: ignore[arg-type]
        seen = overview(with_names=True)
        assert (seen.done_lately, seen.failed_lately) == (1, 1)

    def test_shows_who_paused_it(self, alice: User) -> None:
        pause_queue(by=alice)
        switch = overview(with_names=False).switch
        assert (switch.paused, switch.changed_by) == (True, "alice")


class TestWhoWaitsLongest:
    def test_is_first(self, alice: User, bob: User) -> None:
        now = timezone.now()
        make_job(alice, created_at=now - timedelta(minutes=1))
        for minutes in (9, 5):
            make_job(bob, created_at=now - timedelta(minutes=minutes))
        people = overview(with_names=True).longest
        assert [(each.name, each.jobs) for each in people] == [("bob", 2), ("alice", 1)]
        assert people[0].since == now - timedelta(minutes=9)
        assert not people[0].is_new

    def test_is_named_only_if_names_are_allowed(self, alice: User) -> None:
        make_job(alice)
        assert [each.name for each in overview(with_names=False).longest] == [""]


class TestPromises:
    def test_are_measured_with_both_figures(self) -> None:
        done_after(3, promised=(5, 10))
        done_after(7, promised=(5, 10))
        done_after(8, promised=(5, 10))
        done_after(30, promised=(5, 10))
        assert overview(with_names=False).promises == Promises(4, by_first=25, by_second=75)

    def test_leave_out_jobs_stopped_early_and_jobs_without_an_estimate(self) -> None:
        finished_job(stopped_early=True, eta_p50=1.0, eta_p90=2.0)
        finished_job()
        assert overview(with_names=False).promises == Promises(0, 0, 0)


class TestWorkers:
    def test_serve_unless_lost_or_drained(self) -> None:
        long_ago = timezone.now() - timedelta(minutes=5)
        rows: list[dict[str, object]] = [{}, {"draining": True}, {"last_beat": long_ago}]
        for number, fields in enumerate(rows):
            Worker.objects.create(name=f"celery@{number}", host="x", pid=number + 1, **fields)
        seen = overview(with_names=False)
        assert [worker.is_alive for worker in seen.workers] == [True, True, False]
        assert seen.serving == 1


def test_shows_the_disk(alice: User) -> None:
    photo = make_photo(alice)
    disk = overview(with_names=False).disk
    assert disk.photos == photo.bytes + photo.small_bytes
    assert 0 < disk.free <= disk.total
    assert 0 <= disk.used_percent <= 100


def test_needs_a_fixed_number_of_queries(
    alice: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    photo, style = make_photo(alice), make_style()
    for _ in range(5):
        make_job(alice, photo=photo, styles=[style])
    with django_assert_num_queries(10):
        overview(with_names=True)
