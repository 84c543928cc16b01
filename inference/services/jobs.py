"""Every write that users make to jobs."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from common.locks import retry_deadlocks
from inference.files import jobs as job_files
from inference.files.masks import delete_if_unused
from inference.live import broadcast, change_log, estimates
from inference.models import Job, JobStyle, Mask, Photo
from inference.queue import jobs as job_queue
from inference.queue.wakeups import send_wakeup
from inference.services.guest_limits import check_guest_request
from inference.services.limits import check_room
from inference.services.locks import lock_photos
from inference.services.once import Request, create_once, digest_of
from inference.services.refusals import (
    FeaturesMissing,
    JobDeleted,
    MaskEmpty,
    MaskUnavailable,
    NetworkMissing,
    NothingToKeep,
    PhotoUnavailable,
    StyleNeedsPicture,
    StyleUnavailable,
    TooManySteps,
)
from library.methods import usable_methods
from library.models import Style
from style_transfer.core.backbones import is_installed
from style_transfer.core.catalog import find_method
from style_transfer.core.spec import MAX_STYLES, TransferSpec

WeightedStyles = Sequence[tuple[Style, float]]


@dataclass(frozen=True)
class Origin:
    """The job that a new job repeats or continues, and the first one of its painting."""

    retry_of: UUID | None = None
    continues: UUID | None = None
    first_job: UUID | None = None


NEW = Origin()


def submit_job(
    *,
    owner: User,
    photo: Photo,
    styles: WeightedStyles,
    spec: TransferSpec,
    mask: Mask | None = None,
    job_id: UUID | None = None,
    origin: Origin = NEW,
    made_like: UUID | None = None,
) -> tuple[Job, bool]:
    """Put a job into the queue and wake a worker; True when the job is new.

    The same `job_id` with the same request returns the same job. A late repetition does not make a
    deleted job again. `made_like` is the artwork whose styles and settings the job repeats. Raises
    JobRefused.
    """
    by_client = job_id is not None and origin == NEW
    request = Request(job_id or uuid4(), owner, _digest(photo, styles, spec, mask))

    def check() -> None:
        _check_deleted()
        check_request(owner=owner, photo=photo, styles=styles, spec=spec)
        check_mask(mask, photo, spec)

    def create() -> Job:
        # Asked again: the job may have been made and deleted while this request waited.
        _check_deleted()
        lock_photos([photo])
        check_room(owner=owner)
        fields = {"id": request.id, "request_digest": request.digest, **asdict(origin)}
        fields["mask"] = mask
        return put_in_line(owner, photo, styles, spec, made_like=made_like, **fields)

    def _check_deleted() -> None:
        if by_client and change_log.was_deleted(owner.pk, request.id):
            raise JobDeleted(_("The picture with this id was deleted. Use a new id."))

    return create_once(Job.objects.with_parts(), request, check=check, create=create)


def check_request(*, owner: User, photo: Photo, styles: WeightedStyles, spec: TransferSpec) -> None:
    """Raise JobRefused if the request cannot be painted, or not for this user."""
    check_guest_request(owner=owner, spec=spec)
    _check_inputs(owner, photo, styles)
    _check_method(spec.method, styles)
    _check_extent(spec)


def check_mask(mask: Mask | None, photo: Photo, spec: TransferSpec) -> None:
    """Raise JobRefused if the mask is not one of the photo, or lets nothing be painted."""
    if mask is None:
        return
    if not Mask.objects.filter(pk=mask.pk, photo=photo).exists():
        raise MaskUnavailable(_("This mask does not belong to this photo. Send it again."))
    if mask.paints_nothing(invert=spec.mask_invert):
        raise MaskEmpty(_("Nothing would be painted. Mark the area that is to be painted."))


def cancel_job(*, job: Job, by: str = "owner") -> Job:
    """End `job` now if it waits or runs; a repetition, or a call after its end, changes nothing."""
    if job_queue.cancel(job, by=by):
        transaction.on_commit(partial(job_files.sweep, job.pk))
        transaction.on_commit(partial(broadcast.publish, job.pk))
    return Job.objects.with_parts().get(pk=job.pk)


def stop_job(*, job: Job) -> Job:
    """Ask the worker to end `job` with the picture as it is now. Raises NothingToKeep."""
    if not job_queue.request_stop(job):
        raise NothingToKeep(_("Only a picture that is being painted can be stopped and kept."))
    transaction.on_commit(partial(broadcast.publish, job.pk))
    return Job.objects.with_parts().get(pk=job.pk)


def touch_job(*, job_id: UUID) -> None:
    """Tell clients that something shown with an ended job changed, for example its artwork."""
    Job.objects.filter(pk=job_id).change()
    transaction.on_commit(partial(broadcast.publish, job_id))


@retry_deadlocks
@transaction.atomic
def delete_job(*, job: Job) -> None:
    """Cancel `job` and delete it with its files; an artwork that was made from it stays."""
    transaction.on_commit(partial(job_files.remove_all, job.pk))
    job_queue.cancel(job, by="owner")
    forget([job.pk], owner_id=job.owner_id)
    # Not `job.delete()`, which takes the id from `job`: a repetition after a deadlock needs it.
    Job.objects.filter(pk=job.pk).delete()
    if job.mask_id is not None:
        delete_if_unused(job.mask_id)


def forget(job_ids: Sequence[UUID], *, owner_id: int) -> None:
    """Make clients drop these jobs, which the caller deletes in the same transaction."""
    change_log.record_deleted(owner_id, job_ids)
    transaction.on_commit(partial(broadcast.publish_deleted, owner_id, list(job_ids)))


def put_in_line(
    owner: User, photo: Photo, styles: WeightedStyles, spec: TransferSpec, **fields: Any
) -> Job:
    """Make the row of a job whose room was checked, and announce it after the commit."""
    job = Job.objects.create(
        owner=owner,
        photo=photo,
        spec=spec.to_json(),
        **fields,
        **estimates.promise(owner=owner, photo=photo, spec=spec),
    )
    JobStyle.objects.bulk_create(
        JobStyle(job=job, style=style, version=style.version, weight=weight)
        for style, weight in styles
    )
    transaction.on_commit(partial(announce, job.pk, job.lane))
    return Job.objects.with_parts().get(pk=job.pk)


def announce(job_id: UUID, lane: str) -> None:
    """Wake a worker, and tell the owner's sockets.

    Both messages go to the same server. If the first one finds it away, the second is not tried,
    so the caller waits for one timeout only.
    """
    if send_wakeup(lane):
        broadcast.publish(job_id)


def _check_inputs(owner: User, photo: Photo, styles: WeightedStyles) -> None:
    if not Photo.objects.visible_to(owner).filter(pk=photo.pk).exists():
        raise PhotoUnavailable(_("This photo is not yours."))
    slugs = [style.pk for style, _weight in styles]
    if not 1 <= len(slugs) <= MAX_STYLES or len(set(slugs)) != len(slugs):
        raise StyleUnavailable(_("Choose one to four different styles."))
    if not all(math.isfinite(weight) and weight > 0 for _style, weight in styles):
        raise StyleUnavailable(_("The weight of each style must be above zero."))
    usable = Style.objects.visible_to(owner).exclude(state=Style.State.WITHDRAWN)
    if usable.filter(pk__in=slugs).count() != len(slugs):
        raise StyleUnavailable(_("This style is not in the library."))


def _check_method(method: str, styles: WeightedStyles) -> None:
    for style, _weight in styles:
        if method in usable_methods(style):
            continue
        if not style.has_picture:
            sentence = _(
                "This method needs the picture of the artwork, which is not available for "
                "“%(title)s”. Choose another method."
            )
            raise StyleNeedsPicture(sentence % {"title": style.title})
        sentence = _("There is no network for “%(title)s” yet. Choose another method.")
        raise NetworkMissing(sentence % {"title": style.title})


def _check_extent(spec: TransferSpec) -> None:
    """Refuse what only the command line does, or needs weights that are not here."""
    info = find_method(spec.method)
    if info.site_steps is not None and (spec.steps or 0) > info.site_steps:
        sentence = _("This method takes at most %(most)d steps here. Choose fewer steps.")
        raise TooManySteps(sentence % {"most": info.site_steps})
    if "features" in info.used and not is_installed(spec.features):
        sentence = _("This feature network is not available here. Choose another one.")
        raise FeaturesMissing(sentence)


def _digest(
    photo: Photo, styles: WeightedStyles, spec: TransferSpec, mask: Mask | None = None
) -> str:
    """Return a digest of the whole request."""
    chosen = sorted((str(style.pk), float(weight)) for style, weight in styles)
    asked = {"photo": str(photo.pk), "styles": chosen, "spec": spec.to_json()}
    return digest_of({**asked, "mask": str(mask.pk)} if mask else asked)
