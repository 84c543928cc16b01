"""Rates at which one connection can do the server work of each worker, wakeup and frame."""

import time
from collections.abc import Callable
from uuid import uuid4

from inference.live import broadcast
from inference.models import Job
from inference.queue import jobs as job_queue
from inference.queue.wakeups import send_wakeup
from tests.support.factories import make_job, make_photo, make_style, make_user


def rates(*, number: int) -> dict[str, float]:
    """Return how often per second each part runs, from `number` tries; no worker may run."""
    style, stamp = make_style(f"style-{uuid4().hex[:8]}"), uuid4().hex[:8]
    for each in range(number):
        owner = make_user(f"claimer-{stamp}-{each}")
        make_job(owner, photo=make_photo(owner), styles=[style])
    claimed: list[Job] = []

    def claim() -> None:
        job = job_queue.claim()
        assert job is not None
        claimed.append(job)

    return {
        "claims": _rate(number, claim),
        "heartbeats": _rate(number, lambda: _beat(claimed[0])),
        "steps written": _rate(number, lambda: _write_step(claimed[0])),
        "frames published": _rate(number, lambda: broadcast.publish(claimed[0].pk)),
        "wakeups": _rate(number, send_wakeup),
    }


def _beat(job: Job) -> None:
    assert job.held.renew()


def _write_step(job: Job) -> None:
    assert job_queue.record_progress(job, done=1, total=2, stage="painting")


def _rate(number: int, do: Callable[[], object]) -> float:
    began = time.monotonic()
    for _ in range(number):
        do()
    return number / (time.monotonic() - began)
