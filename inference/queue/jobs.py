"""The queue of jobs: every change of a job's state."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from accounts.models import User
from inference.files.stored import StoredPicture
from inference.models import Job
from inference.queue import durations, leases
from inference.queue import fairness as turns
from inference.queue.durations import Work
from inference.queue.leases import RELEASED, change, held
from style_transfer.core.spec import TransferSpec

State = Job.State
NO_PREVIEW = {"preview": "", "preview_width": 0, "preview_height": 0}


def claim(*, quick: bool = False) -> Job | None:
    """Take the next waiting job, or the next `quick` one: QUEUED to RUNNING under a fresh lease.

    Two workers never get the same job.
    """
    with transaction.atomic():
        job = turns.next_in_turn(quick=quick)
        lease = _take(job) if job else None
    return Job.objects.with_parts().filter(lease=lease).first() if lease else None


def claim_beside(held: Job, most: int) -> list[Job]:
    """Take up to `most` jobs that are next in line, while one pass can paint them with `held`.

    Nobody is overtaken: the first that cannot be painted so, or would be one too many, ends it.
    Each is under a lease of its own.
    """
    taken: list[UUID] = []
    with transaction.atomic():
        while len(taken) < min(most, turns.most_beside(held)):
            job = turns.next_in_turn()
            if job is None or not turns.goes_beside(job, held):
                break
            taken.append(_take(job))
    jobs = Job.objects.with_parts().filter(lease__in=taken)
    return sorted(jobs, key=lambda job: taken.index(job.lease or held.pk))


def _take(job: Job) -> UUID:
    """Give the waiting `job` to the caller and send its owner to the end of the round."""
    lease = leases.take(job, stage="preparing", done=0, total=0)
    User.objects.filter(pk=job.owner_id).update(last_served_at=Now())
    return lease


def record_progress(
    job: Job, *, done: int, total: int, stage: str, preview: StoredPicture | None = None
) -> bool:
    """Write how far the work is and prolong the lease; False when the lease is gone."""
    values: dict[str, Any] = {"done": done, "total": total, "stage": stage}
    if preview is not None:
        values |= _preview_values(preview)
    return change(held(job), lease_until=leases.lease_end(), **values)


def finish(
    job: Job,
    *,
    steps: int,
    result: StoredPicture,
    preview: StoredPicture,
    report: Mapping[str, object],
    device: str,
    load_seconds: float,
    compute_seconds: float,
    stopped_early: bool,
    batch: int = 1,
    saved: str = "",
) -> bool:
    """End the held `job` as SUCCEEDED after so many steps; False when the lease is gone."""
    won = change(
        held(job),
        state=State.SUCCEEDED,
        stage="done",
        done=steps,
        total=steps,
        result=result.name,
        result_width=result.width,
        result_height=result.height,
        report=dict(report),
        device=device,
        load_seconds=load_seconds,
        compute_seconds=compute_seconds,
        stopped_early=stopped_early,
        batch=batch,
        saved=saved,
        completed_at=Now(),
        **_preview_values(preview),
        **RELEASED,
    )
    if won and not stopped_early:
        work = Work.of(job.photo, TransferSpec.from_json(job.spec))
        durations.record(work, device=device, seconds=load_seconds + compute_seconds)
    return won


def fail(job: Job, *, code: str, hint: str) -> bool:
    """End the held `job` as FAILED for a reason; False when the lease is gone."""
    return change(held(job), **_failure(code, hint))


def give_back(job: Job) -> bool:
    """Put the held `job` in line again, as if it had not been begun; False when the lease is gone.

    Its ticket counts as lost, so that the reaper sends another one soon if the worker cannot.
    """
    return change(
        held(job),
        state=State.QUEUED,
        attempt=F("attempt") - 1,
        stage="",
        done=0,
        total=0,
        ticket_at=Now() - leases.TICKET_PATIENCE,
        **RELEASED,
    )


def cancel(job: Job, *, by: str) -> bool:
    """End a waiting or running `job` as CANCELED; False when it had ended already."""
    return change(
        Job.objects.filter(pk=job.pk, state__in=Job.ACTIVE),
        state=State.CANCELED,
        canceled_by=by,
        completed_at=Now(),
        **NO_PREVIEW,
        **RELEASED,
    )


def request_stop(job: Job) -> bool:
    """Ask the worker of a running `job` to keep what is painted; False when none paints it."""
    running = Job.objects.filter(pk=job.pk, state=State.RUNNING)
    return change(running, stop_requested=True)


def reap_lost() -> list[UUID]:
    """Take back the running jobs whose lease ran out; return those that changed."""
    return _take_back(Q(lease_until__lt=Now()))


def expire_overdue() -> list[UUID]:
    """End the jobs that nobody painted in time as EXPIRED; return those that changed."""
    patience = timedelta(hours=settings.JOB_EXPIRES_HOURS)
    overdue = Job.objects.filter(state=State.QUEUED, created_at__lt=Now() - patience)
    return [
        pk
        for pk in overdue.values_list("pk", flat=True)
        if change(overdue.filter(pk=pk), state=State.EXPIRED, completed_at=Now(), **NO_PREVIEW)
    ]


def take_back_all() -> list[UUID]:
    """Take back every running job; for a start that knows that no worker runs."""
    return _take_back(Q())


def stale_tickets(limit: int) -> list[UUID]:
    """Return up to `limit` waiting jobs whose ticket seems lost, the longest without one first."""
    return leases.stale_tickets(Job.objects.all(), limit)


def waiting_count() -> int:
    """Count the jobs that wait for a worker."""
    return Job.objects.filter(state=State.QUEUED).count()


def waiting_lanes() -> set[str]:
    """Return the lanes in which jobs wait for a worker."""
    return set(Job.objects.filter(state=State.QUEUED).values_list("lane", flat=True).distinct())


def running_count() -> int:
    """Count the jobs that are being painted."""
    return Job.objects.filter(state=State.RUNNING).count()


def record_ticket(job_id: UUID) -> None:
    """Note that a ticket for this job was sent now."""
    Job.objects.filter(pk=job_id).update(ticket_at=Now())


def _take_back(which: Q) -> list[UUID]:
    """Put running jobs in line again, or end them when they had all their attempts."""
    hint = "This picture stopped its worker several times. Try a smaller size."
    afresh = {"stage": "", "done": 0, "total": 0}
    return leases.take_back(
        Job.objects.all(), which, failure=_failure("crashed", hint), afresh=afresh
    )


def _preview_values(preview: StoredPicture) -> dict[str, Any]:
    return {
        "preview": preview.name,
        "preview_width": preview.width,
        "preview_height": preview.height,
        "preview_version": F("preview_version") + 1,
    }


def _failure(code: str, hint: str) -> dict[str, Any]:
    return {
        "state": State.FAILED,
        "error_code": code,
        "error_hint": hint[:300],
        "completed_at": Now(),
        **NO_PREVIEW,
        **RELEASED,
    }
