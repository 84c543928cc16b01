"""Measure the shortest possible time of a painting: that of its convolutions alone."""

import statistics
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

_REPEATS = 5


@dataclass(frozen=True)
class Convolution:
    """The properties of a convolution that determine how long it takes.

    `image` is (B, C, H, W) and `kernel` is (C', C / groups, h, w).
    """

    image: tuple[int, ...]
    kernel: tuple[int, ...]
    dtype: torch.dtype
    stride: tuple[int, ...]
    padding: tuple[int, ...]
    groups: int

    @property
    def operations(self) -> int:
        """Count its multiplications and additions."""
        sides = zip(self.image[2:], self.kernel[2:], self.stride, self.padding, strict=True)
        places = self.image[0]  # output positions of the whole batch, counted below
        for length, window, stride, padding in sides:
            places *= (length + 2 * padding - window) // stride + 1  # the length of the output
        # One multiplication and one addition for each weight of the kernel, at each position.
        return 2 * places * self.kernel[0] * self.kernel[1] * self.kernel[2] * self.kernel[3]

    def seconds(self, device: torch.device) -> float:
        """Time the convolution: the median of several runs, in seconds."""
        image, kernel = (
            torch.rand(shape, device=device)
            .to(self.dtype)
            .contiguous(memory_format=torch.channels_last)
            for shape in (self.image, self.kernel)
        )
        runs = []
        for _ in range(_REPEATS + 1):
            # A GPU computes in the background, so the clock waits for it before and after.
            _wait_for(device)
            begun = time.perf_counter()
            torch.conv2d(image, kernel, None, self.stride, self.padding, groups=self.groups)
            _wait_for(device)
            runs.append(time.perf_counter() - begun)
        return statistics.median(runs[1:])  # the first run also allocates memory and starts threads


@dataclass(frozen=True)
class Floor:
    """The operations of all convolutions of a run, and the sum of their seconds."""

    operations: int
    seconds: float


def floor_of(run: Callable[[], object], device: torch.device) -> Floor:
    """Count the convolutions of a run, and time one of each shape on `device`."""
    with _Watch() as watch:
        run()
    with torch.no_grad():
        seconds = sum(count * each.seconds(device) for each, count in watch.seen.items())
    return Floor(sum(count * each.operations for each, count in watch.seen.items()), seconds)


class _Watch(TorchDispatchMode):
    """Counts the convolutions that run inside it, by their shape; transposed ones do not count."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.seen: Counter[Convolution] = Counter()

    def __torch_dispatch__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        """Count the operation if it is a convolution, and run it as usual."""
        # args[6] is true for a transposed convolution.
        if func is torch.ops.aten.convolution.default and not args[6]:
            image, kernel, _, stride, padding, _, _, _, groups = args
            self.seen[_describe(image, kernel, stride, padding, groups)] += 1
        return func(*args, **(kwargs or {}))


def _describe(
    image: Tensor, kernel: Tensor, stride: Sequence[int], padding: Sequence[int], groups: int
) -> Convolution:
    shapes = tuple(image.shape), tuple(kernel.shape)
    return Convolution(*shapes, image.dtype, tuple(stride), tuple(padding), groups)


def _wait_for(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
