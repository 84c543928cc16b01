"""One worker's attempt at one job: what it writes under the job's lease, and how it ends."""

import time
from contextlib import AbstractContextManager, suppress
from typing import TYPE_CHECKING

from django.conf import settings

from common.passports import Provenance
from common.storage import StorageFull
from inference.files import jobs as job_files
from inference.files.credits import job_credit
from inference.files.recipes import facts_of, recipe_of
from inference.files.renewal import renew_credit
from inference.files.stored import StoredPicture
from inference.live import broadcast, estimates
from inference.models import Job
from inference.queue import jobs as job_queue
from inference.queue.jobs import Result
from inference.worker.failures import GONE, StyleWithdrawn, write_failure
from inference.worker.heartbeat import SOON_SECONDS, Endings, LeaseLost, failures_written
from inference.worker.inputs import load_mask, load_photo, load_style
from style_transfer.core.catalog import find_method
from style_transfer.core.errors import EngineError, InputUnreadableError
from style_transfer.core.layers import Layers
from style_transfer.core.losses import CurveRecorder
from style_transfer.core.spec import PaintRequest, Step, StyleInput, TransferSpec

if TYPE_CHECKING:
    from PIL import Image

PROGRESS_SECONDS = 0.5


class Attempt:
    """One worker's attempt at one job, with the last step that was shown and when."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.latest: Image.Image | None = None
        self.stop_requested = False
        self._shown: Image.Image | None = None
        # A painting that is done before its first step is due shows no step, only its result.
        self._shown_at = time.monotonic()
        self._preview = job.preview
        self._begun = time.monotonic()
        self._loaded = 0.0
        self._losses = CurveRecorder()

    def loaded(self) -> None:
        """Record that the inputs are loaded and the painting begins."""
        self._loaded = time.monotonic() - self._begun

    def rested(self, seconds: float) -> None:
        """Leave `seconds` out of the time of this job: the worker painted something else."""
        self._begun += seconds

    def show(self, step: Step, *, at_once: bool = False) -> None:
        """Write and publish the step, at most twice a second unless `at_once`; raises LeaseLost."""
        self.latest = step.image or self.latest
        self._losses.add(step.done, step.losses)
        if time.monotonic() - self._shown_at < PROGRESS_SECONDS and not at_once:
            return
        fresh = self.latest if self.latest is not self._shown else None
        preview = job_files.store_preview(self.job, fresh) if fresh else None
        if not job_queue.record_progress(
            self.job,
            done=step.done,
            total=step.total,
            stage=step.stage,
            preview=preview,
            losses=self._losses,
        ):
            job_files.remove(preview.name if preview else "")
            raise LeaseLost
        self._replace_preview(preview)
        self._shown, self._shown_at = self.latest, time.monotonic()
        row = broadcast.publish(self.job.pk)
        self.stop_requested = row is not None and row.stop_requested

    def finish(self, step: Step, *, stopped_early: bool = False, pass_size: int = 1) -> None:
        """Store the picture of the last `step`, one of `pass_size` in its pass, and end the job.

        What the painting can be continued and developed from is stored beside it. Raises
        LeaseLost.
        """
        seconds = (time.monotonic() - self._begun - self._loaded) / pass_size
        image, report = step.image, step.report
        if image is None:
            raise EngineError("The engine ended without a result.")
        credit, said = job_credit(self.job), report.to_json() if report else {}
        recipe = recipe_of(self.job, report=said, stopped_early=stopped_early)
        facts = facts_of(recipe, self.job.created_at.date(), self.job.painting)
        provenance = Provenance(credit, facts)
        preview = job_files.store_preview(self.job, image, provenance)
        picture = job_files.store_result(self.job, image, provenance)
        painting = step.painting.save() if step.painting else b""
        saved = job_files.store_painting(self.job, painting) if painting else ""
        layers = step.finished.layers() if step.finished else Layers(None, {})
        painted = (
            job_files.store_result(self.job, layers.painting, Provenance(credit))
            if layers.painting
            else None
        )
        mask = job_files.store_mask(self.job, layers.mask) if layers.mask else None
        result = Result(
            steps=step.total,
            picture=picture,
            preview=preview,
            report=said,
            device=report.device if report else settings.STYLEWEB_DEVICE,
            load_seconds=round(self._loaded, 3),
            compute_seconds=round(seconds, 3),
            stopped_early=stopped_early,
            pass_size=pass_size,
            saved=saved,
            painted=painted,
            color_map=layers.color_map,
            mask=mask,
            losses=self._losses,
        )
        parts = {each.name for each in (painted, mask) if each}
        files = {picture.name, preview.name, saved, *parts}
        if not job_queue.finish(self.job, result):
            for name in files:
                job_files.remove(name)
            raise LeaseLost
        job_files.sweep(self.job.pk, keep=files)
        if self.job.owner.is_guest:
            # A sign-in may have given the job to an account while its files were written. If there
            # is no room for new ones, they name nobody.
            with suppress(StorageFull):
                renew_credit(self.job.pk)

    def _replace_preview(self, preview: StoredPicture | None) -> None:
        if preview is not None:
            job_files.remove(self._preview)
            self._preview = preview.name


def every_end_written(job: Job) -> AbstractContextManager[None]:
    """Record every way in which an attempt at `job` can fail."""
    return failures_written(job, ENDINGS)


def load_request(job: Job) -> PaintRequest:
    """Open the photo and the styles of `job`.

    Raises StyleWithdrawn, InputUnreadableError, MaskUnreadableError and MethodMissingError.
    """
    find_method(job.spec["method"])
    spec = TransferSpec.from_json(job.spec)
    mask = load_mask(job.mask.file) if job.mask else None
    return PaintRequest(load_photo(job.photo.file), _load_styles(job, spec.method), spec, mask)


def load_painting(job: Job) -> bytes | None:
    """Return the state from which `job` continues, if any. Raises InputUnreadableError."""
    if job.continues is None:
        return None
    before = Job.objects.filter(pk=job.continues, owner=job.owner_id).exclude(saved="").first()
    try:
        if before is not None:
            return job_files.read_file(before.saved)
    except FileNotFoundError:
        pass
    raise InputUnreadableError("The painting that was to go on is gone.")


def fail(job: Job, error: Exception) -> None:
    """End `job` as FAILED with the reason, and remove its files."""
    if write_failure(job, error):
        job_files.sweep(job.pk)


def give_back(job: Job) -> None:
    """Put `job` back into the queue for another worker, and tell its owner."""
    if job_queue.give_back(job):
        broadcast.publish(job.pk)


def ends_soon(job: Job) -> bool:
    """Tell whether `job` is so nearly done that another worker should not start it again."""
    row = Job.objects.filter(pk=job.pk).first()
    eta = estimates.eta_of(row, 0) if row else None
    return eta is not None and eta["p90"] <= SOON_SECONDS


def _fail_hung(job: Job, error: Exception) -> None:
    """End a job whose step does not return, and tell its owner; nothing else will do it."""
    fail(job, error)
    broadcast.publish(job.pk)


ENDINGS = Endings(_fail_hung, give_back, ends_soon)


def _load_styles(job: Job, method: str) -> list[StyleInput]:
    inputs = []
    for use in job.job_styles.all():
        if use.style.state in GONE:
            raise StyleWithdrawn
        inputs.append(load_style(use.style, method, use.weight))
    return inputs
