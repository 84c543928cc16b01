"""The round of the reaper: takes back the work of lost workers and sends lost wakeups again."""

from uuid import UUID

from inference.files import jobs as job_files
from inference.live import broadcast, change_log
from inference.models import Job, ProofSheet
from inference.queue import jobs as job_queue
from inference.queue import workers
from inference.queue.wakeups import send_wakeup, wake_each_lane

# A wakeup that still waits in its queue looks like a lost one, so a round replaces only a few.
RESENT_AT_ONCE = 5


def reap() -> None:
    """Take back the work of lost workers, tell the owners, and send missing wakeups.

    Jobs that no worker painted in time expire. The records of jobs that were deleted long ago are
    removed.
    """
    workers.forget_lost()
    for job_id in job_queue.expire_overdue():
        job_files.sweep(job_id)
        broadcast.publish(job_id)
    for job_id in Job.objects.reap_lost():
        _sweep_if_failed(job_id)
        broadcast.publish(job_id)
        wake_each_lane()
    for sheet_id in ProofSheet.objects.reap_lost():
        broadcast.publish_sheet(sheet_id)
        send_wakeup()
    if not workers.is_paused():
        _send_lost_wakeups()
    change_log.prune_deleted()


def restart_queue() -> None:
    """Take back all running work and send a wakeup for each waiting row; no worker may run."""
    for job_id in Job.objects.take_back_all():
        _sweep_if_failed(job_id)
        broadcast.publish(job_id)
    for sheet_id in ProofSheet.objects.take_back_all():
        broadcast.publish_sheet(sheet_id)
    waiting = Job.objects.waiting().count() + ProofSheet.objects.waiting().count()
    for _ in range(waiting):
        send_wakeup()


def _sweep_if_failed(job_id: UUID) -> None:
    """Remove the files of a lost job that has had all its attempts; no worker will do it."""
    if Job.objects.filter(pk=job_id, state=Job.State.FAILED).exists():
        job_files.sweep(job_id)


def _send_lost_wakeups() -> None:
    for job_id in Job.objects.stale_wakeups(RESENT_AT_ONCE):
        # By now any worker may serve it: those of its lane may be gone, or have too much to do.
        if wake_each_lane():
            Job.objects.record_wakeup(job_id)
    for sheet_id in ProofSheet.objects.stale_wakeups(RESENT_AT_ONCE):
        if send_wakeup():
            ProofSheet.objects.record_wakeup(sheet_id)
