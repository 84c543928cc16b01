"""How much memory a painting will take, and how to cut it into tiles to keep a memory limit.

The figures are fitted to measurements: the memory of a process while it paints, minus its memory
with the networks loaded. They are right to within 30 %. `python -m style_transfer bench memory`
prints estimates and measurements side by side.

This module loads no torch, so a web process can plan too. `halved` tells whether the processor
supports half precision; `Painter` decides that.
"""

from dataclasses import dataclass
from typing import ClassVar, Protocol

from style_transfer.core.errors import OutOfMemoryError
from style_transfer.core.sizes import STRIDE, sizes_of
from style_transfer.core.tiling import ENCODER_MARGIN, PictureTiling, Tiling

_MEGA = 1e6  # pixels
# Each pair is in MiB: a constant for any painting, and a slope per megapixel.
_WHOLE = (-15, 245)  # of the network, in one piece
_LEAST = 5  # MiB
_CUT = (30, 35)  # of the network, in tiles
_TILE = 254  # MiB per megapixel of the largest tile, with its margin
_STROKES = (-2, 137)  # of the strokes, in one piece
_STROKES_CUT = (39, 42)  # of the strokes, in strips
_STRIP = 100  # MiB per megapixel of a strip, which has as many pixels as a tile
_FULL = 1.3  # factor on a processor without half precision
# From the largest tiles to the smallest. A picture that is not cut is never larger than one tile.
TILINGS = (
    Tiling(),
    *(Tiling((tile + 2 * ENCODER_MARGIN) ** 2, tile) for tile in (512, 384, 256)),
)


@dataclass(frozen=True)
class Plan:
    """How many MiB a painting is expected to take, and into how many tiles it is cut at last."""

    mb: int = 0
    tiling: Tiling = TILINGS[0]
    tiles: int = 1


class OverLimitError(OutOfMemoryError):
    """No way to paint this picture keeps within the limit, so another try would fail too."""


class MemoryModel(Protocol):
    """How much memory the paintings of a method take."""

    tiled: ClassVar[bool]

    def plan(
        self,
        size: tuple[int, int],
        *,
        halved: bool,
        pass_size: int,
        limit: int | None,
        brush: float,
    ) -> Plan:
        """Plan a pass of pictures of a size (width, height); raises OutOfMemoryError.

        `brush` is the brush size, on which the size of the first painting depends.
        """
        ...

    def most_pixels(self, limit: int) -> int | None:
        """Give the most pixels that fit into `limit` MiB; None where tiles keep within it."""
        ...


class TiledMemory:
    """The memory of a method that cuts large pictures into tiles, the largest that fit."""

    tiled: ClassVar[bool] = True

    def plan(
        self,
        size: tuple[int, int],
        *,
        halved: bool,
        pass_size: int = 1,
        limit: int | None = None,
        brush: float = 1.0,
    ) -> Plan:
        """Plan with the largest tiles that fit."""
        return plan_fast(size, halved=halved, pass_size=pass_size, limit=limit, brush=brush)

    def most_pixels(self, limit: int) -> int | None:
        """Give None: larger pictures are cut into tiles."""
        return None


@dataclass(frozen=True)
class GrowingMemory:
    """The memory of a method that holds many copies of the whole picture.

    `small` are the figures for up to `bound` pixels, and `large` those above.
    """

    small: tuple[float, float]
    large: tuple[float, float]
    bound: int = 0
    tiled: ClassVar[bool] = False

    def plan(
        self,
        size: tuple[int, int],
        *,
        halved: bool,
        pass_size: int = 1,
        limit: int | None = None,
        brush: float = 1.0,
    ) -> Plan:
        """Plan from the pixels alone; the caller has already made the picture small enough."""
        del halved, pass_size, limit, brush
        pixels = size[0] * size[1]
        return Plan(round(line_mb(self.large if pixels > self.bound else self.small, pixels)))

    def most_pixels(self, limit: int) -> int:
        """Give the most pixels that can be painted within `limit` MiB.

        Raises OutOfMemoryError if they are too few for a picture.
        """
        small, large = (
            int((limit - constant) / slope * _MEGA) for constant, slope in (self.small, self.large)
        )
        pixels = large if large > self.bound else min(small, self.bound)
        if pixels < STRIDE**2:
            raise OverLimitError(f"{limit} MB are too few for this method.")
        return pixels


# A small picture fits into one band of patches.
OPTIMIZE_MEMORY = GrowingMemory(small=(10, 465), large=(65, 190), bound=200_000)
# The activations of every layer are kept for the gradient. These are the figures with Adam.
DESCENT_MEMORY = GrowingMemory(small=(5, 1570), large=(5, 1570))


@dataclass(frozen=True)
class OptimizerCost:
    """What an optimizer of pixels takes, as a multiple of the time and the memory of Adam."""

    effort: float = 1.0
    memory: float = 1.0


# L-BFGS keeps pairs of pictures and gradients, and its line search tries each step at least once.
DEFAULT_OPTIMIZER = "adam"
OPTIMIZER_COSTS = {
    DEFAULT_OPTIMIZER: OptimizerCost(),
    "lbfgs": OptimizerCost(effort=2.5, memory=1.2),
}


def plan_fast(
    size: tuple[int, int],
    *,
    halved: bool,
    pass_size: int = 1,
    limit: int | None = None,
    brush: float = 1.0,
) -> Plan:
    """Plan `pass_size` pictures of a size (width, height) with the largest tiles that fit.

    Raises OutOfMemoryError if even the smallest tiles do not fit into `limit` MiB.
    """
    plans = [
        plan_cut(size, tiling, halved=halved, pass_size=pass_size, brush=brush)
        for tiling in TILINGS
    ]
    for plan in plans:
        if limit is None or plan.mb <= limit:
            return plan
    raise OverLimitError(
        f"A picture of {size[0]} x {size[1]} takes {plans[-1].mb} MB, and {limit} MB are allowed."
    )


def plan_cut(
    size: tuple[int, int],
    tiling: Tiling,
    *,
    halved: bool,
    pass_size: int = 1,
    brush: float = 1.0,
) -> Plan:
    """Plan `pass_size` pictures of a size (width, height), cut by the given `tiling`."""
    need = painting_mb(size, pass_size, tiling, halved=halved, brush=brush)
    return Plan(need, tiling, _count_tiles(size, pass_size, tiling))


def painting_mb(
    size: tuple[int, int], pass_size: int, tiling: Tiling, *, halved: bool, brush: float = 1.0
) -> int:
    """Estimate MiB for pictures of a size (width, height) whose embeddings are already made.

    The network paints the first size only. Strokes are laid at every size, in float32 always.
    """
    first = sizes_of(*size, brush)[0]
    network = _network_mb(first, pass_size, tiling) * factor_of(halved=halved)
    return round(max(network, _strokes_mb(size, pass_size, tiling)))


def _network_mb(size: tuple[int, int], pass_size: int, tiling: Tiling) -> float:
    pixels = pass_size * size[0] * size[1]
    if pixels <= tiling.whole:
        return max(_LEAST, line_mb(_WHOLE, pixels))
    width, height = (_widest(side, tiling.tile) for side in size)
    return line_mb(_CUT, pixels) + _TILE * pass_size * width * height / _MEGA


def _strokes_mb(size: tuple[int, int], pass_size: int, tiling: Tiling) -> float:
    pixels = pass_size * size[0] * size[1]
    if pixels <= tiling.whole:
        return max(_LEAST, line_mb(_STROKES, pixels))
    return line_mb(_STROKES_CUT, pixels) + _STRIP * tiling.tile**2 / _MEGA


def _widest(side: int, tile: int) -> int:
    """Return the input length of the largest tile on a side: it adds a margin per neighbor."""
    neighbors = min(2, -(-side // tile) - 1)
    return min(side, tile + neighbors * ENCODER_MARGIN)


def factor_of(*, halved: bool) -> float:
    """Give the factor on memory: above 1 where the processor lacks half precision."""
    return 1 if halved else _FULL


def line_mb(figures: tuple[float, float], pixels: float) -> float:
    """Compute MiB for a number of pixels from a constant and a slope per megapixel."""
    constant, slope = figures
    return constant + slope * pixels / _MEGA


def _count_tiles(size: tuple[int, int], pass_size: int, tiling: Tiling) -> int:
    width, height = (-(-side // STRIDE) * STRIDE for side in size)
    return len(PictureTiling(pass_size, height, width, tiling).encoder_tiles())
