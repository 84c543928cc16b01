"""Every write that users make to proof sheets."""

from collections.abc import Sequence
from functools import partial
from typing import ClassVar

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common.locks import retry_deadlocks
from common.storage import remove_files_after_commit
from inference.live import broadcast
from inference.models import Photo, ProofSheet, ProofTile
from inference.queue import sheets as sheet_queue
from inference.queue.wakeups import send_wakeup
from inference.services.guest_limits import check_guest_previews
from inference.services.locks import lock_owner, lock_photos
from library.models import Style

State = ProofSheet.State


class NothingToTry(Exception):
    """There is no style to try."""

    code = "nothing_to_try"
    status: ClassVar[int] = 422

    def __init__(self) -> None:
        super().__init__(_("No styles to preview. Choose at least one."))


@retry_deadlocks
@transaction.atomic
def request_proofs(
    *, owner: User, photo: Photo, styles: Sequence[Style] | None = None
) -> ProofSheet:
    """Request proofs of `styles`, or of all in the studio of `owner`, on `photo`; return the sheet.

    Tiles that exist are not painted again; a sheet that has all of its tiles is SUCCEEDED at once.
    The same request returns the same sheet. A different request replaces the owner's unfinished
    sheet. Raises `NothingToTry`, `PhotoUnavailable`, and `GuestRefused`.
    """
    lock_owner(owner)
    lock_photos([photo])
    wanted = set(styles or Style.objects.paintable_by(owner.pk))
    if not wanted:
        raise NothingToTry
    sheet = ProofSheet.objects.active().filter(owner=owner).first()
    if sheet is not None and _asks_for(sheet, photo, wanted):
        return sheet
    if sheet is not None:
        _end(sheet, State.SUPERSEDED)
    _forget_failures(photo, wanted)
    sheet = ProofSheet.objects.filter(photo=photo, state=State.SUCCEEDED).first()
    complete = not sheet_queue.without_tile(
        photo, Style.objects.filter(pk__in=[style.pk for style in wanted])
    ).exists()
    if sheet is not None and complete and _asks_for(sheet, photo, wanted):
        return sheet
    return _create(owner, photo, wanted, complete=complete)


@transaction.atomic
def cancel_proofs(*, sheet: ProofSheet) -> ProofSheet:
    """End `sheet` now if it waits or runs; a repetition, or a call after its end, does nothing."""
    _end(sheet, State.CANCELED)
    return ProofSheet.objects.get(pk=sheet.pk)


def _asks_for(sheet: ProofSheet, photo: Photo, wanted: set[Style]) -> bool:
    """Tell whether `sheet` is of this photo and these styles."""
    return sheet.photo_id == photo.pk and wanted == set(sheet.styles.all())


def _create(owner: User, photo: Photo, wanted: set[Style], *, complete: bool) -> ProofSheet:
    # Tiles are rows of their own, so they are not lost with the sheets that ended.
    ProofSheet.objects.filter(photo=photo).exclude(state__in=ProofSheet.ACTIVE).delete()
    if not complete:
        check_guest_previews(owner=owner)
    ended = {"state": State.SUCCEEDED, "completed_at": timezone.now()} if complete else {}
    sheet: ProofSheet = ProofSheet.objects.create(owner=owner, photo=photo, **ended)
    sheet.styles.set(wanted)
    if not complete:
        transaction.on_commit(send_wakeup)
        transaction.on_commit(partial(broadcast.publish_sheet, sheet.pk))
    return sheet


def _end(sheet: ProofSheet, state: str) -> None:
    if sheet_queue.end(sheet, state):
        transaction.on_commit(partial(broadcast.publish_sheet, sheet.pk))


def _forget_failures(photo: Photo, wanted: set[Style]) -> None:
    """Delete the failed tiles, so that their styles are tried again."""
    failed = ProofTile.objects.filter(photo=photo, style__in=wanted).exclude(error_code="")
    remove_files_after_commit(failed.values_list("file", flat=True))
    failed.delete()
