"""The methods by name, and the one door to them all."""

import time
from collections.abc import Callable, Generator, Iterator, Sequence

import torch
from PIL import Image

from inference.engine import fast_door
from inference.engine.batches import stylize_batch
from inference.engine.canvas import MAX_PAINTED_PIXELS, Canvas
from inference.engine.codes import CodeCache
from inference.engine.device import choose_device
from inference.engine.errors import InternalError
from inference.engine.features import load_features
from inference.engine.memory import naming_memory_errors
from inference.engine.methods import network, optimize
from inference.engine.methods.frame import Frame
from inference.engine.painter import load_painter
from inference.engine.reports import report_of
from inference.engine.shares import shares_of
from inference.engine.spec import METHOD_INFOS, Step, StyleInput, TransferSpec

__all__ = ["METHODS", "stylize", "stylize_batch"]

# (canvas, shares, spec, device, cache) -> frames; the last one is the result.
Door = Callable[
    [Canvas, Sequence[StyleInput], TransferSpec, torch.device, CodeCache], Iterator[Frame]
]


def _paint_fast(
    canvas: Canvas,
    shares: Sequence[StyleInput],
    spec: TransferSpec,
    device: torch.device,
    cache: CodeCache,
) -> Iterator[Frame]:
    painter = load_painter(device)
    recipe = fast_door.Recipe.mix(shares, spec.style_scale, painter, cache, spec.seed)
    return fast_door.paint(canvas.pixels, [recipe], spec.strength, painter)


def _optimize(
    canvas: Canvas,
    shares: Sequence[StyleInput],
    spec: TransferSpec,
    device: torch.device,
    _cache: CodeCache,
) -> Iterator[Frame]:
    artworks = canvas.artworks(shares)
    return optimize.paint(canvas.photo, artworks, spec, load_features(spec.features, device))


def _paint_by_network(
    canvas: Canvas,
    shares: Sequence[StyleInput],
    spec: TransferSpec,
    _device: torch.device,
    _cache: CodeCache,
) -> Iterator[Frame]:
    return network.paint(canvas.photo, network.find_networks(shares), spec)


METHODS: dict[str, Door] = {
    "fast": _paint_fast,
    "optimize": _optimize,
    "network": _paint_by_network,
}
# Methods that hold whole pictures many times over paint a large one smaller.
_MOST_PIXELS = {"optimize": MAX_PAINTED_PIXELS}


def stylize(
    content: Image.Image,
    styles: Sequence[StyleInput],
    spec: TransferSpec,
    *,
    device: str = "auto",
    cache: CodeCache | None = None,
) -> Generator[Step, None, None]:
    """Paint `content` in the manner of `styles`, yielding steps up to the one with the result.

    Leave the loop to cancel. The order of the styles does not matter, and a style of weight 0
    counts as absent. `cache` keeps style codes from one call to the next. Raises SpecError
    (styles) and DeviceMissingError at once, and while it runs StyleNeedsPictureError,
    StyleCodeError, ModelMissingError, InputUnreadableError, OutOfMemoryError and InternalError.
    """
    shares, place = shares_of(styles), choose_device(device)
    return _steps(content, shares, spec, place, cache or fast_door.MEMORY)


def _steps(
    content: Image.Image,
    shares: Sequence[StyleInput],
    spec: TransferSpec,
    device: torch.device,
    cache: CodeCache,
) -> Generator[Step, None, None]:
    begun = time.monotonic()
    total = spec.steps or METHOD_INFOS[spec.method].default_steps
    yield Step(0, total, "preparing")
    result = None
    with naming_memory_errors():
        canvas = Canvas.prepare(content, spec, device, _MOST_PIXELS.get(spec.method))
        for frame in METHODS[spec.method](canvas, shares, spec, device, cache):
            result, total = frame.image, frame.total
            if frame.done < total:
                preview = canvas.preview(result) if result is not None else None
                yield Step(frame.done, total, "painting", preview)
        yield Step(total, total, "finishing")
        if result is None:
            raise InternalError("The method ended without a picture.")
        image = canvas.result(result)
    report = report_of(canvas, spec, device, time.monotonic() - begun, shares)
    yield Step(total, total, "done", image, report)
