"""The job snapshot: one dict for the replies of the API and for every frame of the socket.

The TypedDicts below are the only declaration of it; the OpenAPI document is made from them.
"""

from datetime import datetime
from typing import Annotated, Any, TypedDict

from django.urls import reverse

from common.replies import JsonSchema, Moment, Slug, Uuid
from inference.live.estimates import Eta, eta_of
from inference.live.snapshots.losses import JobLosses, latest_losses
from inference.live.snapshots.spec import spec_schema
from inference.models import Job
from inference.queue.fairness import waiting_ahead
from library.licenses import allowed_outputs

# A retry may succeed after these errors; after the others the user must change something first.
RETRYABLE = frozenset({"timeout", "worker_lost", "crashed", "storage_full", "internal"})


class JobPhoto(TypedDict):
    """The photo being painted."""

    id: Uuid
    width: int
    height: int
    placeholder: Annotated[str, "A tiny blurred picture as a data: URI."]


class JobStyle(TypedDict):
    """A style of the job, in the version it had when the job was made."""

    style: Slug
    title: str
    version: int
    weight: float


class JobLicense(TypedDict):
    """Under what the result may be published."""

    publishable: list[str]
    reasons: list[str]


class JobProgress(TypedDict):
    """How far the painting is."""

    fraction: Annotated[float, "From 0 to 1."]
    done: int
    total: int


class JobQueue(TypedDict):
    """The place in the queue; zeros once painting began."""

    position: int
    ahead: int


class JobResult(TypedDict):
    """A picture and its size; with a token take it from `/jobs/{id}/file/`."""

    url: str
    width: int
    height: int


class JobPreview(TypedDict):
    """The latest preview of the picture; `version` grows with each one."""

    url: str
    width: int
    height: int
    version: int


class JobError(TypedDict):
    """Why a failed job failed and what to do."""

    code: str
    hint: str
    retryable: bool


class JobMetrics(TypedDict):
    """Where the time went."""

    queue_s: float | None
    load_s: float | None
    compute_s: Annotated[float | None, "This job's share of the pass."]
    device: str
    batch: Annotated[int, "Number of pictures painted in the same pass."]


class JobSnapshot(TypedDict):
    """A job: the same dict that the websocket sends. Drop what has a lower `seq`."""

    # Fields are only ever added: clients ignore those that they do not know.
    id: Uuid
    state: Annotated[str, Job.State]
    stage: Annotated[str, "preparing, painting, finishing or done."]
    seq: Annotated[int, "Grows with every change."]
    attempt: Annotated[int, "Above 1 if a worker was lost and the job was started again."]
    method: str
    photo: JobPhoto
    mask: Annotated[Uuid | None, "The mask that limits what is painted; see /masks/."]
    styles: list[JobStyle]
    spec: Annotated[dict[str, Any], JsonSchema(spec_schema())]
    license: JobLicense
    progress: JobProgress
    losses: Annotated[JobLosses | None, "Of the latest step; null for methods without losses."]
    queue: JobQueue
    eta: Annotated[Eta | None, "Null when the job has ended."]
    preview: JobPreview | None
    result: JobResult | None
    artwork: Annotated[Uuid | None, "The artwork that the result was saved as."]
    error: JobError | None
    stop_requested: bool
    stopped_early: bool
    canceled_by: str | None
    batch: Annotated[Uuid | None, "The batch that the job belongs to."]
    retry_of: Annotated[Uuid | None, "The job that this one repeats."]
    continues: Annotated[Uuid | None, "The job that this one continues."]
    can_retry: bool
    can_continue: bool
    can_develop: Annotated[bool, "Whether strength and colors can still be changed."]
    revision: Annotated[Uuid | None, "The revision that is shown; null for the picture as painted."]
    created_at: Moment
    started_at: Moment | None
    completed_at: Moment | None
    metrics: JobMetrics
    links: dict[str, str]


def job_snapshot(job: Job) -> JobSnapshot:
    """Describe `job` in plain values and addresses; it was read by `with_parts`."""
    uses = sorted(job.job_styles.all(), key=lambda use: -use.weight)
    decision = allowed_outputs(use.style.license for use in uses)
    queue = _queue(job)
    return {
        "id": str(job.pk),
        "state": job.state,
        "stage": job.stage,
        "seq": job.seq,
        "attempt": job.attempt,
        "method": job.spec["method"],
        "photo": {
            "id": str(job.photo_id),
            "width": job.photo.width,
            "height": job.photo.height,
            "placeholder": job.photo.placeholder,
        },
        "mask": str(job.mask_id) if job.mask_id else None,
        "styles": [
            {
                "style": use.style.slug,
                "title": use.style.title,
                "version": use.version,
                "weight": use.weight,
            }
            for use in uses
        ],
        "spec": job.spec,
        "license": {"publishable": list(decision.publishable), "reasons": list(decision.reasons)},
        "progress": progress_of(job),
        "losses": latest_losses(job),
        "queue": queue,
        "eta": eta_of(job, queue["ahead"]),
        "preview": preview_of(job),
        "result": result_of(job),
        "artwork": _artwork(job),
        "error": error_of(job),
        "stop_requested": job.stop_requested,
        "stopped_early": job.stopped_early,
        "canceled_by": job.canceled_by or None,
        "batch": str(job.in_batch_id) if job.in_batch_id else None,
        "retry_of": str(job.retry_of) if job.retry_of else None,
        "continues": str(job.continues) if job.continues else None,
        "can_retry": job.can_retry,
        "can_continue": job.can_continue,
        "can_develop": job.can_develop,
        "revision": str(job.shown_id) if job.shown_id else None,
        "created_at": format_time(job.created_at),
        "started_at": format_time(job.started_at) if job.started_at else None,
        "completed_at": format_time(job.completed_at) if job.completed_at else None,
        "metrics": {
            "queue_s": _seconds_queued(job),
            "load_s": job.load_seconds,
            "compute_s": job.compute_seconds,
            "device": job.device,
            "batch": job.pass_size,
        },
        "links": {"page": job.get_absolute_url()},
    }


def progress_of(job: Job) -> JobProgress:
    """Return the progress of a job; a finished one is at 1 even if it was stopped early."""
    finished = job.state == Job.State.SUCCEEDED
    fraction = 1.0 if finished else round(job.done / job.total, 4) if job.total else 0.0
    return {"fraction": fraction, "done": job.done, "total": job.total}


def _queue(job: Job) -> JobQueue:
    if job.state != Job.State.QUEUED:
        return {"position": 0, "ahead": 0}
    ahead = waiting_ahead(job)
    return {"position": ahead + 1, "ahead": ahead}


def preview_of(job: Job) -> JobPreview | None:
    """Return the latest preview, which is a small version of the result once there is one."""
    if not job.preview:
        return None
    address = {"pk": job.pk, "version": job.preview_version}
    return {
        "url": reverse("job-preview", kwargs=address),
        "width": job.preview_width,
        "height": job.preview_height,
        "version": job.preview_version,
    }


def result_of(job: Job) -> JobResult | None:
    """Return the address and size of the finished picture."""
    if not job.result:
        return None
    return {
        "url": result_address(job),
        "width": job.result_width,
        "height": job.result_height,
    }


def result_address(job: Job) -> str:
    """Return the address of the picture that a job shows; another version has another address."""
    address = reverse("job-result", kwargs={"pk": job.pk})
    return f"{address}?version={job.shown_id}" if job.shown_id else address


def _artwork(job: Job) -> str | None:
    return str(job.kept_as.pk) if job.kept_as else None


def error_of(job: Job) -> JobError | None:
    """Return why a failed job failed; None for every other job."""
    if job.state != Job.State.FAILED:
        return None
    retryable = is_retryable(job.error_code)
    return {"code": job.error_code, "hint": job.error_hint, "retryable": retryable}


def is_retryable(error_code: str) -> bool:
    """Tell whether the same request may succeed a second time."""
    return error_code in RETRYABLE


def _seconds_queued(job: Job) -> float | None:
    if job.started_at is None:
        return None
    return round((job.started_at - job.created_at).total_seconds(), 3)


def format_time(moment: datetime) -> str:
    """Write a moment as the API does: ISO 8601, with `Z` for UTC."""
    return moment.isoformat().replace("+00:00", "Z")
