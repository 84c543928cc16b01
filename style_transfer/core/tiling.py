"""Cut pictures into tiles that fit into memory, each with a margin; loads no torch."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from style_transfer.core.sizes import STRIDE

if TYPE_CHECKING:
    from torch import Tensor

WHOLE = 1_600_000  # pixels; a batch of at most this many is not cut
TILE = 768  # side in pixels of the picture, a multiple of STRIDE
# Receptive fields: relu5_1 reads 78 pixels around its own. The widest decoder block reads 2 pixels
# around each pixel of its input, and upsampling needs 2 more.
ENCODER_MARGIN = 96
BLOCK_MARGIN = 4


@dataclass(frozen=True)
class Tile:
    """A part of a map: its rows and columns, and the larger input that is read to compute it.

    All four are (start, end) in pixels of the map; the input adds the margin.
    """

    rows: tuple[int, int]
    columns: tuple[int, int]
    input_rows: tuple[int, int]
    input_columns: tuple[int, int]

    def crop_input(self, maps: "Tensor") -> "Tensor":
        """Cut the input of the tile, margin included, out of maps (B, C, H, W)."""
        return maps[..., slice(*self.input_rows), slice(*self.input_columns)]

    def crop(self, maps: "Tensor") -> "Tensor":
        """Cut the tile without its margin out of maps (B, C, H, W) of the whole picture."""
        return maps[..., slice(*self.rows), slice(*self.columns)]

    def trim_margin(self, seen: "Tensor") -> "Tensor":
        """Cut the margin off the output that was computed from `crop_input`."""
        top, left = self.rows[0] - self.input_rows[0], self.columns[0] - self.input_columns[0]
        height, width = self.rows[1] - self.rows[0], self.columns[1] - self.columns[0]
        return seen[..., top : top + height, left : left + width]

    def scaled_up(self, factor: int) -> "Tile":
        """Give the same part of a map that is `factor` times as large."""
        return Tile(*((low * factor, high * factor) for low, high in self._sides()))

    def scaled_down(self, factor: int) -> "Tile":
        """Give the same part of a map that is `factor` times smaller; all sides are divisible."""
        return Tile(*((low // factor, high // factor) for low, high in self._sides()))

    def _sides(self) -> tuple[tuple[int, int], ...]:
        return self.rows, self.columns, self.input_rows, self.input_columns


def split_into_tiles(height: int, width: int, side: int, margin: int) -> list[Tile]:
    """Cut a map of height x width into tiles of up to `side`; each input adds `margin` pixels."""
    return [
        Tile(rows, columns, input_rows, input_columns)
        for rows, input_rows in _split_line(height, side, margin)
        for columns, input_columns in _split_line(width, side, margin)
    ]


def _split_line(
    length: int, side: int, margin: int
) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Cut a line into pairs of spans: the span itself, and the span with its margin."""
    return [
        (
            (start, min(start + side, length)),
            (max(0, start - margin), min(start + side + margin, length)),
        )
        for start in range(0, length, side)
    ]


@dataclass(frozen=True)
class Tiling:
    """The most pixels of a batch that is not cut, and the side of the tiles of larger ones."""

    whole: int = WHOLE
    tile: int = TILE


class PictureTiling:
    """How the pictures of a batch, all of one size, are cut: all of them in the same way, or none.

    `count_steps` is how many times the painting of such a batch yields.
    """

    def __init__(self, batch: int, height: int, width: int, tiling: Tiling | None = None) -> None:
        """Plan the cuts of pictures of height x width, both divisible by STRIDE."""
        tiling = tiling or Tiling()
        self._height, self._width = height, width
        self.is_tiled = batch * height * width > tiling.whole
        self._side = tiling.tile if self.is_tiled else max(height, width)

    @classmethod
    def whole(cls, batch: int, height: int, width: int) -> "PictureTiling":
        """Leave pictures of any size in one piece."""
        return cls(batch, height, width, Tiling(whole=batch * height * width))

    def encoder_tiles(self) -> list[Tile]:
        """List the tiles in which the picture is encoded."""
        return split_into_tiles(self._height, self._width, self._side, ENCODER_MARGIN)

    def level_tiles(self, level: int) -> list[Tile]:
        """List the tiles of a level; the decoder's output of each is not larger than a tile."""
        # The output of levels 3 and deeper is smaller than the picture, so their tiles are larger.
        side = self._side if level <= 2 else self._side * 2
        height, width = (each >> (level - 1) for each in (self._height, self._width))
        return split_into_tiles(height, width, max(STRIDE, side >> (level - 1)), BLOCK_MARGIN)

    def strips(self, step: int, margin: int) -> list[Tile]:
        """List strips with as many pixels as a tile; each begins at a multiple of `step` rows."""
        rows = (
            max(1, self._side**2 // (self._width * step)) * step if self.is_tiled else self._height
        )
        whole = (0, self._width)
        return [
            Tile(wanted, whole, seen, whole)
            for wanted, seen in _split_line(self._height, rows, margin)
        ]

    def count_steps(self, deepest: int) -> int:
        """Count the tiles of all stages: the encoder, levels `deepest` to 2, and the result."""
        return (
            len(self.encoder_tiles())
            + sum(len(self.level_tiles(each)) for each in range(2, deepest + 1))
            + 1
        )
