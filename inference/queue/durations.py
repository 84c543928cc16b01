"""How long paintings take: what was measured, and what is to be expected from it.

Times are kept by class: the method, the device, and half octaves of pixels and of steps, in which
they differ little. A class that has no history borrows from the nearest one, in proportion to a
rough formula; the formula alone serves where nothing was painted yet.
"""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Self

from django.db.models import F, QuerySet
from django.db.models.functions import Abs

from inference.models import DurationSample, Photo
from style_transfer.core.catalog import find_method
from style_transfer.core.sizes import painted_size, result_size
from style_transfer.core.spec import TransferSpec

Basis = Literal["history", "guess"]
# Of each class; more would only remember what the machine was like long ago.
KEPT = 50
# From so many on a class speaks for itself.
ENOUGH = 3
GPU_TIMES_AS_FAST = 20
# The longest of a few is not yet the 90th percentile, and what is borrowed is not one at all.
FEW, BORROWED, UNKNOWN = 1.25, 1.5, 3.0


@dataclass(frozen=True)
class Work:
    """What decides how long a painting takes."""

    method: str
    size_class: int
    steps_class: int

    @classmethod
    def of(cls, photo: Photo, spec: TransferSpec) -> Self:
        """Class the painting of `photo` as `spec` says."""
        info = find_method(spec.method)
        size = painted_size(result_size((photo.width, photo.height), spec.size), info.max_pixels)
        heeded = (spec.steps or info.default_steps) if "steps" in info.used else 1
        return cls(spec.method, _half_octaves(size[0] * size[1]), _half_octaves(heeded))

    def formula(self, device: str) -> float:
        """Say in how many seconds a device may do it, where nothing better is known."""
        megapixels, steps = 2 ** (self.size_class / 2) / 1e6, 2 ** (self.steps_class / 2)
        seconds = find_method(self.method).cost.seconds(megapixels, steps)
        return seconds if device == "cpu" else seconds / GPU_TIMES_AS_FAST

    def samples(self, device: str) -> "QuerySet[DurationSample]":
        """Find what was measured of this class."""
        return DurationSample.objects.filter(
            method=self.method,
            device=device,
            size_class=self.size_class,
            steps_class=self.steps_class,
        )


@dataclass(frozen=True)
class Seconds:
    """A time that half stay below, one that nine in ten stay below, and how it is known."""

    p50: float
    p90: float
    basis: Basis


def record(work: Work, *, device: str, seconds: float) -> None:
    """Remember that `work` took `seconds` on a device, and forget the oldest of its class."""
    device = kind_of(device)
    DurationSample.objects.create(
        method=work.method,
        device=device,
        size_class=work.size_class,
        steps_class=work.steps_class,
        seconds=seconds,
    )
    old = list(work.samples(device).order_by("-pk").values_list("pk", flat=True)[KEPT:])
    DurationSample.objects.filter(pk__in=old).delete()


def expect(work: Work, *, device: str) -> Seconds:
    """Say how long `work` will take on a device, from the latest of its class or the nearest."""
    device = kind_of(device)
    nearest = list(
        DurationSample.objects.filter(method=work.method, device=device)
        .annotate(
            distance=Abs(F("size_class") - work.size_class)
            + Abs(F("steps_class") - work.steps_class)
        )
        .order_by("distance", "size_class", "steps_class", "-pk")[:KEPT]
    )
    if not nearest:
        guess = work.formula(device)
        return Seconds(guess, guess * UNKNOWN, "guess")
    first = nearest[0]
    theirs = Work(work.method, first.size_class, first.steps_class)
    scale = work.formula(device) / theirs.formula(device)
    measured = [
        sample.seconds * scale
        for sample in nearest
        if (sample.size_class, sample.steps_class) == (theirs.size_class, theirs.steps_class)
    ]
    if theirs != work:
        return Seconds(statistics.median(measured), _high(measured) * BORROWED, "guess")
    basis: Basis = "history" if len(measured) >= ENOUGH else "guess"
    return Seconds(statistics.median(measured), _high(measured), basis)


def usual_device() -> str:
    """Name the device that painted last; a CPU where none did."""
    latest = DurationSample.objects.order_by("-pk").values_list("device", flat=True).first()
    return latest or "cpu"


def kind_of(device: str) -> str:
    """Return cpu or cuda: which of several equal cards painted makes no difference."""
    return device.partition(":")[0]


def _high(measured: Sequence[float]) -> float:
    """Return what the next one stays below in nine of ten cases, were they drawn alike.

    That is the case with probability k / (n + 1) for the k-th of n.
    """
    place = math.ceil(0.9 * (len(measured) + 1))
    if place > len(measured):
        return max(measured) * FEW
    return sorted(measured)[place - 1]


def _half_octaves(number: float) -> int:
    return round(2 * math.log2(number))
