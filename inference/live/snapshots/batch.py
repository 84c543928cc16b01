"""The snapshot of a batch: one progress for the whole, and one for each of its jobs."""

from collections import Counter
from typing import Annotated, TypedDict

from common.replies import Moment, Slug, Uuid
from inference.live.snapshots.job import (
    JobError,
    JobPreview,
    JobResult,
    error_of,
    format_time,
    preview_of,
    progress_of,
    result_of,
)
from inference.models import Batch, Job


class BatchJob(TypedDict):
    """One job of the batch, in short; see `/jobs/{id}/` for all of it."""

    id: Uuid
    state: Annotated[str, Job.State]
    seq: int
    photo: Uuid
    style: Slug
    style_title: str
    fraction: Annotated[float, "From 0 to 1."]
    preview: JobPreview | None
    result: JobResult | None
    error: JobError | None
    created_at: Moment
    completed_at: Moment | None


class BatchProgress(TypedDict):
    """How far all are together."""

    fraction: Annotated[float, "From 0 to 1; 1 when every job has ended."]
    done: Annotated[int, "Number of jobs that have ended, in any state."]
    total: int


class BatchSnapshot(TypedDict):
    """A batch: one progress for the whole and one for each of its jobs."""

    # Fields are only ever added: clients ignore those that they do not know.
    id: Uuid
    progress: BatchProgress
    states: Annotated[dict[str, int], "How many jobs are in each state."]
    jobs: list[BatchJob]
    created_at: Moment
    links: dict[str, str]


def batch_snapshot(batch: Batch) -> BatchSnapshot:
    """Describe `batch` and its jobs in plain values and addresses."""
    jobs = list(batch.jobs.prefetch_related("job_styles__style").order_by("created_at", "pk"))
    states = Counter(job.state for job in jobs)
    return {
        "id": str(batch.pk),
        "progress": _progress(jobs),
        "states": {state: states[state] for state in Job.State.values},
        "jobs": [_summary(job) for job in jobs],
        "created_at": format_time(batch.created_at),
        "links": {"page": batch.get_absolute_url()},
    }


def _progress(jobs: list[Job]) -> BatchProgress:
    # A job that failed has ended too, so that the bar of a batch always gets to its end.
    shares = [1.0 if _has_ended(job) else progress_of(job)["fraction"] for job in jobs]
    return {
        "fraction": round(sum(shares) / len(shares), 4) if shares else 1.0,
        "done": sum(_has_ended(job) for job in jobs),
        "total": len(jobs),
    }


def _summary(job: Job) -> BatchJob:
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
