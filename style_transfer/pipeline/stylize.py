"""The methods by name, and the one door to them all."""

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass

import torch
from PIL import Image
from torch import Tensor

from style_transfer.core.budget import (
    Plan,
    most_painted,
    optimize_mb,
    plan_cut,
    plan_fast,
)
from style_transfer.core.device import choose_device
from style_transfer.core.errors import InternalError, OutOfMemoryError
from style_transfer.core.oom import naming_memory_errors
from style_transfer.core.shares import normalize_weights
from style_transfer.core.sizes import result_size
from style_transfer.core.spec import (
    METHOD_INFOS,
    Report,
    Step,
    StyleInput,
    TransferSpec,
    check_continues,
)
from style_transfer.features.builtin import load_features
from style_transfer.methods.fast import adapter as fast_door
from style_transfer.methods.fast.embedding import EmbeddingCache
from style_transfer.methods.fast.memory import with_embeddings
from style_transfer.methods.fast.network import load_painter
from style_transfer.methods.frame import Frame
from style_transfer.methods.network import schedule as network
from style_transfer.methods.optimize import schedule as optimize
from style_transfer.pipeline.batching import stylize_batch
from style_transfer.pipeline.canvas import Canvas
from style_transfer.pipeline.checkpoint import KeptPainting, State, identity_of
from style_transfer.pipeline.reports import report_of

__all__ = ["METHODS", "stylize", "stylize_batch"]

# Where memory runs out, optimize paints one pixel in so many: one size less, then two.
_SHARES = (2, 4)
# (canvas, shares, cache, begun, plan) -> frames; the last one is the result. `begun` is a picture
# to go on from, or None.
Door = Callable[
    [Canvas, Sequence[StyleInput], EmbeddingCache, Tensor | None, Plan], Iterator[Frame]
]


def _paint_fast(
    canvas: Canvas,
    shares: Sequence[StyleInput],
    cache: EmbeddingCache,
    _begun: Tensor | None,
    plan: Plan,
) -> Iterator[Frame]:
    painter, spec = load_painter(canvas.device), canvas.spec
    recipe = fast_door.StyleMix.mix(shares, spec.style_scale, painter, cache, spec.seed)
    return fast_door.paint(canvas.pixels, [recipe], spec.strength, painter, plan.tiling)


def _optimize(
    canvas: Canvas,
    shares: Sequence[StyleInput],
    _cache: EmbeddingCache,
    begun: Tensor | None,
    _plan: Plan,
) -> Iterator[Frame]:
    artworks = canvas.artworks(shares)
    features = load_features(canvas.spec.features, canvas.device)
    return optimize.paint(canvas.photo, artworks, canvas.spec, features, begun)


def _paint_by_network(
    canvas: Canvas,
    shares: Sequence[StyleInput],
    _cache: EmbeddingCache,
    _begun: Tensor | None,
    _plan: Plan,
) -> Iterator[Frame]:
    return network.paint(canvas.photo, network.find_networks(shares), canvas.spec)


METHODS: dict[str, Door] = {
    "fast": _paint_fast,
    "optimize": _optimize,
    "network": _paint_by_network,
}


def stylize(
    content: Image.Image,
    styles: Sequence[StyleInput],
    spec: TransferSpec,
    *,
    device: str = "auto",
    cache: EmbeddingCache | None = None,
    resume: bytes | None = None,
    memory_mb: int | None = None,
) -> Generator[Step, None, None]:
    """Paint `content` in the manner of `styles`, yielding steps up to the one with the result.

    Leave the loop to cancel. The order of the styles does not matter, and a style of weight 0
    counts as absent. `cache` keeps style codes from one call to the next. `resume` is what
    `Step.painting` saved: the same painting goes on for as many steps as the spec says. Within
    `memory_mb` MiB, and where memory runs out, fast paints in smaller tiles, optimize a smaller
    picture; what does not fit on a GPU even so is painted on the CPU, and the report says it.

    Raises SpecError (styles), StateError (resume) and DeviceMissingError at once, and while it
    runs StyleNeedsPictureError, StyleEmbeddingError, ModelMissingError, InputUnreadableError,
    OutOfMemoryError and InternalError.
    """
    shares, place = normalize_weights(styles), choose_device(device)
    identity = identity_of(content, shares, spec)
    state = State(identity)
    if resume is not None:
        check_continues(spec.method)
        state = State.from_bytes(resume, identity)
    cache = cache or fast_door.MEMORY
    return _StylizeRun(content, shares, spec, place, cache, state, memory_mb).steps()


@dataclass(frozen=True)
class _StylizeRun:
    """One painting as it was asked for, and what it may use; see `stylize`."""

    content: Image.Image
    shares: Sequence[StyleInput]
    spec: TransferSpec
    device: torch.device
    cache: EmbeddingCache
    state: State
    limit: int | None
    """MiB; None for no limit."""

    @property
    def total(self) -> int:
        """How many steps there will be, with those of the painting that it goes on from."""
        return self.state.done + (self.spec.steps or METHOD_INFOS[self.spec.method].default_steps)

    def steps(self) -> Generator[Step, None, None]:
        """Paint; start again at a smaller size where memory runs out."""
        yield Step(self.state.done, self.total, "preparing")
        tries = self._tries()
        for place, most in tries:
            try:
                yield from self._paint(place, most)
            except OutOfMemoryError:
                if (place, most) == tries[-1]:
                    raise
                continue
            return

    def _tries(self) -> list[tuple[torch.device, int | None]]:
        """List where to paint, and how many pixels at the most, until memory is enough.

        A painting that goes on keeps its size. The method fast knows better ways; see fast_door.
        """
        most = most_painted(self.spec.method, self.limit)
        if self.spec.method == "fast":
            return [(self.device, most)]
        mosts = [most]
        if most is not None and self.state.picture is None:
            width, height = result_size(self.content.size, self.spec.size)
            mosts += [min(most, width * height) // share for share in _SHARES]
        on_cpu = [(torch.device("cpu"), mosts[-1])] if self.device.type != "cpu" else []
        return [(self.device, each) for each in mosts] + on_cpu

    def _plan(self, canvas: Canvas) -> Plan:
        """Plan a painting on `canvas` within the limit."""
        if self.spec.method == "fast":
            painter = load_painter(canvas.device)
            plan = plan_fast(canvas.painted_size, halved=painter.halved, limit=self.limit)
            return with_embeddings(plan, self.shares, painter, self.cache, self.limit)
        return Plan(optimize_mb(canvas.painted_size)) if self.spec.method == "optimize" else Plan()

    def _paint(self, device: torch.device, most: int | None) -> Generator[Step, None, None]:
        """Paint once, `most` pixels at the most."""
        begun, before = time.monotonic(), self.state.done
        total, result, painting = self.total, None, None
        with naming_memory_errors():
            canvas = Canvas.prepare(self.content, self.spec, device, most)
            plan = self._plan(canvas)

            def report() -> Report:
                seconds = time.monotonic() - begun
                return report_of(canvas, self.spec, device, seconds, shares=self.shares, plan=plan)

            picture = self.state.picture_for(canvas)
            for frame in METHODS[self.spec.method](canvas, self.shares, self.cache, picture, plan):
                if frame.fallback is not None:
                    device, cut = frame.fallback.device, frame.fallback.tiling
                    plan = plan_cut(canvas.painted_size, cut, halved=load_painter(device).halved)
                result, done, total = frame.image, before + frame.done, before + frame.total
                painting = KeptPainting.of(frame.kept, self.state.after(done), canvas, report)
                if done < total:
                    preview = canvas.preview(result) if result is not None else None
                    yield Step(done, total, "painting", preview, painting=painting)
            yield Step(total, total, "finishing")
            if result is None:
                raise InternalError("The method ended without a picture.")
            image = canvas.result(result)
        yield Step(total, total, "done", image, report(), painting)
