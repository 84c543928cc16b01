"""Every write that users make to revisions: make one, show one, delete one.

A request takes its locks in this order: the user, the job, the revision.
"""

from functools import partial
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from common.locks import retry_deadlocks
from inference.files import revisions as revision_files
from inference.live import broadcast
from inference.models import Job, Revision
from inference.queue.wakeups import send_wakeup
from inference.services.locks import lock_owner
from inference.services.refusals import (
    AsPainted,
    JobDeleted,
    NotDevelopable,
    RevisionInUse,
    RevisionNotReady,
    RevisionsWaiting,
    TooManyRevisions,
)
from inference.services.storage import check_storage
from style_transfer.core.development import Development

MAX_REVISIONS = 20
# Revisions come before jobs, so one user may not fill the line with them.
MAX_WAITING = 5
WAIT_SECONDS = 5


@retry_deadlocks
@transaction.atomic
def make_revision(
    *, job: Job, development: Development, is_wanted: bool = True
) -> tuple[Revision, bool]:
    """Let a worker compose the picture of `job` again in full size; True when that is new.

    The job shows it as soon as it is ready, if it `is_wanted`. The same settings give the same
    revision; one that failed is made again. Raises NotDevelopable, AsPainted, TooManyRevisions,
    RevisionsWaiting, StorageQuotaExceeded and JobDeleted.
    """
    lock_owner(job.owner)
    job = _locked(job.pk)
    check_developable(job)
    # Shares of a percent look the same, and would only fill the list.
    values = {"strength": round(development.strength, 2), "color": development.color.value}
    if values == as_painted(job):
        raise AsPainted(_("The picture was painted with these settings. Show it as painted."))
    known = Revision.objects.filter(job=job, **values).first()
    if known is not None and known.state != Revision.State.FAILED:
        if is_wanted:
            _want(job, known)
        return _current(known), False
    _check_room(job, more=known is None)
    revision = known or Revision(job=job, **values)
    _put_in_line(revision, is_wanted=is_wanted)
    return _current(revision), True


@retry_deadlocks
@transaction.atomic
def show_revision(*, job: Job, revision: Revision | None) -> Job:
    """Let `job` show one of its revisions, or its picture as painted.

    Raises RevisionNotReady and JobDeleted.
    """
    job = _locked(job.pk)
    if revision is not None and not _current(revision).is_ready:
        raise RevisionNotReady(_("This version is not ready yet."))
    # A choice counts for more than a revision that is still being made.
    Revision.objects.filter(job=job).active().update(is_wanted=False)
    _show(job, revision)
    return Job.objects.with_parts().get(pk=job.pk)


@retry_deadlocks
@transaction.atomic
def delete_revision(*, revision: Revision) -> None:
    """Delete a revision and its file. If the job shows it, it shows the picture as painted again.

    Raises RevisionInUse while an artwork shows it, and JobDeleted.
    """
    job = _locked(revision.job_id)
    # An artwork that begins to show it locks it too.
    Revision.objects.select_for_update().filter(pk=revision.pk).first()
    _check_unused(job, revision)
    transaction.on_commit(partial(revision_files.sweep, revision))
    if job.shown_id == revision.pk:
        _show(job, None)
    Revision.objects.filter(pk=revision.pk).delete()


def check_developable(job: Job) -> None:
    """Raise NotDevelopable if strength and colors of `job` cannot be changed."""
    if not job.result:
        raise NotDevelopable(_("This picture is not finished."))
    if not job.can_develop:
        sentence = _(
            "Strength and colors of this picture cannot be changed afterwards, because its parts "
            "were not kept. Paint it again to change them."
        )
        raise NotDevelopable(sentence)


def as_painted(job: Job) -> dict[str, object]:
    """Return the settings with which a developed picture is the result itself."""
    return {"strength": 1.0, "color": job.spec["color"]}


def _check_unused(job: Job, revision: Revision) -> None:
    """Raise RevisionInUse if the artwork that was kept of `job` shows `revision`."""
    # The files of the artwork are of this version, so it could no longer say what it shows.
    artwork = getattr(job, "artwork", None)
    if artwork is None or artwork.revision_id != revision.pk:
        return
    if artwork.is_trashed:
        sentence = _(
            "A picture in the trash shows this version. Restore the picture or delete it "
            "permanently first."
        )
        raise RevisionInUse(sentence)
    raise RevisionInUse(_("Your saved picture shows this version. Choose another one there first."))


def _locked(pk: UUID) -> Job:
    """Return the row of a job, which no other request changes before the transaction ends."""
    job = Job.objects.select_for_update(no_key=True).filter(pk=pk).first()
    if job is None:
        raise JobDeleted(_("This was deleted. Reload the page."))
    return job


def _current(revision: Revision) -> Revision:
    found = Revision.objects.filter(pk=revision.pk).first()
    if found is None:
        raise RevisionNotReady(_("This version was deleted."))
    return found


def _want(job: Job, known: Revision) -> None:
    if known.is_ready:
        _show(job, known)
    else:
        Revision.objects.filter(job=job).active().update(is_wanted=False)
        Revision.objects.filter(pk=known.pk).update(is_wanted=True)


def _show(job: Job, revision: Revision | None) -> None:
    if job.shown_id != (revision.pk if revision else None):
        Job.objects.filter(pk=job.pk).change(shown=revision)
        transaction.on_commit(partial(broadcast.publish, job.pk))


def _check_room(job: Job, *, more: bool) -> None:
    waiting = Revision.objects.active().filter(job__owner=job.owner_id).count()
    if waiting >= MAX_WAITING:
        sentence = _("Other versions of your pictures are being made. Try again in a moment.")
        raise RevisionsWaiting(sentence, retry_after=WAIT_SECONDS)
    if more and Revision.objects.filter(job=job).count() >= MAX_REVISIONS:
        sentence = _("A picture can have %(count)d versions. Delete one you no longer need.")
        raise TooManyRevisions(sentence % {"count": MAX_REVISIONS})
    check_storage(owner=job.owner)


def _put_in_line(revision: Revision, *, is_wanted: bool) -> None:
    """Save a new revision, or let one that failed wait again, and wake a worker."""
    if is_wanted:
        # The last one that was asked for is shown, even if an earlier one is ready later.
        Revision.objects.filter(job=revision.job).active().update(is_wanted=False)
    if revision._state.adding:  # noqa: SLF001  # public API of Django
        revision.is_wanted = is_wanted
        revision.save(force_insert=True)
    else:
        Revision.objects.filter(pk=revision.pk, state=Revision.State.FAILED).update(
            state=Revision.State.QUEUED,
            seq=F("seq") + 1,
            attempt=0,
            error_code="",
            error_hint="",
            completed_at=None,
            sweep_at=None,
            is_wanted=is_wanted,
            created_at=timezone.now(),
            wakeup_at=timezone.now(),
        )
    transaction.on_commit(send_wakeup)
