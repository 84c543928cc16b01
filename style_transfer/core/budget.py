"""How much memory a painting will take, and how to cut it so that a limit holds.

The figures are fitted to what processes were measured to take beyond themselves with their
networks loaded, and hold to within 30 %: `python -m style_transfer bench memory` sets both side
by side.

Loads no torch, so a web process may plan too; `halved` is whether the processor knows half
precision, as Painter says.
"""

from dataclasses import dataclass
from typing import ClassVar, Protocol

from style_transfer.core.errors import OutOfMemoryError
from style_transfer.core.sizes import STRIDE, sizes_of
from style_transfer.core.tiling import ENCODER_MARGIN, PictureTiling, Tiling

_MEGA = 1e6  # pixels
# MiB: what any painting takes, and what it takes a megapixel.
_WHOLE = (-15, 245)
_LEAST = 5
_CUT = (30, 35)
_TILE = 254  # a megapixel of the largest tile, with its margin
# The method optimize, up to and above a size from which its memory is no longer used again.
_SMALL = 100_000
_OPTIMIZE = ((10, 2000), (130, 3550))
_FULL = 1.3  # times as much where the processor does not know half precision
# From the largest tiles to the smallest; whole pictures are then no larger than a tile.
TILINGS = (
    Tiling(),
    *(Tiling((tile + 2 * ENCODER_MARGIN) ** 2, tile) for tile in (512, 384, 256)),
)


@dataclass(frozen=True)
class Plan:
    """What a painting is expected to take in MiB, and how it is cut: into `tiles` at the end."""

    mb: int = 0
    tiling: Tiling = TILINGS[0]
    tiles: int = 1


class OverLimitError(OutOfMemoryError):
    """A painting that cannot be kept within the limit in any way: another try is of no use."""


class MemoryModel(Protocol):
    """How much memory the paintings of a method take."""

    tiled: ClassVar[bool]

    def plan(
        self, size: tuple[int, int], *, halved: bool, pass_size: int, limit: int | None
    ) -> Plan:
        """Plan a pass of pictures of a size (width, height); raises OutOfMemoryError."""
        ...

    def most_pixels(self, limit: int) -> int | None:
        """Give the most pixels that `limit` MiB allow, None where tiles keep within it."""
        ...


class TiledMemory:
    """Of a method that cuts large pictures into tiles: the largest ones that fit."""

    tiled: ClassVar[bool] = True

    def plan(
        self, size: tuple[int, int], *, halved: bool, pass_size: int = 1, limit: int | None = None
    ) -> Plan:
        """Plan by the largest tiles that fit."""
        return plan_fast(size, halved=halved, pass_size=pass_size, limit=limit)

    def most_pixels(self, limit: int) -> int | None:
        """Bound nothing: larger pictures are cut."""
        return None


class GrowingMemory:
    """Of a method that holds the whole picture many times over."""

    tiled: ClassVar[bool] = False

    def plan(
        self, size: tuple[int, int], *, halved: bool, pass_size: int = 1, limit: int | None = None
    ) -> Plan:
        """Plan by the pixels alone: the picture is chosen small enough before."""
        del halved, pass_size, limit
        return Plan(optimize_mb(size))

    def most_pixels(self, limit: int) -> int:
        """Bound what is painted."""
        return most_pixels(limit)


def plan_fast(
    size: tuple[int, int], *, halved: bool, pass_size: int = 1, limit: int | None = None
) -> Plan:
    """Plan `pass_size` pictures of a size (width, height) by the largest tiles that fit.

    Raises OutOfMemoryError if not even the smallest fit into `limit` MiB.
    """
    plans = [plan_cut(size, tiling, halved=halved, pass_size=pass_size) for tiling in TILINGS]
    for plan in plans:
        if limit is None or plan.mb <= limit:
            return plan
    raise OverLimitError(
        f"A picture of {size[0]} x {size[1]} takes {plans[-1].mb} MB, and {limit} MB are allowed."
    )


def plan_cut(size: tuple[int, int], tiling: Tiling, *, halved: bool, pass_size: int = 1) -> Plan:
    """Plan `pass_size` pictures of a size (width, height) cut in a way that is set."""
    need = painting_mb(size, pass_size, tiling, halved=halved)
    return Plan(need, tiling, _count_tiles(size, pass_size, tiling))


def painting_mb(size: tuple[int, int], pass_size: int, tiling: Tiling, *, halved: bool) -> int:
    """Estimate MiB for pictures of a size (width, height), with their embeddings at hand."""
    needs = [_pass_mb(each, pass_size, tiling) for each in sizes_of(*size)]
    return round(max(needs) * factor_of(halved=halved))


def _pass_mb(size: tuple[int, int], pass_size: int, tiling: Tiling) -> float:
    pixels = pass_size * size[0] * size[1]
    if pixels <= tiling.whole:
        return max(_LEAST, line_mb(_WHOLE, pixels))
    width, height = (_widest(side, tiling.tile) for side in size)
    return line_mb(_CUT, pixels) + _TILE * pass_size * width * height / _MEGA


def _widest(side: int, tile: int) -> int:
    """Return what the largest tile along a side sees: a margin for each neighbor that it has."""
    neighbors = min(2, -(-side // tile) - 1)
    return min(side, tile + neighbors * ENCODER_MARGIN)


def optimize_mb(size: tuple[int, int]) -> int:
    """Estimate what the method optimize takes for a picture painted at a size (width, height)."""
    pixels = size[0] * size[1]
    return round(line_mb(_OPTIMIZE[pixels > _SMALL], pixels))


def most_pixels(limit: int) -> int:
    """Say how many pixels the method optimize may paint within `limit` MiB.

    Raises OutOfMemoryError if those are too few for a picture.
    """
    small, large = (int((limit - constant) / slope * _MEGA) for constant, slope in _OPTIMIZE)
    pixels = large if large > _SMALL else min(small, _SMALL)
    if pixels < STRIDE**2:
        raise OverLimitError(f"{limit} MB are too few for the method optimize.")
    return pixels


def factor_of(*, halved: bool) -> float:
    """Give how many times as much is needed where half precision is not known."""
    return 1 if halved else _FULL


def line_mb(figures: tuple[float, float], pixels: float) -> float:
    """Give MiB for so many pixels by a constant and a slope per megapixel."""
    constant, slope = figures
    return constant + slope * pixels / _MEGA


def _count_tiles(size: tuple[int, int], pass_size: int, tiling: Tiling) -> int:
    width, height = (-(-side // STRIDE) * STRIDE for side in size)
    return len(PictureTiling(pass_size, height, width, tiling).encoder_tiles())
