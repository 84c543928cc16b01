"""What becomes of the photos and pictures of a guest: an account gets them, or they are deleted."""

import logging
from collections.abc import Iterator
from functools import partial
from time import monotonic
from typing import Any
from uuid import UUID

from django.contrib.auth.signals import user_logged_in
from django.db import transaction
from django.db.models import F, Q
from django.http import HttpRequest
from django.utils import timezone

from accounts.guests import LIFETIME, SESSION_NAME, forget_guest, recorded_guest
from accounts.models import User
from accounts.session_news import recheck_sockets
from common.locks import lock_until_commit, retry_deadlocks
from common.storage import remove_files_after_commit
from inference.files import jobs as job_files
from inference.files import sheets as proof_files
from inference.files import sketches as sketch_files
from inference.files.renewal import renew_credit
from inference.live import broadcast
from inference.models import Job, Mask, Photo, ProofSheet, Sketch
from inference.queue import sheets as sheet_queue
from inference.services.jobs import cancel_job
from inference.services.locks import lock_guest_and, lock_photos_of

logger = logging.getLogger(__name__)
# So many are searched at once, until none is left or a round has taken so long.
AT_ONCE = 200
ROUND_SECONDS = 480
# What a row of the account's changes must forget, so that the account's clients are told of it.
TO_BE_NUMBERED = {"seq": F("seq") + 1, "number": 0, "numbered_seq": 0}


# Sign-ups and sign-ins happen inside Django, allauth and the admin, and all of them send this
# signal. The session has a new key then, and still the guest.
def listen() -> None:
    """Give an account what its user made before the sign-in."""
    user_logged_in.connect(_signed_in, dispatch_uid="adopt-guest")


def _signed_in(user: User, request: HttpRequest | None = None, **_: Any) -> None:
    session = getattr(request, "session", None)
    if session is None or SESSION_NAME not in session:
        return
    if guest := recorded_guest(session):
        adopt_guest(guest=guest, owner=user)
    forget_guest(session)


@retry_deadlocks
@transaction.atomic
def adopt_guest(*, guest: User, owner: User) -> bool:
    """Give everything of `guest` to `owner`, and return False if another account has it.

    A running job goes on. The limits of the account do not refuse anything of it.
    """
    if not lock_guest_and(guest, owner):
        return False
    # The account may have an unfinished sheet. The tiles stay, and the studio asks for a new sheet.
    for sheet in ProofSheet.objects.active().filter(owner=guest):
        if sheet_queue.end(sheet, ProofSheet.State.SUPERSEDED):
            transaction.on_commit(partial(broadcast.publish_sheet, sheet.pk))
    Sketch.objects.active().filter(owner=guest).delete()
    _merge_photos(guest, owner)
    kept = _duplicates(guest, owner)
    Photo.objects.filter(owner=guest).exclude(pk__in=kept).update(owner=owner)
    jobs = list(Job.objects.filter(owner=guest).values_list("pk", flat=True))
    Job.objects.filter(pk__in=jobs).update(owner=owner, **TO_BE_NUMBERED)
    sheets = ProofSheet.objects.filter(owner=guest, photo__owner=owner)
    sheets.update(owner=owner, **TO_BE_NUMBERED)
    Sketch.objects.filter(owner=guest, photo__owner=owner).update(owner=owner)
    User.objects.filter(pk=guest.pk).update(adopted_by=owner)
    for job_id in jobs:
        transaction.on_commit(partial(broadcast.publish, job_id))
        transaction.on_commit(partial(_renew_credit, job_id))
    recheck_sockets(guest.pk)
    return True


def _renew_credit(job_id: UUID) -> None:
    """Write the name of the account into the picture. If this fails, the sign-in still succeeds."""
    try:
        renew_credit(job_id)
    except Exception:  # the file before names nobody, which is not wrong
        logger.exception("The credit of job %s could not be renewed", job_id)


def _duplicates(guest: User, owner: User) -> list[Any]:
    """Return the photos of the guest that the account has, too."""
    mine = Photo.objects.filter(owner=owner).values("sha256")
    return list(Photo.objects.filter(owner=guest, sha256__in=mine).values_list("pk", flat=True))


def _merge_photos(guest: User, owner: User) -> None:
    """Let the jobs of a photo that the account has, too, name the photo of the account.

    The photo of the guest stays until the guest is deleted: a worker may be reading its file.
    """
    for photo in Photo.objects.filter(pk__in=_duplicates(guest, owner)):
        own = Photo.objects.get(owner=owner, sha256=photo.sha256)
        Job.objects.filter(photo=photo).update(photo=own)
        known = {mask.sha256: mask for mask in Mask.objects.filter(photo=own)}
        for mask in Mask.objects.filter(photo=photo):
            if same := known.get(mask.sha256):
                Job.objects.filter(mask=mask).update(mask=same)
            else:
                Mask.objects.filter(pk=mask.pk).update(photo=own)


def delete_guests() -> int:
    """Delete the guests whose day has ended, and return how many. Each in a transaction.

    Those that cannot be deleted are tried again in the next round.
    """
    end = monotonic() + ROUND_SECONDS
    deleted = 0
    for guest_id in _ended_guests():
        if monotonic() > end:
            logger.warning("More guests are to be deleted than one round can delete")
            break
        deleted += _succeeds(guest_id)
    return deleted


def _ended_guests() -> Iterator[int]:
    """Yield the guests whose day has ended, the oldest first, each once."""
    rows = User.objects.filter(is_guest=True, date_joined__lt=timezone.now() - LIFETIME)
    ended = rows.order_by("date_joined", "pk").values_list("date_joined", "pk")
    found = list(ended[:AT_ONCE])
    while found:
        yield from (guest_id for _began, guest_id in found)
        began, last = found[-1]
        younger = Q(date_joined__gt=began) | Q(date_joined=began, pk__gt=last)
        found = list(ended.filter(younger)[:AT_ONCE])


@retry_deadlocks
@transaction.atomic
def delete_guest(*, guest_id: int) -> bool:
    """Delete a guest with all photos, pictures and files. Return False if there is no such guest.

    An account that got the pictures of the guest keeps them: they are not the guest's any more.
    """
    guest = User.objects.filter(pk=guest_id, is_guest=True).first()
    if guest is None:
        return False
    # In the same order as for an adoption, which either came first or finds no guest.
    lock_until_commit("claims")
    lock_photos_of(guest)
    if not User.objects.select_for_update().filter(pk=guest_id, is_guest=True):
        return False
    jobs = Job.objects.filter(owner=guest)
    for job in jobs.active():
        cancel_job(job=job)
    for job_id in jobs.values_list("pk", flat=True):
        transaction.on_commit(partial(job_files.remove_all, job_id))
    jobs.delete()
    for photo in Photo.objects.filter(owner=guest):
        transaction.on_commit(partial(proof_files.sweep, photo.pk))
        transaction.on_commit(partial(sketch_files.sweep, photo.pk))
        masks = list(Mask.objects.filter(photo=photo).values_list("file", flat=True))
        remove_files_after_commit([*photo.file_names, *masks])
    guest.delete()
    return True


def _succeeds(guest_id: int) -> bool:
    """Delete a guest, and return whether it is gone now. If this fails, the others still go."""
    try:
        return delete_guest(guest_id=guest_id)
    except Exception:  # whatever one row raises, the round goes on
        logger.exception("Guest %s could not be deleted yet", guest_id)
        return False
