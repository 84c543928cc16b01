"""Painting several jobs in one pass; each has its own lease and ends on its own."""

import logging
from collections.abc import Sequence
from contextlib import closing

from inference.files import jobs as job_files
from inference.live import broadcast
from inference.models import Job
from inference.worker import engine
from inference.worker.attempts import Attempt, every_end_written, load_request
from inference.worker.heartbeat import Heartbeat
from style_transfer.core.errors import EngineError
from style_transfer.core.spec import BatchStep, PaintRequest, Step

logger = logging.getLogger(__name__)


def paint_batched(jobs: Sequence[Job], heartbeat: Heartbeat[Job]) -> list[Job]:
    """Paint `jobs` in one pass; return those that must still be painted, each alone.

    If one job is canceled or cannot be painted, the others continue. Returned are the jobs that
    were not done when an error ended the whole pass, and those that did not fit into memory.
    """
    prepared = [_prepare(job, heartbeat) for job in jobs]
    ready = [each for each in prepared if each is not None]
    left = {attempt.job.pk: attempt.job for attempt, _request in ready}
    try:
        with closing(engine.stylize_pass([request for _attempt, request in ready])) as steps:
            for step in steps:
                if not engine.try_alone(step):
                    attempt = ready[step.index][0]
                    del left[attempt.job.pk]
                    _finish(attempt, step, heartbeat, pass_size=len(ready))
    except Exception:
        logger.exception("A pass failed; its %s unfinished jobs are painted one by one", len(left))
    return list(left.values())


def _prepare(job: Job, heartbeat: Heartbeat[Job]) -> tuple[Attempt, PaintRequest] | None:
    """Return the attempt at `job` and its request; None if the job cannot be painted."""
    with every_end_written(job):
        job_files.sweep(job.pk, keep={job.preview})
        attempt = Attempt(job)
        request = load_request(job)
        heartbeat.check(job)
        attempt.loaded()
        attempt.show(Step(0, 1, "painting"), at_once=True)
        return attempt, request
    broadcast.publish(job.pk)
    return None


def _finish(
    attempt: Attempt, step: BatchStep, heartbeat: Heartbeat[Job], *, pass_size: int
) -> None:
    """Write the result or the error of one job of the pass."""
    with every_end_written(attempt.job):
        heartbeat.check(attempt.job)
        if step.error is not None:
            raise step.error
        if step.step is None:
            raise EngineError("The engine ended without a result.")
        attempt.finish(step.step, pass_size=pass_size)
    broadcast.publish(attempt.job.pk)
