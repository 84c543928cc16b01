"""Several pictures in one pass of the method fast: photos x styles of one size."""

import time
from collections import defaultdict
from collections.abc import Generator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from style_transfer.core.budget import Plan, painting_mb, plan_cut, plan_fast
from style_transfer.core.device import choose_device
from style_transfer.core.errors import EngineError, InternalError
from style_transfer.core.oom import naming_memory_errors
from style_transfer.core.shares import normalize_weights
from style_transfer.core.spec import BatchStep, PaintRequest, SpecError, Step
from style_transfer.core.tiling import WHOLE, Tiling
from style_transfer.methods.fast import adapter as fast_door
from style_transfer.methods.fast.embedding import EmbeddingCache
from style_transfer.methods.fast.network import Painter, load_painter
from style_transfer.methods.frame import Fallback
from style_transfer.pipeline.canvas import Canvas
from style_transfer.pipeline.reports import report_of

AT_ONCE = 8


@dataclass(frozen=True)
class _Prepared:
    index: int
    request: PaintRequest
    canvas: Canvas
    recipe: fast_door.StyleMix

    @property
    def kind(self) -> tuple[tuple[int, int], float]:
        """Tell what can go into one pass: pictures of one size at one strength."""
        return self.canvas.painted_size, self.request.spec.strength


def stylize_batch(
    requests: Sequence[PaintRequest],
    *,
    device: str = "auto",
    cache: EmbeddingCache | None = None,
    batch: int = AT_ONCE,
    memory_mb: int | None = None,
) -> Generator[BatchStep, None, None]:
    """Paint requests of the method fast, up to `batch` of one size in a pass, each as it is done.

    Each request ends in exactly one BatchStep, with its last Step or with its own EngineError; one
    that fails takes no other with it. Within `memory_mb` MiB fewer are painted in a pass, and large
    ones in smaller tiles. Leave the loop to cancel what is left. Raises DeviceMissingError and
    ModelMissingError, which no picture could be painted without.
    """
    place = choose_device(device)
    painter = load_painter(place)
    groups: dict[object, list[_Prepared]] = defaultdict(list)
    for index, request in enumerate(requests):
        try:
            prepared = _prepare(index, request, painter, cache or fast_door.MEMORY)
        except EngineError as error:
            yield BatchStep(index, error=error)
            continue
        groups[prepared.kind].append(prepared)
        if len(groups[prepared.kind]) == _fitting(prepared, painter, batch, memory_mb):
            yield from _paint(groups.pop(prepared.kind), painter, memory_mb)
    for group in groups.values():
        yield from _paint(group, painter, memory_mb)


def _fitting(prepared: _Prepared, painter: Painter, batch: int, limit: int | None) -> int:
    """Count the pictures of a kind that are painted in one pass: never so many as must be cut."""
    size = prepared.canvas.painted_size
    batch = min(batch, max(1, WHOLE // (size[0] * size[1])))
    if limit is not None:
        halved = painter.halved
        while batch > 1 and painting_mb(size, batch, Tiling(), halved=halved) > limit:
            batch -= 1
    return batch


def _prepare(
    index: int, request: PaintRequest, painter: Painter, cache: EmbeddingCache
) -> _Prepared:
    if request.spec.method != "fast":
        raise SpecError({"method": "must be fast in a batch"})
    with naming_memory_errors():
        shares = normalize_weights(request.styles)
        canvas = Canvas.prepare(request.content, request.spec, painter.device, None)
        recipe = fast_door.StyleMix.mix(
            shares, request.spec.style_scale, painter, cache, request.spec.seed
        )
    return _Prepared(index, request, canvas, recipe)


def _paint(
    group: Sequence[_Prepared], painter: Painter, limit: int | None
) -> Generator[BatchStep, None, None]:
    """Paint pictures of one kind in one pass; those of a pass that fails, one by one."""
    begun = time.monotonic()
    try:
        size = group[0].canvas.painted_size
        plan = plan_fast(size, halved=painter.halved, batch=len(group), limit=limit)
        painted, fallback = _paint_at_once(group, painter, plan)
    except EngineError as error:
        if len(group) == 1:
            yield BatchStep(group[0].index, error=error)
            return
        for each in group:
            yield from _paint([each], painter, limit)
        return
    place = painter.device
    if fallback is not None:
        place = fallback.device
        plan = plan_cut(size, fallback.tiling, halved=painter.halved, batch=len(group))
    seconds = (time.monotonic() - begun) / len(group)
    for each, picture in zip(group, painted.split(1), strict=True):
        yield _finish(each, picture, plan, place, seconds)


def _paint_at_once(
    group: Sequence[_Prepared], painter: Painter, plan: Plan
) -> tuple[Tensor, Fallback | None]:
    photos = torch.cat([each.canvas.pixels for each in group])
    recipes = [each.recipe for each in group]
    strength = group[0].request.spec.strength
    with naming_memory_errors():
        *_, last = fast_door.paint(photos, recipes, strength, painter, plan.tiling)
    if last.image is None:
        raise InternalError("The method ended without a picture.")
    return last.image, last.fallback


def _finish(
    prepared: _Prepared, picture: Tensor, plan: Plan, place: torch.device, seconds: float
) -> BatchStep:
    canvas = prepared.canvas
    try:
        with naming_memory_errors():
            image = canvas.result(picture)
    except EngineError as error:
        return BatchStep(prepared.index, error=error)
    report = report_of(canvas, prepared.request.spec, place, seconds, plan=plan)
    return BatchStep(prepared.index, Step(1, 1, "done", image, report))
