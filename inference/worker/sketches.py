"""Painting sketches: one small picture, with the styles and settings that the studio shows."""

import time
from contextlib import closing

from common.storage import remove_files
from inference.files import sketches as sketch_files
from inference.live import broadcast
from inference.models import Sketch
from inference.queue import sketches as sketch_queue
from inference.queue.workers import registration
from inference.worker import engine
from inference.worker.failures import GONE, StyleWithdrawn, write_failure
from inference.worker.heartbeat import Endings, Heartbeat, LeaseLost, failures_written
from inference.worker.inputs import load_photo, load_style
from library.models import Style
from style_transfer.core.errors import EngineError
from style_transfer.core.spec import Step, StyleInput, TransferSpec

# How often the worker looks whether the user has moved on.
LOOK_SECONDS = 0.15


def serve_sketch() -> bool:
    """Paint the next sketch; False when none waits."""
    sketch = sketch_queue.claim()
    if sketch is None:
        return False
    registration.update(model=sketch.spec["method"])
    with Heartbeat([sketch], ENDINGS) as heartbeat, failures_written(sketch, ENDINGS):
        _paint(sketch, heartbeat)
    return True


def _paint(sketch: Sketch, heartbeat: Heartbeat[Sketch]) -> None:
    _sweep(sketch)
    photo = load_photo(sketch.photo.preview)
    spec = TransferSpec.from_json(sketch.spec)
    looked = time.monotonic()
    with closing(engine.stylize(photo, _styles_of(sketch, spec.method), spec)) as steps:
        for step in steps:
            heartbeat.check(sketch)
            if step.stage == "done":
                _finish(sketch, step)
                return
            if time.monotonic() - looked > LOOK_SECONDS:
                looked = time.monotonic()
                if not sketch.held.exists():
                    raise LeaseLost
    raise EngineError("The engine ended without a result.")


def _finish(sketch: Sketch, step: Step) -> None:
    """Store the picture of the last step. Raises LeaseLost, and then removes the file."""
    if step.image is None:
        raise EngineError("The engine ended without a result.")
    color_map = step.finished.layers().color_map if step.finished else {}
    picture = sketch_files.store_sketch(sketch.photo_id, step.image)
    if not sketch_queue.finish(sketch, picture, color_map):
        remove_files([picture.name])
        raise LeaseLost
    broadcast.publish_sketch(sketch.pk)


def _styles_of(sketch: Sketch, method: str) -> list[StyleInput]:
    shares = dict(sketch.parts)
    there = Style.objects.filter(pk__in=shares).exclude(state__in=GONE)
    found = {str(style.pk): style for style in there}
    if len(found) < len(shares):
        raise StyleWithdrawn
    return [load_style(found[pk], method, share) for pk, share in shares.items()]


def _sweep(sketch: Sketch) -> None:
    """Remove what a killed worker left: no other sketch of this photo is being painted."""
    kept = Sketch.objects.filter(photo=sketch.photo_id).exclude(file="")
    sketch_files.sweep(sketch.photo_id, keep=set(kept.values_list("file", flat=True)))


def _fail(sketch: Sketch, error: Exception) -> None:
    """End a sketch as failed, and tell its owner, even if its step never returns."""
    if write_failure(sketch, error):
        broadcast.publish_sketch(sketch.pk)


def _ends_soon(_sketch: Sketch) -> bool:
    return True


ENDINGS = Endings(_fail, sketch_queue.give_back, _ends_soon)
