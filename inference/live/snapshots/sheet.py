"""The snapshot of a proof sheet: one dict for the API's reply and the socket's frames."""

from typing import Annotated, Literal, TypedDict

from django.urls import reverse

from common.replies import Moment, Slug, Uuid
from inference.live.snapshots.job import JobError, format_time, is_retryable
from inference.models import ProofSheet, ProofTile
from inference.queue.sheets import styles_shown, tiles_of
from library.models import Style


class ProofTileSnapshot(TypedDict):
    """One style tried on the photo."""

    style: Slug
    version: int
    state: Literal["waiting", "done", "failed"]
    url: Annotated[str | None, "With a token see `/proofs/{id}/file/`."]
    width: int
    height: int
    error: Annotated[str | None, "Error code."]


class ProofSheetSnapshot(TypedDict):
    """A proof sheet: the same dict that the websocket sends. Drop what has a lower `seq`."""

    # Fields are only ever added: clients ignore those that they do not know.
    id: Uuid
    state: Annotated[str, ProofSheet.State]
    seq: Annotated[int, "Grows with every change."]
    photo: Uuid
    done: Annotated[int, "Tiles that are done or failed."]
    total: int
    tiles: list[ProofTileSnapshot]
    error: JobError | None
    created_at: Moment
    completed_at: Moment | None


class TileFrame(TypedDict):
    """The data of a `proof.tile` frame, which the socket sends for each new tile."""

    proof: str
    photo: str
    seq: int
    done: int
    total: int
    tile: ProofTileSnapshot


def proof_snapshot(sheet: ProofSheet) -> ProofSheetSnapshot:
    """Describe `sheet` with a tile for each style of it that its owner can use, in order."""
    tiles = {tile.style_id: tile for tile in tiles_of(sheet)}
    styles = list(styles_shown(sheet).in_display_order())
    parts = [tile_part(style, tiles.get(style.pk)) for style in styles]
    return {
        "id": str(sheet.pk),
        "state": sheet.state,
        "seq": sheet.seq,
        "photo": str(sheet.photo_id),
        "done": sum(part["state"] != "waiting" for part in parts),
        "total": len(parts),
        "tiles": parts,
        "error": _error(sheet),
        "created_at": format_time(sheet.created_at),
        "completed_at": format_time(sheet.completed_at) if sheet.completed_at else None,
    }


def tile_frame(sheet: ProofSheet, tile: ProofTile) -> TileFrame:
    """Describe the new `tile` of `sheet`, with the progress of the sheet."""
    return {
        "proof": str(sheet.pk),
        "photo": str(sheet.photo_id),
        "seq": sheet.seq,
        "done": tiles_of(sheet).count(),
        "total": styles_shown(sheet).count(),
        "tile": tile_part(tile.style, tile),
    }


def tile_part(style: Style, tile: ProofTile | None) -> ProofTileSnapshot:
    """Describe one style of a sheet; it waits as long as there is no tile for it."""
    done = tile is not None and tile.file
    return {
        "style": style.slug,
        "version": style.version,
        "state": "waiting" if tile is None else "done" if done else "failed",
        "url": reverse("proof-tile", kwargs={"pk": tile.pk}) if tile and done else None,
        "width": tile.width if tile else 0,
        "height": tile.height if tile else 0,
        "error": tile.error_code or None if tile else None,
    }


def _error(sheet: ProofSheet) -> JobError | None:
    if sheet.state != ProofSheet.State.FAILED:
        return None
    retryable = is_retryable(sheet.error_code)
    return {"code": sheet.error_code, "hint": sheet.error_hint, "retryable": retryable}
