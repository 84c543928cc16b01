"""The round of the reaper: takes back the work of lost workers and sends lost wakeups again."""

from inference.files.masks import delete_unused
from inference.live import broadcast, change_log
from inference.models import Job, ProofSheet, Revision, Sketch, SourceFetch
from inference.queue import jobs as job_queue
from inference.queue import workers
from inference.queue.wakeups import send_wakeup, wake_each_lane
from inference.worker.leftovers import sweep_deleted, sweep_ended

# A wakeup that still waits in its queue looks like a lost one, so a round replaces only a few.
RESENT_AT_ONCE = 5


def reap() -> None:
    """Take back the work of lost workers, tell the owners, and send missing wakeups.

    Jobs that no worker painted in time expire. Files that killed processes left are removed, and
    the records of jobs that were deleted long ago.
    """
    workers.forget_lost()
    for job_id in job_queue.expire_overdue():
        broadcast.publish(job_id)
    for job_id in Job.objects.reap_lost():
        broadcast.publish(job_id)
        wake_each_lane()
    for sheet_id in ProofSheet.objects.reap_lost():
        broadcast.publish_sheet(sheet_id)
        send_wakeup()
    for sketch_id in Sketch.objects.reap_lost():
        broadcast.publish_sketch(sketch_id)
        send_wakeup()
    for small in (Revision, SourceFetch):
        if small.objects.reap_lost():
            send_wakeup()
    if not workers.is_paused():
        _send_lost_wakeups()
    # At the end, because a slow disk must not keep waiting work from its wakeup.
    sweep_ended()
    sweep_deleted()
    change_log.prune_deleted()
    delete_unused()


def restart_queue() -> None:
    """Take back all running work and send a wakeup for each waiting row; no worker may run."""
    for job_id in Job.objects.take_back_all():
        broadcast.publish(job_id)
    for sheet_id in ProofSheet.objects.take_back_all():
        broadcast.publish_sheet(sheet_id)
    for sketch_id in Sketch.objects.take_back_all():
        broadcast.publish_sketch(sketch_id)
    Revision.objects.take_back_all()
    SourceFetch.objects.take_back_all()
    kinds = (Job, ProofSheet, Revision, Sketch, SourceFetch)
    for _ in range(sum(kind.objects.waiting().count() for kind in kinds)):
        send_wakeup()
    sweep_ended()


def _send_lost_wakeups() -> None:
    for job_id in Job.objects.stale_wakeups(RESENT_AT_ONCE):
        # By now any worker may serve it: those of its lane may be gone, or have too much to do.
        if wake_each_lane():
            Job.objects.record_wakeup(job_id)
    for rows in (ProofSheet.objects, Revision.objects, Sketch.objects, SourceFetch.objects):
        for pk in rows.stale_wakeups(RESENT_AT_ONCE):
            if send_wakeup():
                rows.record_wakeup(pk)
