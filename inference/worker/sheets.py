"""Painting a proof sheet: a few styles in one pass; between two passes, other work comes first."""

from contextlib import closing
from enum import Enum, auto

from PIL import Image

from common.storage import remove_files
from inference.files import sheets as proof_files
from inference.live import broadcast
from inference.models import Job, ProofSheet, ProofTile, Revision, Sketch
from inference.queue import sheets as sheet_queue
from inference.queue.proof_recipe import proof_spec
from inference.queue.sheets import Outcome
from inference.queue.workers import registration
from inference.worker import engine
from inference.worker.failures import reason, write_failure
from inference.worker.heartbeat import Endings, Heartbeat, LeaseLost, failures_written
from inference.worker.inputs import is_learned, load_photo, load_style
from library.models import Style
from style_transfer.core.errors import EngineError

# A job that arrives waits until the pass ends, so a pass must not be too long.
PASS_SIZE = 8


class Served(Enum):
    """What a worker did with its wakeup."""

    NOTHING = auto()
    TO_THE_END = auto()
    PUT_BACK = auto()


def serve_sheet() -> Served:
    """Paint the next sheet until it is complete or a job waits."""
    sheet = sheet_queue.claim()
    if sheet is None:
        return Served.NOTHING
    broadcast.publish_sheet(sheet.pk)
    registration.update(sheet=sheet.pk, model=proof_spec().method)
    with Heartbeat([sheet], ENDINGS) as heartbeat:
        served = _attempt(sheet, heartbeat)
    registration.update(sheet=None)
    broadcast.publish_sheet(sheet.pk)
    return served


def _attempt(sheet: ProofSheet, heartbeat: Heartbeat[ProofSheet]) -> Served:
    """Paint `sheet`, and record every way in which that can fail."""
    with failures_written(sheet, ENDINGS):
        return _paint(sheet, heartbeat)
    return Served.TO_THE_END


def _paint(sheet: ProofSheet, heartbeat: Heartbeat[ProofSheet]) -> Served:
    tiles = ProofTile.objects.filter(photo=sheet.photo_id)
    proof_files.sweep(sheet.photo_id, keep=set(tiles.values_list("file", flat=True)))
    photo = load_photo(sheet.photo.preview)
    styles = _next_styles(sheet)
    while styles:
        _paint_some(sheet, photo, styles, heartbeat)
        styles = _next_styles(sheet)
        if styles and any(kind.objects.waiting().exists() for kind in (Job, Revision, Sketch)):
            sheet_queue.put_back(sheet)
            return Served.PUT_BACK
    sheet_queue.finish(sheet)
    return Served.TO_THE_END


def _next_styles(sheet: ProofSheet) -> list[Style]:
    """Return the styles of the next pass: those with a code, or else one style without.

    A style without a code takes longer.
    """
    left = list(sheet_queue.styles_left(sheet)[:PASS_SIZE])
    known = [style for style in left if is_learned(style)]
    return known or left[:1]


def _paint_some(
    sheet: ProofSheet, photo: Image.Image, styles: list[Style], heartbeat: Heartbeat[ProofSheet]
) -> None:
    """Try `styles` in one pass and record each picture or error as it arrives."""
    spec, inputs = proof_spec(), {}
    for style in styles:
        try:
            inputs[style] = load_style(style, spec.method)
        except (EngineError, OSError) as unreadable:
            _record(sheet, style, Outcome(error_code=reason(unreadable)[0]))
    asked = list(inputs)
    with closing(engine.try_styles(photo, list(inputs.values()), spec)) as steps:
        for index, image, error in steps:
            heartbeat.check(sheet)
            _record(sheet, asked[index], _outcome(sheet, image, error))
            inputs.pop(asked[index])
    # Without this, a style that the engine left out would be tried again without end.
    for style in inputs:
        _record(sheet, style, Outcome(error_code=EngineError.code))


def _outcome(sheet: ProofSheet, image: Image.Image | None, error: EngineError | None) -> Outcome:
    if image is None:
        return Outcome(error_code=error.code if error else EngineError.code)
    return Outcome(proof_files.store_tile(sheet.photo_id, image))


def _record(sheet: ProofSheet, style: Style, outcome: Outcome) -> None:
    """Write and publish a tile. Raises LeaseLost, and then removes the file."""
    tile = sheet_queue.record_tile(sheet, style, outcome)
    if tile is None:
        if outcome.picture:
            remove_files([outcome.picture.name])
        raise LeaseLost
    broadcast.publish_tile(tile, sheet_id=sheet.pk)


def _ends_soon(_sheet: ProofSheet) -> bool:
    # Each tile is stored as soon as it is painted, so another worker can continue without a loss.
    return False


ENDINGS = Endings(write_failure, sheet_queue.put_back, _ends_soon)
