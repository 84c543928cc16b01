"""The worker: claims a job, pulls the engine's steps, and writes what they bring under its lease.

The engine never calls out. Cancel, stop, a passed deadline and a lost lease are all the same:
leave the loop.
"""

import errno
import logging
import os
import threading
import time
from collections.abc import Generator
from contextlib import closing
from types import TracebackType
from typing import Self

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from PIL import Image

from common.storage import StorageFull
from inference import job_files, progress, queue
from inference.engine.errors import EngineError, InputUnreadableError, OutOfMemoryError
from inference.engine.images import load_picture
from inference.engine.spec import Report, Step, StyleInput, TransferSpec
from inference.models import Job
from library.models import Style

logger = logging.getLogger(__name__)
PROGRESS_SECONDS = 0.5


class LeaseLost(Exception):
    """The job was canceled, or another attempt holds it: this one must write nothing more."""


class DeadlinePassed(Exception):
    """The job took longer than the site allows."""


class StyleWithdrawn(Exception):
    """A style left the library while the job waited."""


def serve_next() -> bool:
    """Paint the job whose turn it is, to its end; False when none waits."""
    job = queue.claim()
    if job is None:
        return False
    progress.publish(job.pk)
    with Heartbeat(job) as heartbeat:
        _attempt(job, heartbeat)
    progress.publish(job.pk)
    return True


def warm_up() -> None:
    """Load torch and the network by painting a tiny picture, so that the first job starts at once.

    Must run in the process that will paint: torch does not survive a fork.
    """
    # Threads that spin while they wait take the processor from whoever they wait for.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    if settings.STYLEWEB_THREADS:
        os.environ["OMP_NUM_THREADS"] = str(settings.STYLEWEB_THREADS)
    tiny = Image.new("RGB", (64, 64), "gray")
    try:
        for _ in _stylize(tiny, [StyleInput(tiny)], TransferSpec(size=64, steps=1)):
            pass
    except Exception:
        logger.exception("The engine could not be warmed up; the first job will tell more.")


class Heartbeat:
    """Renews the lease of one job from a thread, so that a long step does not lose it.

    Past the deadline it ends the job itself, since a step that hangs never comes back to ask.
    """

    def __init__(self, job: Job) -> None:
        self._job = job
        self._deadline = time.monotonic() + settings.JOB_DEADLINE_SECONDS
        self._ended = threading.Event()
        self._lost = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"heartbeat-{job.pk}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._ended.set()
        self._thread.join()

    def check(self) -> None:
        """Raise LeaseLost or DeadlinePassed when the work should not go on."""
        if self._lost.is_set():
            raise LeaseLost
        if time.monotonic() > self._deadline:
            raise DeadlinePassed

    def _run(self) -> None:
        try:
            while not self._lost.is_set() and not self._ended.wait(settings.JOB_HEARTBEAT_SECONDS):
                self._beat()
        finally:
            connection.close()

    def _beat(self) -> None:
        try:
            if time.monotonic() > self._deadline + settings.JOB_HEARTBEAT_SECONDS:
                _fail(self._job, DeadlinePassed())
                self._lost.set()
            elif not queue.renew(self._job):
                self._lost.set()
        except DatabaseError:
            # The next beat tries again; a lease that ran out meanwhile is then found lost.
            logger.warning("job %s: heartbeat missed", self._job.pk, exc_info=True)
            connection.close()


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
    content, styles = _load_photo(job), _load_styles(job)
    attempt.loaded()
    with closing(_stylize(content, styles, spec)) as steps:
        for step in steps:
            heartbeat.check()
            if step.image and step.done == step.total and step.stage == "done":
                attempt.finish(step.image, step.report, stopped_early=False)
                return
            attempt.show(step)
            if attempt.stop_requested and attempt.latest:
                attempt.finish(attempt.latest, None, stopped_early=True)
                return
    raise EngineError("The engine ended without a result.")


def _stylize(
    content: Image.Image, styles: list[StyleInput], spec: TransferSpec
) -> Generator[Step, None, None]:
    # Here and not above: a process that only sends tickets must not load torch.
    from inference.engine.registry import stylize

    yield from stylize(content, styles, spec, device=settings.STYLEWEB_DEVICE)


def _load_photo(job: Job) -> Image.Image:
    try:
        with job.photo.file.open("rb") as file:
            return load_picture(file.read()).image
    except FileNotFoundError as error:
        raise InputUnreadableError("The photo is gone.") from error


def _load_styles(job: Job) -> list[StyleInput]:
    inputs = []
    for use in job.job_styles.all():
        if use.style.state == Style.State.WITHDRAWN:
            raise StyleWithdrawn
        with use.style.image.open("rb") as file:
            inputs.append(StyleInput(load_picture(file.read()).image, use.weight))
    return inputs


def _fail(job: Job, error: Exception) -> None:
    """End `job` as FAILED, saying why, and leave no file of it."""
    code, hint = _reason(error)
    if code == EngineError.code:
        logger.error("job %s: unexpected failure", job.pk, exc_info=error)
    if queue.fail(job, code=code, hint=hint):
        job_files.sweep(job.pk)


def _reason(error: Exception) -> tuple[str, str]:
    """Return the stable code for `error` and what the person can do about it."""
    if isinstance(error, EngineError):
        return error.code, error.hint
    if isinstance(error, DeadlinePassed):
        return "timeout", "Choose a smaller size or fewer steps."
    if isinstance(error, StyleWithdrawn):
        return "style_withdrawn", "Choose another style: this one left the library."
    if isinstance(error, MemoryError):
        return OutOfMemoryError.code, OutOfMemoryError.hint
    if isinstance(error, StorageFull) or getattr(error, "errno", None) == errno.ENOSPC:
        return "storage_full", "Try again later: the disk of this site is full."
    return EngineError.code, EngineError.hint
