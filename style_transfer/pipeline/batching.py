"""Paint several pictures of one size in one pass, with a method that can do that."""

import time
from collections import defaultdict
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from style_transfer.backends.choice import AUTOMATIC, Execution, choose
from style_transfer.core.budget import Plan
from style_transfer.core.catalog import find_method, methods_that
from style_transfer.core.device import choose_device
from style_transfer.core.errors import EngineError, InternalError
from style_transfer.core.oom import naming_memory_errors
from style_transfer.core.shares import normalize_weights
from style_transfer.core.spec import BatchStep, PaintRequest, SpecError, Step
from style_transfer.methods import PassMethod, load_pass_method, networks_of
from style_transfer.methods.frame import Attempt, Frame, StyleCache, Task
from style_transfer.pipeline.canvas import Canvas
from style_transfer.pipeline.development import FinishedPainting
from style_transfer.pipeline.fallbacks import (
    attempts_of,
    may_differ,
    try_in_turn,
    try_together,
)
from style_transfer.pipeline.reports import report_of
from style_transfer.pipeline.result_check import check_result

PASS_SIZE = 8


@dataclass(frozen=True)
class _Prepared:
    index: int
    request: PaintRequest
    canvas: Canvas
    own: object
    """What the method prepared for this picture."""

    @property
    def kind(self) -> tuple[str, str, tuple[int, int], float, float]:
        """Give what all pictures of a pass share: method, variant, size, strength, brush size."""
        spec, size = self.request.spec, self.canvas.painted_size
        return spec.method, spec.variant, size, spec.strength, spec.style_scale


def stylize_batch(
    requests: Sequence[PaintRequest],
    *,
    device: str = "auto",
    cache: StyleCache | None = None,
    pass_size: int = PASS_SIZE,
    memory_mb: int | None = None,
    execution: Execution = AUTOMATIC,
) -> Generator[BatchStep, None, None]:
    """Paint requests, up to `pass_size` of one size in a pass; yield each picture when it is done.

    Each request ends in exactly one BatchStep, with its last Step or with its own EngineError. A
    request that fails does not stop the others. To keep within `memory_mb` MiB, a pass has fewer
    pictures, and large pictures are painted in smaller tiles. Leave the loop to cancel the rest.
    Raises DeviceMissingError and ModelMissingError, because then no picture can be painted.
    """
    place = choose_device(device)
    methods: dict[str, PassMethod] = {}
    groups: dict[object, list[_Prepared]] = defaultdict(list)
    for index, request in enumerate(requests):
        _load_method_(methods, request.spec.method, place)
        try:
            prepared = _prepare(index, request, methods, place, cache)
        except EngineError as error:
            yield BatchStep(index, error=error)
            continue
        group, size = groups[prepared.kind], prepared.canvas.painted_size
        group.append(prepared)
        one_pass = _Pass(methods[request.spec.method], place, memory_mb, execution)
        # A full group is painted at once, so that its pictures do not wait for the others.
        if len(group) == one_pass.method.most_in_pass(size, pass_size, place, memory_mb):
            yield from one_pass.steps(groups.pop(prepared.kind))
    for group in groups.values():
        method = methods[group[0].request.spec.method]
        yield from _Pass(method, place, memory_mb, execution).steps(group)


def _load_method_(methods: dict[str, PassMethod], slug: str, place: torch.device) -> None:
    """Load a method and add it to `methods`, if it can paint several pictures in a pass."""
    if slug not in methods and find_method(slug).batches:
        methods[slug] = load_pass_method(slug)
        methods[slug].load(place)


def _prepare(
    index: int,
    request: PaintRequest,
    methods: dict[str, PassMethod],
    place: torch.device,
    cache: StyleCache | None,
) -> _Prepared:
    method = methods.get(request.spec.method)
    if method is None:  # `_load_method_` loads only methods that paint in passes
        able = ", ".join(methods_that("batches"))
        raise SpecError({"method": f"must be one of {able} to be painted with others"})
    with naming_memory_errors():
        shares = normalize_weights(request.styles)
        canvas = Canvas.prepare(
            request.content, request.spec, place, method.info.max_pixels, mask=request.mask
        )
        own = method.prepare(Task(canvas, shares, cache), place)
    return _Prepared(index, request, canvas, own)


@dataclass(frozen=True)
class _Painted:
    picture: Tensor
    plan: Plan
    device: torch.device
    seconds: float
    variant: str


@dataclass(frozen=True)
class _Pass:
    """Passes of one method on a device, within `limit` MiB."""

    method: PassMethod
    device: torch.device
    limit: int | None
    execution: Execution

    def steps(self, group: Sequence[_Prepared]) -> Generator[BatchStep, None, None]:
        """Paint pictures of one kind in one pass; if the pass fails, paint them one by one."""
        for prepared, result in try_together(group, self._paint):
            if isinstance(result, EngineError):
                yield BatchStep(prepared.index, error=result)
            else:
                yield _finish(prepared, result)

    def _paint(self, group: Sequence[_Prepared]) -> list[_Painted]:
        begun = time.monotonic()
        networks = networks_of(self.method, group[0].request.spec, ())
        halves = self.method.info.half_precision
        choice = choose(networks, self.execution, self.device, halves=halves)
        attempts = attempts_of(self.method.info, self.device, choice=choice)
        *_, (plan, attempt, last) = try_in_turn(
            self.method.info, attempts, lambda attempt: self._attempt(group, attempt)
        )
        if last.image is None:
            raise InternalError("The method ended without a picture.")
        # The report of a picture counts an equal share of the time of the pass.
        seconds = (time.monotonic() - begun) / len(group)
        pictures = last.image.split(1)  # (1, 3, H, W) each
        variant = attempt.variant.name if self.method.info.variants else ""
        return [_Painted(each, plan, attempt.device, seconds, variant) for each in pictures]

    def _attempt(
        self, group: Sequence[_Prepared], attempt: Attempt
    ) -> Iterator[tuple[Plan, Attempt, Frame]]:
        size, strength = group[0].canvas.painted_size, group[0].request.spec.strength
        plan = self.method.plan_pass(size, len(group), attempt, self.limit)
        photos = torch.cat([each.canvas.pixels for each in group])  # (B, 3, H, W)
        own = [each.own for each in group]
        for frame in self.method.paint_pass(photos, own, strength, attempt, plan):
            yield plan, attempt, frame
        if strength and frame.image is not None and may_differ(self.method.info, attempt):
            # The photos are still on the GPU when the CPU is the fallback.
            check_result(frame.image, photos.to(frame.image.device))


def _finish(prepared: _Prepared, painted: _Painted) -> BatchStep:
    canvas = prepared.canvas
    try:
        with naming_memory_errors():
            image = canvas.result(painted.picture)
    except EngineError as error:
        return BatchStep(prepared.index, error=error)
    report = report_of(
        canvas,
        prepared.request.spec,
        painted.device,
        painted.seconds,
        plan=painted.plan,
        variant=painted.variant,
    )
    finished = FinishedPainting(canvas, painted.picture)
    step = Step(1, 1, "done", image, report, finished=finished)
    return BatchStep(prepared.index, step)
