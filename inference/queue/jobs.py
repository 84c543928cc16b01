"""The queue of jobs: every change of the state of a job."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from accounts.models import User
from common.locks import retry_deadlocks
from inference.files.stored import StoredPicture
from inference.models import Job, LossCurve, ResultLook
from inference.models.leases import lease_end
from inference.queue import durations, fairness
from inference.queue.durations import Work
from style_transfer.core.catalog import methods_that
from style_transfer.core.losses import CurveRecorder
from style_transfer.core.spec import TransferSpec

State = Job.State


@dataclass(frozen=True)
class Result:
    """The result of a painted job: its files and how they were made.

    `pass_size` pictures were painted in the same pass, and `compute_seconds` is the share of this
    one. `saved` names the file from which the painting can continue, if there is one. `painted` is
    the painting in its own colors, if the result has others, and `color_map` belongs to it.
    `mask` says where the result shows the painting, if not everywhere.
    `losses` are those of its steps, for a method that has any.
    """

    steps: int
    picture: StoredPicture
    preview: StoredPicture
    report: Mapping[str, object]
    device: str
    load_seconds: float
    compute_seconds: float
    stopped_early: bool = False
    pass_size: int = 1
    saved: str = ""
    painted: StoredPicture | None = None
    color_map: Mapping[str, Sequence[float]] = field(default_factory=dict)
    mask: StoredPicture | None = None
    losses: CurveRecorder | None = None


@retry_deadlocks
def claim(*, immediate: bool = False) -> Job | None:
    """Take the next waiting job, or the next `immediate` one: QUEUED to RUNNING under a new lease.

    Two workers never get the same job.
    """
    with transaction.atomic():
        job = fairness.next_in_turn(immediate=immediate)
        lease = _take(job) if job else None
    return Job.objects.with_parts().filter(lease=lease).first() if lease else None


@retry_deadlocks
def claim_beside(held: Job, most: int) -> list[Job]:
    """Take up to `most` of the next jobs, as long as one pass can paint them with `held`.

    No job is overtaken: the first one that does not fit into the pass ends the search. Each job
    gets a lease of its own.
    """
    taken: list[UUID] = []
    with transaction.atomic():
        while len(taken) < min(most, fairness.most_beside(held)):
            job = fairness.next_in_turn()
            if job is None or not fairness.goes_beside(job, held):
                break
            taken.append(_take(job))
    jobs = Job.objects.with_parts().filter(lease__in=taken)
    return sorted(jobs, key=lambda job: taken.index(job.lease or held.pk))


def _take(job: Job) -> UUID:
    """Give the waiting `job` to the caller and move its owner to the end of the round."""
    lease = Job.objects.filter(pk=job.pk).take(**{**Job.RESTARTED, "stage": "preparing"})
    if job.spec["method"] in methods_that("has_losses"):
        LossCurve.objects.filter(job=job.pk).delete()  # that of an attempt before
    User.objects.filter(pk=job.owner_id).update(last_served_at=Now())
    return lease


def record_progress(
    job: Job,
    *,
    done: int,
    total: int,
    stage: str,
    preview: StoredPicture | None = None,
    losses: CurveRecorder | None = None,
) -> bool:
    """Write the progress and prolong the lease; False when the lease is gone."""
    values: dict[str, Any] = {"done": done, "total": total, "stage": stage}
    if preview is not None:
        values |= _preview_values(preview)
    with transaction.atomic():
        held = job.held.change(lease_until=lease_end(), **values)
        _store_losses(job, losses, held=held)
    return held


def _store_losses(job: Job, losses: CurveRecorder | None, *, held: bool) -> None:
    """Store the curve if the attempt still held the job at the change before it.

    That change locked the job until the end of the transaction, so an attempt that lost its lease
    cannot write into the curve of the next one.
    """
    if not held or losses is None or not losses.latest:
        return
    LossCurve.objects.bulk_create(
        [LossCurve(job=job, attempt=job.attempt, latest=losses.latest, points=losses.points)],
        update_conflicts=True,
        unique_fields=["job"],
        update_fields=["attempt", "latest", "points"],
    )


def finish(job: Job, result: Result) -> bool:
    """End the held `job` as SUCCEEDED with its `result`; False when the lease is gone."""
    with transaction.atomic():
        won = job.held.end(State.SUCCEEDED, **_result_values(result))
        _store_losses(job, result.losses, held=won)
        if won and result.picture.look:
            ResultLook.of(result.picture.look, job=job).save(force_insert=True)
    # A painting that was stopped early says nothing about how long a whole one takes.
    if won and not result.stopped_early:
        work = Work.of(job.photo, TransferSpec.from_json(job.spec))
        seconds = result.load_seconds + result.compute_seconds
        durations.record(work, device=result.device, seconds=seconds)
    return won


def give_back(job: Job) -> bool:
    """Put the held `job` back as if it had not begun; False when the lease is gone.

    Its wakeup counts as lost, so the reaper soon sends another one if the worker cannot.
    """
    return job.held.give_back()


def cancel(job: Job, *, by: str) -> bool:
    """End a waiting or running `job` as CANCELED; False when it has already ended."""
    active = Job.objects.active().filter(pk=job.pk)
    return active.end(State.CANCELED, canceled_by=by, **Job.DISCARDED)


def request_stop(job: Job) -> bool:
    """Ask the worker of a running `job` to keep what is painted; False if it is not running."""
    return Job.objects.running().filter(pk=job.pk).change(stop_requested=True)


def expire_overdue() -> list[UUID]:
    """End the jobs that no worker painted in time as EXPIRED; return the ids of those."""
    patience = timedelta(hours=settings.JOB_EXPIRES_HOURS)
    overdue = Job.objects.waiting().filter(created_at__lt=Now() - patience)
    return [
        pk
        for pk in overdue.values_list("pk", flat=True)
        if overdue.filter(pk=pk).end(State.EXPIRED, **Job.DISCARDED)
    ]


def waiting_lanes() -> set[str]:
    """Return the lanes in which jobs wait for a worker."""
    return set(Job.objects.waiting().values_list("lane", flat=True).distinct())


def _result_values(result: Result) -> dict[str, Any]:
    return {
        "stage": "done",
        "done": result.steps,
        "total": result.steps,
        "result": result.picture.name,
        "result_width": result.picture.width,
        "result_height": result.picture.height,
        "report": dict(result.report),
        "device": result.device,
        "load_seconds": result.load_seconds,
        "compute_seconds": result.compute_seconds,
        "stopped_early": result.stopped_early,
        "pass_size": result.pass_size,
        "saved": result.saved,
        "painted": result.painted.name if result.painted else "",
        "fitted_mask": result.mask.name if result.mask else "",
        "painted_bytes": sum(each.bytes for each in (result.painted, result.mask) if each),
        "color_map": dict(result.color_map),
        **_preview_values(result.preview),
    }


def _preview_values(preview: StoredPicture) -> dict[str, Any]:
    return {
        "preview": preview.name,
        "preview_width": preview.width,
        "preview_height": preview.height,
        "preview_version": F("preview_version") + 1,
    }
