"""The snapshot of a proof sheet: one dict for the API's reply and the socket's frames."""

from typing import TypedDict

from django.urls import reverse

from inference.live.snapshots.job import ErrorPart, format_time, is_retryable
from inference.models import ProofSheet, ProofTile
from inference.queue.sheets import tiles_of
from library.models import Style


class TilePart(TypedDict):
    """One style: waiting, done (then `url` is its picture), or failed (then `error` says why)."""

    style: str
    version: int
    state: str
    url: str | None
    width: int
    height: int
    error: str | None


class ProofSnapshot(TypedDict):
    """Everything a client needs to draw a sheet; fields are only ever added."""

    id: str
    state: str
    seq: int
    photo: str
    done: int
    total: int
    tiles: list[TilePart]
    error: ErrorPart | None
    created_at: str
    completed_at: str | None


class TileFrame(TypedDict):
    """What the socket sends for each tile as it comes."""

    proof: str
    photo: str
    seq: int
    done: int
    total: int
    tile: TilePart


def proof_snapshot(sheet: ProofSheet) -> ProofSnapshot:
    """Describe `sheet` with a tile for each of its styles that is published, in hanging order."""
    tiles = {tile.style_id: tile for tile in tiles_of(sheet)}
    styles = list(sheet.styles.published().in_display_order())
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
    """Describe the new `tile` of `sheet`, and how far the sheet is with it."""
    return {
        "proof": str(sheet.pk),
        "photo": str(sheet.photo_id),
        "seq": sheet.seq,
        "done": tiles_of(sheet).count(),
        "total": sheet.styles.published().count(),
        "tile": tile_part(tile.style, tile),
    }


def tile_part(style: Style, tile: ProofTile | None) -> TilePart:
    """Describe `style` on the photo of its sheet."""
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


def _error(sheet: ProofSheet) -> ErrorPart | None:
    if sheet.state != ProofSheet.State.FAILED:
        return None
    retryable = is_retryable(sheet.error_code)
    return {"code": sheet.error_code, "hint": sheet.error_hint, "retryable": retryable}
