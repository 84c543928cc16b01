"""Painting one job: pulls the engine's steps, and writes what they bring under the job's lease.

The engine never calls out. Cancel, stop, a passed deadline and a lost lease are all the same:
leave the loop.
"""

import logging
import time
from contextlib import closing

from django.conf import settings
from django.db import InterfaceError, OperationalError
from PIL import Image

from inference import job_files, progress, queue
from inference.engine.errors import EngineError
from inference.engine.spec import Report, Step, StyleInput, TransferSpec
from inference.models import Job
from inference.runner import engine
from inference.runner.failures import StyleWithdrawn, reason
from inference.runner.heartbeat import Heartbeat, LeaseLost
from inference.runner.inputs import load_photo, load_style
from library.models import Style

logger = logging.getLogger(__name__)
PROGRESS_SECONDS = 0.5


def serve_job() -> bool:
    """Paint the job whose turn it is, to its end; False when none waits."""
    job = queue.claim()
    if job is None:
        return False
    progress.publish(job.pk)
    with Heartbeat(job, lambda error: _fail(job, error)) as heartbeat:
        _attempt(job, heartbeat)
    progress.publish(job.pk)
    return True


class Attempt:
    """One worker's attempt at one job: what was shown so far and when."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.latest: Image.Image | None = None
        self.stop_requested = False
        self._shown: Image.Image | None = None
        self._shown_at = -PROGRESS_SECONDS
        self._preview = job.preview
        self._begun = time.monotonic()
        self._loaded = 0.0

    def loaded(self) -> None:
        """Note that everything is in place and the painting begins."""
        self._loaded = time.monotonic() - self._begun

    def show(self, step: Step) -> None:
        """Write and publish the step, at most twice a second. Raises LeaseLost."""
        self.latest = step.image or self.latest
        if time.monotonic() - self._shown_at < PROGRESS_SECONDS:
            return
        fresh = self.latest if self.latest is not self._shown else None
        preview = job_files.store_preview(self.job, fresh) if fresh else None
        if not queue.record_progress(
            self.job, done=step.done, total=step.total, stage=step.stage, preview=preview
        ):
            job_files.remove(preview.name if preview else "")
            raise LeaseLost
        self._replace_preview(preview)
        self._shown, self._shown_at = self.latest, time.monotonic()
        row = progress.publish(self.job.pk)
        self.stop_requested = row is not None and row.stop_requested

    def finish(self, image: Image.Image, report: Report | None, *, stopped_early: bool) -> None:
        """Store the result and end the job with it. Raises LeaseLost."""
        seconds = time.monotonic() - self._begun - self._loaded
        preview = job_files.store_preview(self.job, image)
        result = job_files.store_result(self.job, image)
        if not queue.finish(
            self.job,
            result=result,
            preview=preview,
            report=report.to_json() if report else {},
            device=report.device if report else settings.STYLEWEB_DEVICE,
            load_seconds=round(self._loaded, 3),
            compute_seconds=round(seconds, 3),
            stopped_early=stopped_early,
        ):
            job_files.remove(result.name)
            job_files.remove(preview.name)
            raise LeaseLost
        job_files.sweep(self.job.pk, keep={result.name, preview.name})

    def _replace_preview(self, preview: queue.StoredPicture | None) -> None:
        if preview is not None:
            job_files.remove(self._preview)
            self._preview = preview.name


def _attempt(job: Job, heartbeat: Heartbeat) -> None:
    """Paint `job` and see that every way it can end is written down."""
    try:
        job_files.sweep(job.pk, keep={job.preview})
        _paint(job, heartbeat)
    except LeaseLost:
        logger.warning("job %s: attempt %s is fenced, it writes no more", job.pk, job.attempt)
    except (OperationalError, InterfaceError):
        logger.warning("job %s: the database went away, the reaper will see", job.pk, exc_info=True)
    except Exception as error:  # noqa: BLE001  # whatever it was, the person must be told
        _fail(job, error)


def _paint(job: Job, heartbeat: Heartbeat) -> None:
    attempt = Attempt(job)
    spec = TransferSpec.from_json(job.spec)
    content, styles = load_photo(job.photo.file), _load_styles(job, spec.method)
    attempt.loaded()
    with closing(engine.stylize(content, styles, spec)) as steps:
        for step in steps:
            heartbeat.check()
            if step.image and step.done == step.total and step.stage == "done":
                attempt.finish(step.image, step.report, stopped_early=False)
                return
            attempt.show(step)
            if attempt.stop_requested and step.painting:
                kept = step.painting.finish()
                if kept.image:
                    attempt.finish(kept.image, kept.report, stopped_early=True)
                    return
    raise EngineError("The engine ended without a result.")


def _load_styles(job: Job, method: str) -> list[StyleInput]:
    inputs = []
    for use in job.job_styles.all():
        if use.style.state == Style.State.WITHDRAWN:
            raise StyleWithdrawn
        inputs.append(load_style(use.style, method, use.weight))
    return inputs


def _fail(job: Job, error: Exception) -> None:
    """End `job` as FAILED, saying why, and leave no file of it."""
    code, hint = reason(error)
    if code == EngineError.code:
        logger.error("job %s: unexpected failure", job.pk, exc_info=error)
    if queue.fail(job, code=code, hint=hint):
        job_files.sweep(job.pk)
