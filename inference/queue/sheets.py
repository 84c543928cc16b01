"""The queue of proof sheets: whose turn it is, what is left to paint, every change of a sheet."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from common.storage import remove_files_after_commit
from inference.files.stored import StoredPicture
from inference.models import ProofSheet, ProofTile
from inference.queue import leases
from inference.queue.lanes import share_of_this_worker
from inference.queue.leases import RELEASED, change, held
from inference.queue.proof_recipe import engine_state
from inference.queue.workers import open_to_this_worker
from library.models import Style, StyleQuerySet

State = ProofSheet.State


@dataclass(frozen=True)
class Outcome:
    """What came of trying one style: a stored picture, or the code of an error."""

    picture: StoredPicture | None = None
    error_code: str = ""


def claim() -> ProofSheet | None:
    """Take the next waiting sheet for the caller: QUEUED to RUNNING under a fresh lease.

    One that was put back stands behind those that nobody has begun. Two workers never get the same
    sheet.
    """
    if not share_of_this_worker().sheets:
        return None
    with transaction.atomic():
        sheet = (
            ProofSheet.objects.filter(open_to_this_worker(), state=State.QUEUED)
            .order_by(F("started_at").asc(nulls_first=True), "created_at", "pk")
            .select_for_update(skip_locked=True, of=("self",))
            .first()
        )
        if sheet is None:
            return None
        lease = leases.take(sheet)
    return ProofSheet.objects.select_related("photo").filter(pk=sheet.pk, lease=lease).first()


def tiles_of(sheet: ProofSheet) -> QuerySet[ProofTile]:
    """Keep the tiles that show the styles of `sheet` as they and the engine are now."""
    return ProofTile.objects.filter(
        photo=sheet.photo_id,
        style__in=sheet.styles.all(),
        version=F("style__version"),
        engine=engine_state(),
    )


def styles_left(sheet: ProofSheet) -> StyleQuerySet:
    """Keep the styles of `sheet` that are still to be tried, in the order of the library."""
    return without_tile(sheet.photo_id, Style.objects.filter(proof_sheets=sheet)).in_display_order()


def without_tile(photo_id: UUID, styles: StyleQuerySet) -> StyleQuerySet:
    """Keep the published ones of `styles` that have no tile on the photo as things are now."""
    tiles = ProofTile.objects.filter(
        photo=photo_id, style=OuterRef("pk"), version=OuterRef("version"), engine=engine_state()
    )
    return styles.published().filter(~Exists(tiles))


def record_tile(sheet: ProofSheet, style: Style, outcome: Outcome) -> ProofTile | None:
    """Write what came of one style of the held `sheet`, in place of older tiles of it.

    None when the lease is gone; then nothing was written.
    """
    picture = outcome.picture or StoredPicture("", 0, 0)
    with transaction.atomic():
        if not change(held(sheet), lease_until=leases.lease_end()):
            return None
        older = ProofTile.objects.filter(photo=sheet.photo_id, style=style)
        remove_files_after_commit(older.values_list("file", flat=True))
        older.delete()
        tile: ProofTile = ProofTile.objects.create(
            photo_id=sheet.photo_id,
            style=style,
            version=style.version,
            engine=engine_state(),
            file=picture.name,
            width=picture.width,
            height=picture.height,
            error_code=outcome.error_code,
        )
    return tile


def put_back(sheet: ProofSheet) -> bool:
    """Let the held `sheet` wait while jobs are served; False when the lease is gone."""
    return change(held(sheet), state=State.QUEUED, attempt=0, ticket_at=Now(), **RELEASED)


def finish(sheet: ProofSheet) -> bool:
    """End the held `sheet` as SUCCEEDED; False when the lease is gone."""
    return change(held(sheet), state=State.SUCCEEDED, completed_at=Now(), **RELEASED)


def fail(sheet: ProofSheet, *, code: str, hint: str) -> bool:
    """End the held `sheet` as FAILED for a reason; False when the lease is gone."""
    return change(held(sheet), **_failure(code, hint))


def end(sheet: ProofSheet, state: str) -> bool:
    """End a waiting or running `sheet` as CANCELED or SUPERSEDED; False when it had ended."""
    waiting_or_running = ProofSheet.objects.active().filter(pk=sheet.pk)
    return change(waiting_or_running, state=state, completed_at=Now(), **RELEASED)


def reap_lost() -> list[UUID]:
    """Take back the running sheets whose lease ran out; return those that changed."""
    return _take_back(Q(lease_until__lt=Now()))


def take_back_all() -> list[UUID]:
    """Take back every running sheet; for a start that knows that no worker runs."""
    return _take_back(Q())


def stale_tickets(limit: int) -> list[UUID]:
    """Return up to `limit` waiting sheets whose ticket seems lost."""
    return leases.stale_tickets(ProofSheet.objects.all(), limit)


def waiting_count() -> int:
    """Count the sheets that wait for a worker."""
    return ProofSheet.objects.filter(state=State.QUEUED).count()


def record_ticket(sheet_id: UUID) -> None:
    """Note that a ticket for this sheet was sent now."""
    ProofSheet.objects.filter(pk=sheet_id).update(ticket_at=Now())


def _take_back(which: Q) -> list[UUID]:
    """Put running sheets in line again, or end them when they had all their attempts."""
    failure = _failure("crashed", "Trying styles on this photo stopped its worker several times.")
    return leases.take_back(ProofSheet.objects.all(), which, failure=failure, afresh={})


def _failure(code: str, hint: str) -> dict[str, Any]:
    return {
        "state": State.FAILED,
        "error_code": code,
        "error_hint": hint[:300],
        "completed_at": Now(),
        **RELEASED,
    }
