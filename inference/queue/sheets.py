"""The queue of proof sheets: which one is next, what is left of it, and all of its changes."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet

from common.locks import retry_deadlocks
from common.storage import remove_files_after_commit
from inference.files.stored import StoredPicture
from inference.models import Photo, ProofSheet, ProofTile
from inference.models.leases import lease_end
from inference.queue.lanes import share_of_this_worker
from inference.queue.proof_recipe import engine_state
from inference.queue.workers import open_to_this_worker
from library.models import Style, StyleQuerySet

State = ProofSheet.State


@dataclass(frozen=True)
class Outcome:
    """The outcome for one style: a stored picture, or the code of an error."""

    picture: StoredPicture | None = None
    error_code: str = ""


def claim() -> ProofSheet | None:
    """Take the next waiting sheet for the caller: QUEUED to RUNNING under a new lease.

    Sheets of users come before those of guests. A sheet that was put back comes after those that no
    worker has begun. Two workers never get the same sheet.
    """
    if not share_of_this_worker().sheets:
        return None
    with transaction.atomic():
        sheet = (
            ProofSheet.objects.waiting()
            .filter(open_to_this_worker())
            .order_by("owner__is_guest", F("started_at").asc(nulls_first=True), "created_at", "pk")
            .select_for_update(skip_locked=True, of=("self",))
            .first()
        )
        if sheet is None:
            return None
        lease = ProofSheet.objects.filter(pk=sheet.pk).take()
    return ProofSheet.objects.select_related("photo").filter(pk=sheet.pk, lease=lease).first()


def tiles_of(sheet: ProofSheet) -> QuerySet[ProofTile]:
    """Return the tiles of the styles of `sheet` for the current version of style and engine."""
    return ProofTile.objects.filter(
        photo=sheet.photo_id,
        style__in=sheet.styles.all(),
        version=F("style__version"),
        engine=engine_state(),
    )


def styles_left(sheet: ProofSheet) -> StyleQuerySet:
    """Return the styles of `sheet` that have no tile yet, in the order of the library."""
    return without_tile(sheet.photo, Style.objects.filter(proof_sheets=sheet)).in_display_order()


def styles_shown(sheet: ProofSheet) -> StyleQuerySet:
    """Return the styles of `sheet` that its owner can still use."""
    return Style.objects.filter(proof_sheets=sheet).paintable_by(sheet.owner_id)


def without_tile(photo: Photo, styles: StyleQuerySet) -> StyleQuerySet:
    """Keep the `styles` that the owner of the photo can use, and that have no current tile on it.

    A tile is current for one version of its style.
    """
    tiles = ProofTile.objects.filter(
        photo=photo, style=OuterRef("pk"), version=OuterRef("version"), engine=engine_state()
    )
    return styles.paintable_by(photo.owner_id).filter(~Exists(tiles))


@retry_deadlocks
def record_tile(sheet: ProofSheet, style: Style, outcome: Outcome) -> ProofTile | None:
    """Write the outcome for one style of the held `sheet`, in place of its older tiles.

    Return None when the lease is gone; then nothing was written.
    """
    picture = outcome.picture or StoredPicture("", 0, 0)
    with transaction.atomic():
        if not sheet.held.change(lease_until=lease_end()):
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
    return sheet.held.requeue(attempt=0)


def finish(sheet: ProofSheet) -> bool:
    """End the held `sheet` as SUCCEEDED; False when the lease is gone."""
    return sheet.held.end(State.SUCCEEDED)


def end(sheet: ProofSheet, state: str) -> bool:
    """End a waiting or running `sheet` as CANCELED or SUPERSEDED; False if it has ended."""
    return ProofSheet.objects.active().filter(pk=sheet.pk).end(state)
