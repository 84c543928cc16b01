"""The fallbacks when painting fails; only this module decides what is tried next.

memory      first as planned, then in the smallest tiles or with a half and a quarter of the pixels
device      if a GPU has too little memory even for that, the same on the CPU
precision   in each of these: if half precision or another backend breaks a picture, an exported
            file is refused, or a provider that was not asked for does not start, again by torch in
            float32
passes      if a pass fails, its pictures one by one, each with all of the above
alone       if memory is too short for a picture beside others, again after those are done
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

import torch

from style_transfer.backends.choice import TORCH, Choice
from style_transfer.backends.sessions import ProviderMissingError
from style_transfer.backends.variants import (
    REFERENCE,
    VariantMissingError,
    VariantRefusedError,
)
from style_transfer.core.budget import TILINGS, OverLimitError
from style_transfer.core.catalog import MethodInfo
from style_transfer.core.errors import EngineError, InternalError, OutOfMemoryError
from style_transfer.core.oom import naming_memory_errors
from style_transfer.core.spec import BatchStep
from style_transfer.methods.frame import Attempt

# When memory runs out, a method that cannot cut pictures paints the pixels divided by these: one
# size of the pyramid less, then two.
_SHARES = (2, 4)
_CPU = torch.device("cpu")
# What torch can paint where another way could not.
_BY_TORCH = (InternalError, ProviderMissingError, VariantMissingError, VariantRefusedError)
logger = logging.getLogger(__name__)
Result = TypeVar("Result")
Picture = TypeVar("Picture")


def attempts_of(
    info: MethodInfo,
    device: torch.device,
    *,
    most: int | None = None,
    size: tuple[int, int] | None = None,
    choice: Choice = TORCH,
) -> list[Attempt]:
    """List the ways to paint a picture in the order in which they are tried.

    `most` is the largest number of pixels that may be painted. `size` (width, height) is that of
    the result; it is None if the size must not change, because a saved painting is continued.
    `choice` is the variant of the networks; it holds for that device only.
    """
    planned = Attempt(device, most, choice=choice)
    smaller = []
    if info.is_tiled:
        smaller = [replace(planned, tiling=TILINGS[-1])]
    elif most is not None and size is not None:
        pixels = min(most, size[0] * size[1])
        smaller = [replace(planned, most=pixels // share) for share in _SHARES]
    attempts = [planned, *smaller]
    if device.type != _CPU.type:
        attempts.append(replace(attempts[-1], device=_CPU, choice=TORCH))
    return attempts


def try_in_turn(
    info: MethodInfo,
    attempts: Sequence[Attempt],
    paint: Callable[[Attempt], Iterator[Result]],
) -> Iterator[Result]:
    """Yield what `paint` yields in each attempt; stop after the first that has enough memory.

    Raises OutOfMemoryError if no attempt has enough memory. Raises OverLimitError at once, because
    no later attempt is planned with less memory. Raises all other errors of `paint`.
    """
    for attempt in attempts:
        try:
            with naming_memory_errors():
                yield from _exactly_if_broken(info, attempt, paint)
        except OverLimitError:  # a kind of OutOfMemoryError, and final
            raise
        except OutOfMemoryError:
            if attempt is attempts[-1]:
                raise
            continue
        return


def _exactly_if_broken(
    info: MethodInfo, attempt: Attempt, paint: Callable[[Attempt], Iterator[Result]]
) -> Iterator[Result]:
    """Paint, and paint again by torch in float32 if another way broke the picture."""
    try:
        yield from paint(attempt)
    except _BY_TORCH as error:
        asked_for = attempt.choice.required and isinstance(error, ProviderMissingError)
        if asked_for or not may_differ(info, attempt):
            raise
        logger.warning("Painting again by the reference: %s", error)
    else:
        return
    yield from paint(replace(attempt, exact=True))


def may_differ(info: MethodInfo, attempt: Attempt) -> bool:
    """Tell whether an attempt may paint in another way than the reference."""
    return not attempt.exact and (info.half_precision or attempt.variant != REFERENCE)


def try_together(
    pictures: Sequence[Picture], paint: Callable[[Sequence[Picture]], Sequence[Result]]
) -> Iterator[tuple[Picture, Result | EngineError]]:
    """Paint pictures in one pass; if the pass fails, paint them one by one.

    Yield each picture with its result or its error.
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
    """Tell whether a picture may succeed when nothing else is in memory."""
    return isinstance(step.error, OutOfMemoryError)
