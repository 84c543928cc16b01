"""Painting jobs: takes the engine's steps one by one, and writes each under the job's lease.

The engine never calls the worker back. A cancellation, a stop, a passed deadline and a lost lease
are therefore handled alike: the worker leaves the loop.
"""

from contextlib import closing
from functools import partial

from common import failpoints
from inference.files import jobs as job_files
from inference.live import broadcast
from inference.models import Job
from inference.queue import jobs as job_queue
from inference.queue.workers import registration
from inference.worker import engine
from inference.worker.attempts import (
    ENDINGS,
    Attempt,
    every_end_written,
    load_painting,
    load_request,
)
from inference.worker.batched import paint_batched
from inference.worker.heartbeat import Heartbeat
from inference.worker.interruptions import Interruptions
from inference.worker.revisions import serve_revision
from inference.worker.sheets import Served, serve_sheet
from inference.worker.sketches import serve_sketch
from inference.worker.turns import Turns
from style_transfer.core.catalog import find_method
from style_transfer.core.errors import EngineError


def serve_job(*, immediate: bool = False) -> bool:
    """Paint the next job, with the jobs that fit into the same pass; False when none waits.

    With `immediate`, only jobs of immediate methods count.
    """
    first = job_queue.claim(immediate=immediate)
    if first is None:
        return False
    jobs = [first, *job_queue.claim_beside(first, engine.pass_size() - 1)]
    for job in jobs:
        broadcast.publish_read(job)
    registration.update(job=first.pk, model=first.spec["method"])
    with Heartbeat(jobs, ENDINGS) as heartbeat:
        for job in paint_batched(jobs, heartbeat) if len(jobs) > 1 else jobs:
            with every_end_written(job):
                _paint(job, heartbeat)
            broadcast.publish(job.pk)
    registration.update(job=None)
    return True


def _serve_immediate_job() -> bool:
    return serve_job(immediate=True)


def _serve_part_of_sheet() -> bool:
    return serve_sheet() is not Served.NOTHING


_turns = Turns(serve_sketch, _serve_immediate_job, _serve_part_of_sheet)


def _serve_immediate(within: Job) -> bool:
    """Serve what takes seconds, while `within` is interrupted.

    Revisions come first, and the rest takes turns.
    """
    served = serve_revision() or _turns.serve()
    if served:
        registration.update(job=within.pk, model=within.spec["method"])
    return served


def _paint(job: Job, heartbeat: Heartbeat[Job]) -> None:
    """Paint `job` alone, step by step; immediate work may interrupt a slow method."""
    job_files.sweep(job.pk, keep={job.preview})
    attempt = Attempt(job)
    request = load_request(job)
    resume = load_painting(job)
    attempt.loaded()
    is_immediate = find_method(request.spec.method).immediate
    interruptions = Interruptions(partial(_serve_immediate, job)) if not is_immediate else None
    steps = engine.stylize(request.content, request.styles, request.spec, resume, mask=request.mask)
    with closing(steps):
        for step in steps:
            failpoints.hit("step")
            heartbeat.check(job)
            if step.image and step.done == step.total and step.stage == "done":
                # A descent that diverged ends early with the best picture, and a warning.
                attempt.finish(step, stopped_early=bool(step.report and step.report.warnings))
                return
            attempt.show(step)
            if interruptions is not None:
                attempt.rested(interruptions.take())
            if attempt.stop_requested and step.painting:
                kept = step.painting.finish()
                if kept.image:
                    attempt.finish(kept, stopped_early=True)
                    return
    raise EngineError("The engine ended without a result.")
