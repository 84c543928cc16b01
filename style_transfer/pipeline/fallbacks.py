"""What is tried next where painting fails: the one place that decides it.

memory      as planned, then in the smallest tiles, or half and a quarter of the pixels
device      then the same on the CPU, where a GPU has too little memory even for that
precision   a picture that half precision broke, once more in float32, at each of these
passes      pictures of a pass that fails, one by one, each with all of the above
alone       a picture that memory does not suffice for beside others, when those are done
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

import torch

from style_transfer.core.budget import TILINGS, OverLimitError
from style_transfer.core.catalog import MethodInfo
from style_transfer.core.errors import EngineError, InternalError, OutOfMemoryError
from style_transfer.core.oom import naming_memory_errors
from style_transfer.core.spec import BatchStep
from style_transfer.methods.frame import Attempt

# Where memory runs out, a method that cannot cut pictures paints one pixel in so many: one size
# less, then two.
_SHARES = (2, 4)
_CPU = torch.device("cpu")
Result = TypeVar("Result")
Picture = TypeVar("Picture")


def attempts_of(
    info: MethodInfo,
    device: torch.device,
    *,
    most: int | None = None,
    size: tuple[int, int] | None = None,
) -> list[Attempt]:
    """List the ways to paint a picture in the order in which they are tried.

    `most` is how many pixels may be painted, and `size` (width, height) is that of the result; None
    where it must not change, because a painting goes on.
    """
    planned = Attempt(device, most)
    smaller = []
    if info.is_tiled:
        smaller = [replace(planned, tiling=TILINGS[-1])]
    elif most is not None and size is not None:
        pixels = min(most, size[0] * size[1])
        smaller = [replace(planned, most=pixels // share) for share in _SHARES]
    attempts = [planned, *smaller]
    if device.type != _CPU.type:
        attempts.append(replace(attempts[-1], device=_CPU))
    return attempts


def try_in_turn(
    info: MethodInfo,
    attempts: Sequence[Attempt],
    paint: Callable[[Attempt], Iterator[Result]],
) -> Iterator[Result]:
    """Yield what `paint` yields in each attempt, up to the first for which memory suffices.

    Raises OutOfMemoryError if that is none of them, OverLimitError at once, since less is planned
    for no later one, and all other errors of `paint`.
    """
    for attempt in attempts:
        try:
            with naming_memory_errors():
                yield from _exactly_if_broken(info, attempt, paint)
        except OverLimitError:
            raise
        except OutOfMemoryError:
            if attempt is attempts[-1]:
                raise
            continue
        return


def _exactly_if_broken(
    info: MethodInfo, attempt: Attempt, paint: Callable[[Attempt], Iterator[Result]]
) -> Iterator[Result]:
    """Paint, and once more in float32 where half precision overflowed."""
    try:
        yield from paint(attempt)
    except InternalError:
        if not info.half_precision:
            raise
    else:
        return
    yield from paint(replace(attempt, exact=True))


def try_together(
    pictures: Sequence[Picture], paint: Callable[[Sequence[Picture]], Sequence[Result]]
) -> Iterator[tuple[Picture, Result | EngineError]]:
    """Paint pictures in one pass; those of a pass that fails, one by one.

    Yield each picture with what came of it.
    """
    try:
        results = paint(pictures)
    except EngineError as error:
        if len(pictures) == 1:
            yield pictures[0], error
            return
    else:
        yield from zip(pictures, results, strict=True)
        return
    for each in pictures:
        yield from try_together([each], paint)


def try_alone(step: BatchStep) -> bool:
    """Tell whether a picture may still be painted when nothing else is in memory."""
    return isinstance(step.error, OutOfMemoryError)
