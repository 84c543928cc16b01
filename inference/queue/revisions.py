"""The queue of revisions: which one is next, and all changes that its worker makes."""

from django.db import transaction

from common.locks import retry_deadlocks
from inference.files.stored import StoredPicture
from inference.models import Job, ResultLook, Revision
from inference.queue.lanes import share_of_this_worker
from inference.queue.workers import open_to_this_worker


@retry_deadlocks
def claim() -> Revision | None:
    """Take the next waiting revision: QUEUED to RUNNING under a new lease.

    They are short work, as proof sheets are. Two workers never get the same one.
    """
    if not share_of_this_worker().sheets:
        return None
    with transaction.atomic():
        revision = (
            Revision.objects.waiting()
            .filter(open_to_this_worker())
            .order_by("created_at", "pk")
            .select_for_update(skip_locked=True, of=("self",))
            .first()
        )
        if revision is None:
            return None
        lease = Revision.objects.filter(pk=revision.pk).take()
    taken = Revision.objects.select_related("job__photo")
    return taken.filter(pk=revision.pk, lease=lease).first()


@retry_deadlocks
def finish(revision: Revision, picture: StoredPicture) -> bool:
    """End the held `revision` as SUCCEEDED, and let its job show it if that is still wanted.

    Return False when the lease is gone.
    """
    with transaction.atomic():
        # The job first, as in requests of its owner.
        Job.objects.select_for_update(no_key=True).filter(pk=revision.job_id).first()
        won = revision.held.end(
            Revision.State.SUCCEEDED,
            file=picture.name,
            width=picture.width,
            height=picture.height,
            bytes=picture.bytes,
        )
        if won and picture.look:
            look = ResultLook.of(picture.look, job=revision.job, revision=revision)
            look.save(force_insert=True)
        if won and Revision.objects.filter(pk=revision.pk, is_wanted=True).exists():
            Job.objects.filter(pk=revision.job_id).change(shown=revision.pk)
    return won


def give_back(revision: Revision) -> bool:
    """Put the held `revision` back as if it had not begun; False when the lease is gone."""
    return revision.held.give_back()
