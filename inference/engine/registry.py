"""The methods by name, and the one door to them all."""

import math
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager

import torch
from PIL import Image

from inference.engine.canvas import Canvas
from inference.engine.device import choose_device
from inference.engine.errors import InternalError, OutOfMemoryError
from inference.engine.features import load_features
from inference.engine.methods import optimize
from inference.engine.methods.frame import Method
from inference.engine.spec import (
    MAX_STYLES,
    METHOD_INFOS,
    Report,
    SpecError,
    Step,
    StyleInput,
    TransferSpec,
)
from inference.engine.weights import find_card

METHODS: dict[str, Method] = {"optimize": optimize.paint}


def stylize(
    content: Image.Image,
    styles: Sequence[StyleInput],
    spec: TransferSpec,
    *,
    device: str = "auto",
) -> Generator[Step, None, None]:
    """Paint `content` in the manner of `styles`, yielding steps up to the one with the result.

    Leave the loop to cancel. The order of the styles does not matter, and a style of weight 0
    counts as absent. Raises SpecError (styles) and DeviceMissingError at once, and while it runs
    ModelMissingError, InputUnreadableError, OutOfMemoryError and InternalError.
    """
    shares, place = shares_of(styles), choose_device(device)
    return _steps(content, shares, spec, place)


def shares_of(styles: Sequence[StyleInput]) -> list[StyleInput]:
    """Drop styles without weight, let the rest sum to one, and bring them into one order.

    Raises SpecError for none, too many, and weights that are negative or no numbers.
    """
    if not all(math.isfinite(style.weight) and style.weight >= 0 for style in styles):
        raise SpecError({"styles": "must have weights that are positive numbers"})
    used = [style for style in styles if style.weight > 0]
    if not 1 <= len(used) <= MAX_STYLES:
        raise SpecError({"styles": f"must be 1 to {MAX_STYLES} pictures with a weight above 0"})
    total = sum(sorted(style.weight for style in used))
    shares = [StyleInput(style.image, style.weight / total) for style in used]
    # A sum of floats depends on their order in the last bit, and the picture on that bit.
    return sorted(shares, key=lambda share: (share.weight, share.image.tobytes()))


def _steps(
    content: Image.Image, shares: Sequence[StyleInput], spec: TransferSpec, device: torch.device
) -> Generator[Step, None, None]:
    begun = time.monotonic()
    total = spec.steps or METHOD_INFOS[spec.method].default_steps
    yield Step(0, total, "preparing")
    result = None
    with _naming_memory_errors():
        features = load_features(spec.features, device)
        canvas = Canvas.prepare(content, spec, device)
        artworks = canvas.artworks(shares, spec)
        for frame in METHODS[spec.method](canvas.photo, artworks, spec, features):
            result, total = frame.image, frame.total
            if frame.done < total:
                preview = canvas.preview(result) if result is not None else None
                yield Step(frame.done, total, "painting", preview)
        yield Step(total, total, "finishing")
        if result is None:
            raise InternalError("The method ended without a picture.")
        image = canvas.result(result)
    report = _report(canvas, spec, device, time.monotonic() - begun)
    yield Step(total, total, "done", image, report)


def _report(canvas: Canvas, spec: TransferSpec, device: torch.device, seconds: float) -> Report:
    return Report(
        source_mode=canvas.picture.source_mode,
        source_size=canvas.picture.size,
        result_size=canvas.size,
        conversions=canvas.picture.conversions,
        resized=canvas.resized,
        device=str(device),
        seconds=round(seconds, 3),
        weights={spec.features: find_card(spec.features)[1].sha256},
    )


@contextmanager
def _naming_memory_errors() -> Generator[None, None, None]:
    try:
        yield
    except (torch.OutOfMemoryError, MemoryError) as error:
        raise OutOfMemoryError("There is too little memory for a picture of this size.") from error
    except RuntimeError as error:
        # On the CPU torch has no error of its own for this.
        if "allocate memory" not in str(error):
            raise
        raise OutOfMemoryError("There is too little memory for a picture of this size.") from error
