"""The job snapshot: one dict for the API's reply, the socket's first frame and all later ones."""

from datetime import datetime
from typing import Any, TypedDict

from django.urls import reverse

from inference.live.estimates import Eta, eta_of
from inference.models import Job
from inference.queue.fairness import waiting_ahead
from library.licenses import allowed_outputs

# A second try may go better after these; after the others something must change first.
RETRYABLE = frozenset({"timeout", "worker_lost", "crashed", "storage_full", "internal"})


class PhotoPart(TypedDict):
    id: str
    width: int
    height: int
    placeholder: str


class StylePart(TypedDict):
    style: str
    title: str
    version: int
    weight: float


class LicensePart(TypedDict):
    publishable: list[str]
    reasons: list[str]


class ProgressPart(TypedDict):
    fraction: float
    done: int
    total: int


class QueuePart(TypedDict):
    position: int
    ahead: int


class PreviewPart(TypedDict):
    url: str
    width: int
    height: int
    version: int


class ResultPart(TypedDict):
    url: str
    width: int
    height: int


class ErrorPart(TypedDict):
    code: str
    hint: str
    retryable: bool


class MetricsPart(TypedDict):
    queue_s: float | None
    load_s: float | None
    compute_s: float | None
    device: str
    batch: int


class JobSnapshot(TypedDict):
    """Everything a client needs to draw a job; fields are only ever added."""

    id: str
    state: str
    stage: str
    seq: int
    attempt: int
    method: str
    photo: PhotoPart
    styles: list[StylePart]
    spec: dict[str, Any]
    license: LicensePart
    progress: ProgressPart
    queue: QueuePart
    eta: Eta | None
    preview: PreviewPart | None
    result: ResultPart | None
    artwork: str | None
    error: ErrorPart | None
    stop_requested: bool
    stopped_early: bool
    canceled_by: str | None
    batch: str | None
    retry_of: str | None
    continues: str | None
    can_retry: bool
    can_continue: bool
    created_at: str
    started_at: str | None
    completed_at: str | None
    metrics: MetricsPart
    links: dict[str, str]


def job_snapshot(job: Job) -> JobSnapshot:
    """Describe `job`, fetched by `with_parts`, as plain values and addresses, never pixels."""
    uses = sorted(job.job_styles.all(), key=lambda use: -use.weight)
    decision = allowed_outputs(use.style.license for use in uses)
    place = _queue(job)
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
        "queue": place,
        "eta": eta_of(job, place["ahead"]),
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
        "created_at": format_time(job.created_at),
        "started_at": format_time(job.started_at) if job.started_at else None,
        "completed_at": format_time(job.completed_at) if job.completed_at else None,
        "metrics": {
            "queue_s": _waited(job),
            "load_s": job.load_seconds,
            "compute_s": job.compute_seconds,
            "device": job.device,
            "batch": job.batch,
        },
        "links": {"page": job.get_absolute_url()},
    }


def progress_of(job: Job) -> ProgressPart:
    """Say how far a job is."""
    finished = job.state == Job.State.SUCCEEDED
    fraction = 1.0 if finished else round(job.done / job.total, 4) if job.total else 0.0
    return {"fraction": fraction, "done": job.done, "total": job.total}


def _queue(job: Job) -> QueuePart:
    if job.state != Job.State.QUEUED:
        return {"position": 0, "ahead": 0}
    ahead = waiting_ahead(job)
    return {"position": ahead + 1, "ahead": ahead}


def preview_of(job: Job) -> PreviewPart | None:
    """Name the latest look at the picture, or the small version of one that is done."""
    if not job.preview:
        return None
    address = {"pk": job.pk, "version": job.preview_version}
    return {
        "url": reverse("job-preview", kwargs=address),
        "width": job.preview_width,
        "height": job.preview_height,
        "version": job.preview_version,
    }


def result_of(job: Job) -> ResultPart | None:
    """Name the finished picture."""
    if not job.result:
        return None
    return {
        "url": reverse("job-result", kwargs={"pk": job.pk}),
        "width": job.result_width,
        "height": job.result_height,
    }


def _artwork(job: Job) -> str | None:
    artwork = getattr(job, "artwork", None)
    return str(artwork.pk) if artwork else None


def error_of(job: Job) -> ErrorPart | None:
    """Say why a failed job failed."""
    if job.state != Job.State.FAILED:
        return None
    retryable = is_retryable(job.error_code)
    return {"code": job.error_code, "hint": job.error_hint, "retryable": retryable}


def is_retryable(error_code: str) -> bool:
    """Tell whether the same request may go better a second time."""
    return error_code in RETRYABLE


def _waited(job: Job) -> float | None:
    if job.started_at is None:
        return None
    return round((job.started_at - job.created_at).total_seconds(), 3)


def format_time(moment: datetime) -> str:
    """Write a moment as the API does."""
    return moment.isoformat().replace("+00:00", "Z")
