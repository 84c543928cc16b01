"""How long paintings take: the measured times, and the times expected from them.

Times are kept by class: the method, the device, and half octaves of pixels and of steps. Within a
class they differ little. A class without history uses the times of the nearest class, scaled with a
rough formula. If nothing was painted yet, the formula alone gives the time.
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
# Samples kept of each class; older ones tell how fast the machine was long ago.
KEPT = 50
# With this many samples, a class needs no other source.
ENOUGH = 3
GPU_TIMES_AS_FAST = 20
# Factors for the 90th percentile: on the longest of a FEW samples, on times that are BORROWED from
# another class, and on the formula where the times are UNKNOWN.
FEW, BORROWED, UNKNOWN = 1.25, 1.5, 3.0


@dataclass(frozen=True)
class Work:
    """The class of a painting: everything that decides how long it takes."""

    method: str
    size_class: int
    steps_class: int

    @classmethod
    def of(cls, photo: Photo, spec: TransferSpec) -> Self:
        """Return the class of the painting of `photo` with `spec`."""
        info = find_method(spec.method)
        most = info.most_painted(None, on_site=True)
        size = painted_size(result_size((photo.width, photo.height), spec.size), most)
        # A step with a heavy feature network or a slow optimizer counts as several.
        heeded = info.effort(spec.steps, spec.features, spec.optimizer)
        return cls(spec.method, _half_octaves(size[0] * size[1]), _half_octaves(heeded))

    def formula(self, device: str) -> float:
        """Return a rough number of seconds for a device, used where nothing was measured."""
        megapixels, steps = 2 ** (self.size_class / 2) / 1e6, 2 ** (self.steps_class / 2)
        seconds = find_method(self.method).cost.seconds(megapixels, steps)
        return seconds if device == "cpu" else seconds / GPU_TIMES_AS_FAST

    def samples(self, device: str) -> "QuerySet[DurationSample]":
        """Return the measured times of this class."""
        return DurationSample.objects.filter(
            method=self.method,
            device=device,
            size_class=self.size_class,
            steps_class=self.steps_class,
        )


@dataclass(frozen=True)
class Seconds:
    """An expected time: half are below `p50`, nine in ten below `p90`; `basis` is its source."""

    p50: float
    p90: float
    basis: Basis


def record(work: Work, *, device: str, seconds: float) -> None:
    """Store that `work` took `seconds` on a device, and remove the oldest of its class."""
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
    """Predict how long `work` takes on a device, from the latest of its class or the nearest."""
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
    """Return the device that painted last; a CPU if none has painted."""
    latest = DurationSample.objects.order_by("-pk").values_list("device", flat=True).first()
    return latest or "cpu"


def kind_of(device: str) -> str:
    """Return cpu or cuda; it makes no difference which of several equal cards painted."""
    return device.partition(":")[0]


def _high(measured: Sequence[float]) -> float:
    """Return a time that the next painting stays below in nine of ten cases.

    If all times come from the same distribution, the next one is below the k-th shortest of n with
    probability k / (n + 1).
    """
    place = math.ceil(0.9 * (len(measured) + 1))
    if place > len(measured):
        return max(measured) * FEW
    return sorted(measured)[place - 1]


def _half_octaves(number: float) -> int:
    return round(2 * math.log2(number))
