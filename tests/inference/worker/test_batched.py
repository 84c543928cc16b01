"""Tests of painting several jobs in one pass, with the real engine unless a step must fail."""

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from django.core.files.storage import default_storage
from django.utils import timezone
from PIL import Image
from pytest_django import Settings

from inference import worker
from inference.live.snapshots.job import job_snapshot
from inference.models import Job
from inference.queue import jobs as job_queue
from inference.services.jobs import cancel_job
from inference.worker import Served, engine
from style_transfer.core.errors import EngineError, ModelMissingError, OutOfMemoryError
from style_transfer.core.spec import BatchStep, PaintRequest, Step
from tests.support.factories import make_job, make_photo, make_picture, make_style, make_user

# The heartbeat has its own connection, which sees only committed rows.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("media_root")]
Pass = Callable[[Sequence[PaintRequest]], Iterator[BatchStep]]
PICTURE = make_picture((64, 43))
DONE = Step(1, 1, "done", PICTURE)
State = Job.State


@pytest.fixture(autouse=True)
def four_at_once(settings: Settings) -> None:
    settings.JOB_BATCH = 4


def make_jobs(number: int = 3) -> list[Job]:
    """Return waiting jobs of `number` users that fit into one pass."""
    style, start = make_style(), timezone.now() - timedelta(minutes=1)
    return [
        make_job(
            make_user(f"user-{each}"), styles=[style], created_at=start + timedelta(seconds=each)
        )
        for each in range(number)
    ]


def row(job: Job) -> Job:
    return Job.objects.with_parts().get(pk=job.pk)


def states(jobs: Sequence[Job]) -> list[str]:
    return [row(job).state for job in jobs]


def files_of(job: Job, media_root: Path) -> list[str]:
    return sorted(path.suffix for path in media_root.glob(f"jobs/*/{job.pk}/**/*.*"))


def pixels_of(job: Job) -> "np.ndarray[Any, Any]":
    with default_storage.open(row(job).result) as file, Image.open(file) as picture:
        return np.asarray(picture, dtype=float)


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch) -> Callable[[Pass], None]:
    """Return a function that serves once with a script in place of the engine's pass."""

    def serve(script: Pass) -> None:
        monkeypatch.setattr(engine, "stylize_pass", script)
        assert worker.serve_next() is Served.TO_THE_END

    return serve


Play = Callable[[Pass], None]


class TestPass:
    def test_paints_all_with_the_engine(self, media_root: Path) -> None:
        jobs = make_jobs()

        assert worker.serve_next() is Served.TO_THE_END

        for job in jobs:
            done = row(job)
            assert (done.state, done.error_code) == (State.SUCCEEDED, "")
            assert (done.pass_size, done.result_width, done.result_height) == (3, 64, 43)
            assert done.compute_seconds is not None
            assert files_of(job, media_root) == [".jpg", ".jpg"]
        assert job_snapshot(done)["metrics"]["batch"] == 3
        assert Job.objects.waiting().count() == 0

    @pytest.mark.slow
    def test_paints_the_same_as_alone(self, settings: Settings) -> None:
        together = make_jobs(2)
        other = make_photo(together[1].owner, seed=5)
        Job.objects.filter(pk=together[1].pk).update(photo=other)
        worker.serve_next()
        settings.JOB_BATCH = 1
        alone = make_job(photo=together[0].photo, styles=list(together[0].styles.all()))
        worker.serve_next()

        assert [row(job).pass_size for job in (*together, alone)] == [2, 2, 1]
        difference = pixels_of(alone) - pixels_of(together[0])
        assert np.abs(difference).mean() < 1
        assert np.abs(pixels_of(alone) - pixels_of(together[1])).mean() > 5

    def test_shows_every_owner_that_painting_has_begun(self, play: Play) -> None:
        jobs = make_jobs()
        seen: list[list[str]] = []

        def script(requests: Sequence[PaintRequest]) -> Iterator[BatchStep]:
            seen.append([row(job).stage for job in jobs])
            for index in range(len(requests)):
                yield BatchStep(index, DONE)

        play(script)

        assert seen == [["painting"] * 3]
        assert states(jobs) == [State.SUCCEEDED] * 3


class TestOneOfThem:
    @pytest.mark.slow
    def test_fails_alone_when_its_photo_is_gone(self) -> None:
        jobs = make_jobs()
        jobs[1].photo.file.delete(save=False)

        worker.serve_next()

        assert states(jobs) == [State.SUCCEEDED, State.FAILED, State.SUCCEEDED]
        assert row(jobs[1]).error_code == "input_unreadable"
        assert row(jobs[0]).pass_size == 2

    def test_fails_alone_when_the_engine_cannot_paint_it(
        self, play: Play, media_root: Path
    ) -> None:
        jobs = make_jobs()

        def script(_: Sequence[PaintRequest]) -> Iterator[BatchStep]:
            yield BatchStep(0, DONE)
            yield BatchStep(1, error=EngineError("odd"))
            yield BatchStep(2, DONE)

        play(script)

        assert states(jobs) == [State.SUCCEEDED, State.FAILED, State.SUCCEEDED]
        assert row(jobs[1]).error_code == "internal"
        assert files_of(jobs[1], media_root) == []

    def test_is_canceled_alone(self, play: Play, media_root: Path) -> None:
        jobs = make_jobs()

        def script(requests: Sequence[PaintRequest]) -> Iterator[BatchStep]:
            cancel_job(job=jobs[1])
            for index in range(len(requests)):
                yield BatchStep(index, DONE)

        play(script)

        assert states(jobs) == [State.SUCCEEDED, State.CANCELED, State.SUCCEEDED]
        assert files_of(jobs[1], media_root) == []

    def test_writes_nothing_once_another_attempt_holds_it(
        self, play: Play, media_root: Path
    ) -> None:
        jobs, lease = make_jobs(), uuid4()

        def script(requests: Sequence[PaintRequest]) -> Iterator[BatchStep]:
            Job.objects.filter(pk=jobs[0].pk).update(lease=lease, attempt=2)
            for index in range(len(requests)):
                yield BatchStep(index, DONE)

        play(script)

        assert states(jobs) == [State.RUNNING, State.SUCCEEDED, State.SUCCEEDED]
        assert (row(jobs[0]).lease, files_of(jobs[0], media_root)) == (lease, [])

    @pytest.mark.slow
    def test_is_painted_alone_when_it_does_not_fit_into_memory_with_the_others(
        self, play: Play
    ) -> None:
        jobs = make_jobs(2)

        def script(_: Sequence[PaintRequest]) -> Iterator[BatchStep]:
            yield BatchStep(0, error=OutOfMemoryError("small machine"))
            yield BatchStep(1, DONE)

        play(script)

        assert states(jobs) == [State.SUCCEEDED] * 2
        assert [row(job).pass_size for job in jobs] == [1, 2]


class TestBrokenPass:
    @pytest.mark.parametrize(
        "error",
        [RuntimeError("surprise"), ModelMissingError("gone")],
        ids=["surprise", "no weights"],
    )
    @pytest.mark.slow
    def test_paints_the_others_one_by_one(self, play: Play, error: Exception) -> None:
        jobs = make_jobs()

        def script(_: Sequence[PaintRequest]) -> Iterator[BatchStep]:
            yield BatchStep(0, DONE)
            raise error

        play(script)

        assert states(jobs) == [State.SUCCEEDED] * 3
        assert [row(job).pass_size for job in jobs] == [3, 1, 1]


class TestLeases:
    @pytest.mark.slow
    def test_are_all_kept_by_one_heartbeat(self, play: Play, settings: Settings) -> None:
        settings.JOB_LEASE_SECONDS, settings.JOB_HEARTBEAT_SECONDS = 2, 0.2
        jobs, lost = make_jobs(), list[object]()

        def script(requests: Sequence[PaintRequest]) -> Iterator[BatchStep]:
            time.sleep(2.5)
            lost.extend(Job.objects.reap_lost())
            for index in range(len(requests)):
                yield BatchStep(index, DONE)

        play(script)

        assert (states(jobs), lost) == ([State.SUCCEEDED] * 3, [])

    def test_end_all_at_the_deadline(self, play: Play, settings: Settings) -> None:
        settings.JOB_DEADLINE_SECONDS = 0
        jobs = make_jobs()

        play(lambda _: iter([BatchStep(0, DONE)]))

        assert states(jobs) == [State.FAILED] * 3
        assert {row(job).error_code for job in jobs} == {"timeout"}

    def test_lead_to_passes_of_one_job_after_a_crash(self) -> None:
        jobs = make_jobs()
        first = job_queue.claim()
        assert first is not None
        assert len(job_queue.claim_beside(first, 3)) == 2
        Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        assert len(Job.objects.reap_lost()) == 3

        second = job_queue.claim()

        assert second is not None
        assert (second.attempt, job_queue.claim_beside(second, 3)) == (2, [])
        assert states(jobs).count(State.QUEUED) == 2
