"""Tests of a worker that is told to end: it gives its work back and begins nothing."""

import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pytest_django import Settings

from accounts.models import User
from inference import worker
from inference.models import Job, ProofSheet
from inference.queue import jobs as job_queue
from inference.worker import Served, engine, heartbeat, shutdown
from style_transfer.core.spec import Step
from tests.support.factories import make_job, make_picture, make_sheet
from tests.support.servers import wait_until
from tests.support.sites import ROOT

# The heartbeat has its own connection, which sees only committed rows.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("media_root")]
Serve = Callable[[Callable[[], Iterator[Step]]], Served]
DONE = Step(4, 4, "done", make_picture((64, 48)))
LONG: dict[str, Any] = {"paint_p50": 100.0, "paint_p90": 200.0}
SHORT: dict[str, Any] = {"paint_p50": 1.0, "paint_p90": 2.0}
PAINTING = """
import os, time
import django
django.setup()
from inference.worker import shutdown
child = os.fork()
if child == 0:
    while not shutdown.is_asked():
        time.sleep(0.01)
    shutdown.own_process()
    shutdown.end_process()
shutdown.ask()
raise SystemExit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.fixture(autouse=True)
def going_on(settings: Settings) -> Iterator[None]:
    """Clear the request to end this process after each test."""
    settings.JOB_HEARTBEAT_SECONDS = 0.1
    yield
    shutdown._asked[0] = 0


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Serve:
    """Return a function that serves what is next with a script in place of the engine."""

    def serve_next(script: Callable[[], Iterator[Step]]) -> Served:
        monkeypatch.setattr(engine, "stylize", lambda *_, **_named: script())
        return worker.serve_next()

    return serve_next


def asked_in_a_long_step() -> Iterator[Step]:
    shutdown.ask()
    wait_until(lambda: Job.objects.get().state == Job.State.QUEUED, "giving back the job")
    # The thread that gives the work back tells the painting a moment later.
    for _ in range(400):
        yield Step(1, 4, "painting", DONE.image)
        time.sleep(0.05)
    pytest.fail("it went on")


def asked_in_a_short_step() -> Iterator[Step]:
    shutdown.ask()
    time.sleep(0.5)
    yield DONE


def test_gives_back_a_long_job_as_if_it_had_not_begun(
    serve: Serve, alice: User, caplog: pytest.LogCaptureFixture
) -> None:
    job = make_job(alice, **LONG)

    with caplog.at_level(logging.INFO):
        served = serve(asked_in_a_long_step)

    job.refresh_from_db()
    assert served is Served.PUT_BACK
    assert (job.state, job.attempt, job.lease, job.done) == (Job.State.QUEUED, 0, None, 0)
    assert "given back" in caplog.text
    assert "fenced" not in caplog.text


def test_another_worker_continues_at_once(serve: Serve, alice: User) -> None:
    job = make_job(alice, **LONG)
    serve(asked_in_a_long_step)

    assert Job.objects.stale_wakeups(5) == [job.pk]
    taken = job_queue.claim()
    assert taken is not None
    assert (taken.pk, taken.attempt) == (job.pk, 1)


def test_gives_back_in_the_middle_of_a_step(serve: Serve, alice: User) -> None:
    make_job(alice, **LONG)
    states: list[str] = []

    def script() -> Iterator[Step]:
        shutdown.ask()
        wait_until(lambda: Job.objects.get().state != Job.State.RUNNING, "giving back the job")
        states.append(Job.objects.get().state)
        yield DONE

    serve(script)
    assert states == [Job.State.QUEUED]


def test_finishes_a_job_that_ends_soon(serve: Serve, alice: User) -> None:
    job = make_job(alice, **SHORT)

    assert serve(asked_in_a_short_step) is Served.PUT_BACK

    job.refresh_from_db()
    assert (job.state, job.attempt) == (Job.State.SUCCEEDED, 1)


def test_gives_back_a_job_that_should_have_ended_by_now(
    serve: Serve, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heartbeat, "SOON_SECONDS", 0.2)
    job = make_job(alice, **SHORT)

    serve(asked_in_a_long_step)

    job.refresh_from_db()
    assert (job.state, job.attempt) == (Job.State.QUEUED, 0)


def test_begins_nothing_more(serve: Serve, alice: User) -> None:
    job = make_job(alice)
    shutdown.ask()

    # The worker passes the wakeup on to another worker.
    assert serve(asked_in_a_short_step) is Served.PUT_BACK

    job.refresh_from_db()
    assert (job.state, job.attempt) == (Job.State.QUEUED, 0)


def test_gives_back_a_proof_sheet_with_its_tiles(
    monkeypatch: pytest.MonkeyPatch, alice: User
) -> None:
    sheet = make_sheet(alice)

    def tries(*_: object) -> Iterator[tuple[int, object, None]]:
        shutdown.ask()
        queued = ProofSheet.State.QUEUED
        wait_until(lambda: ProofSheet.objects.get().state == queued, "giving back the sheet")
        yield 0, DONE.image, None

    monkeypatch.setattr(engine, "try_styles", tries)

    assert worker.serve_next() is Served.PUT_BACK

    sheet.refresh_from_db()
    assert (sheet.state, sheet.lease) == (ProofSheet.State.QUEUED, None)


def test_never_ends_a_process_that_is_not_only_a_worker() -> None:
    shutdown.end_process()


@pytest.mark.slow
def test_reaches_the_children_of_the_process_that_is_asked() -> None:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    command = [sys.executable, "-c", PAINTING]
    run = subprocess.run(command, env=environment, cwd=ROOT, timeout=60, check=False)
    assert run.returncode == 70
