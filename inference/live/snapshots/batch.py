"""The snapshot of a batch: one progress for the whole, and one for each of its jobs."""

from collections import Counter
from typing import TypedDict

from inference.live.snapshots.job import (
    ErrorPart,
    PreviewPart,
    ResultPart,
    error_of,
    format_time,
    preview_of,
    progress_of,
    result_of,
)
from inference.models import Batch, Job


class BatchJob(TypedDict):
    """One job of a batch, in short."""

    id: str
    state: str
    seq: int
    photo: str
    style: str
    style_title: str
    fraction: float
    preview: PreviewPart | None
    result: ResultPart | None
    error: ErrorPart | None
    created_at: str
    completed_at: str | None


class BatchProgress(TypedDict):
    """How far all are together; what came to nothing has ended too."""

    fraction: float
    done: int
    total: int


class BatchSnapshot(TypedDict):
    """Everything a client needs to draw a batch; fields are only ever added."""

    id: str
    progress: BatchProgress
    states: dict[str, int]
    jobs: list[BatchJob]
    created_at: str
    links: dict[str, str]


def batch_snapshot(batch: Batch) -> BatchSnapshot:
    """Describe `batch` and its jobs as plain values and addresses, never pixels."""
    jobs = list(batch.jobs.prefetch_related("job_styles__style").order_by("created_at", "pk"))
    states = Counter(job.state for job in jobs)
    return {
        "id": str(batch.pk),
        "progress": _whole(jobs),
        "states": {state: states[state] for state in Job.State.values},
        "jobs": [_in_short(job) for job in jobs],
        "created_at": format_time(batch.created_at),
        "links": {"page": batch.get_absolute_url()},
    }


def _whole(jobs: list[Job]) -> BatchProgress:
    shares = [1.0 if _has_ended(job) else progress_of(job)["fraction"] for job in jobs]
    return {
        "fraction": round(sum(shares) / len(shares), 4) if shares else 1.0,
        "done": sum(_has_ended(job) for job in jobs),
        "total": len(jobs),
    }


def _in_short(job: Job) -> BatchJob:
    style = job.job_styles.all()[0].style
    return {
        "id": str(job.pk),
        "state": job.state,
        "seq": job.seq,
        "photo": str(job.photo_id),
        "style": style.slug,
        "style_title": style.title,
        "fraction": progress_of(job)["fraction"],
        "preview": preview_of(job),
        "result": result_of(job),
        "error": error_of(job),
        "created_at": format_time(job.created_at),
        "completed_at": format_time(job.completed_at) if job.completed_at else None,
    }


def _has_ended(job: Job) -> bool:
    return job.state not in Job.ACTIVE
