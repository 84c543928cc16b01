"""Painting of any size: each stage runs tile by tile, statistics are taken from the whole.

Every stage of the any-style network looks only a few pixels around. A tile with that margin gives
to the last bit what the whole map would give there, so there is no seam to hide; and between two
stages the statistics of the whole level are measured, so all tiles are moved alike.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from inference.engine.losses import Moments
from inference.engine.networks.decoder import STRIDE
from inference.engine.painter import Look, Painter, apply_move
from inference.engine.tensors import as_floats, bands_of_rows

WHOLE = 1_600_000  # pixels of a batch up to which nothing is cut
TILE = 768  # pixels of the picture, a multiple of STRIDE
# Receptive fields: relu5_1 sees 78 pixels around its own; the widest block of the way up sees
# 2 pixels of its input besides the 2 that enlargement asks for.
ENCODER_MARGIN = 96
BLOCK_MARGIN = 4


@dataclass(frozen=True)
class Tile:
    """A part of a map: rows and columns that are wanted, and those that are looked at for them."""

    rows: tuple[int, int]
    columns: tuple[int, int]
    seen_rows: tuple[int, int]
    seen_columns: tuple[int, int]

    def look(self, maps: Tensor) -> Tensor:
        """Cut what is looked at out of maps (B, C, H, W)."""
        return maps[..., slice(*self.seen_rows), slice(*self.seen_columns)]

    def wanted(self, maps: Tensor) -> Tensor:
        """Cut what is wanted out of maps (B, C, H, W) of the whole."""
        return maps[..., slice(*self.rows), slice(*self.columns)]

    def inner(self, seen: Tensor) -> Tensor:
        """Cut what is wanted out of what became of the part that was looked at."""
        top, left = self.rows[0] - self.seen_rows[0], self.columns[0] - self.seen_columns[0]
        height, width = self.rows[1] - self.rows[0], self.columns[1] - self.columns[0]
        return seen[..., top : top + height, left : left + width]

    def times(self, factor: int) -> "Tile":
        """Give the same part of a map `factor` times as large."""
        return Tile(*((low * factor, high * factor) for low, high in self._sides()))

    def divided(self, factor: int) -> "Tile":
        """Give the same part of a map that is smaller by `factor`; all sides are divisible."""
        return Tile(*((low // factor, high // factor) for low, high in self._sides()))

    def _sides(self) -> tuple[tuple[int, int], ...]:
        return self.rows, self.columns, self.seen_rows, self.seen_columns


def cut(height: int, width: int, side: int, margin: int) -> list[Tile]:
    """Cut a map of height x width into tiles of up to `side`, each looked at with a margin."""
    return [
        Tile(rows, columns, seen_rows, seen_columns)
        for rows, seen_rows in _cut_line(height, side, margin)
        for columns, seen_columns in _cut_line(width, side, margin)
    ]


def _cut_line(length: int, side: int, margin: int) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Cut a line into (wanted, seen) spans."""
    return [
        (
            (start, min(start + side, length)),
            (max(0, start - margin), min(start + side + margin, length)),
        )
        for start in range(0, length, side)
    ]


@dataclass(frozen=True)
class Tiling:
    """Up to how many pixels pictures stay whole, and the side of the tiles of larger ones."""

    whole: int = WHOLE
    tile: int = TILE


class Cutting:
    """How pictures of one size are cut: if at all, then all of a batch together.

    `steps` of a way up from a level is how many times its painting yields.
    """

    def __init__(self, batch: int, height: int, width: int, tiling: Tiling | None = None) -> None:
        """Cut pictures of height x width, both divisible by STRIDE."""
        tiling = tiling or Tiling()
        self._height, self._width = height, width
        self.is_cut = batch * height * width > tiling.whole
        self._side = tiling.tile if self.is_cut else max(height, width)

    def seen(self) -> list[Tile]:
        """List the tiles in which the picture is encoded."""
        return cut(self._height, self._width, self._side, ENCODER_MARGIN)

    def of_level(self, level: int) -> list[Tile]:
        """List the tiles of a level, so that what each rises to is not larger than a tile."""
        side = self._side if level <= 2 else self._side * 2
        height, width = (each >> (level - 1) for each in (self._height, self._width))
        return cut(height, width, max(STRIDE, side >> (level - 1)), BLOCK_MARGIN)

    def strips(self, step: int, margin: int) -> list[Tile]:
        """List strips of as many pixels as a tile; each begins at a multiple of `step` rows."""
        rows = max(1, self._side**2 // (self._width * step)) * step if self.is_cut else self._height
        whole = (0, self._width)
        return [
            Tile(wanted, whole, seen, whole)
            for wanted, seen in _cut_line(self._height, rows, margin)
        ]

    def steps(self, top: int) -> int:
        """Count the tiles of all stages from level `top` up."""
        return len(self.seen()) + sum(len(self.of_level(each)) for each in range(2, top + 1)) + 1


class TiledPainting:
    """One way up for photos (B, 3, H, W), level by level and tile by tile; see Painter.stages.

    Photos are bytes or floats, and so is the painting of them to begin from. Where the picture is
    cut, maps between two stages are held in the painter's `stored`: float16 halves the memory and
    is finer than any display.
    """

    def __init__(
        self,
        painter: Painter,
        photo: Tensor,
        wanted: Mapping[int, Moments],
        look: Look,
        start: Tensor | None = None,
        *,
        cutting: Cutting | None = None,
    ) -> None:
        """Plan a painting; sides are divisible by STRIDE, moments are (B, L) and (B, L, L)."""
        self._painter, self._photo, self._wanted, self._look = painter, photo, wanted, look
        self._start = start
        self._cutting = cutting or Cutting(len(photo), *photo.shape[-2:])

    @torch.no_grad()
    def run(self) -> Iterator[Tensor | None]:
        """Yield None after each tile, and at last RGB (B, 3, H, W) in [0, 1].

        It is in float32, or in the painter's `stored` if it was cut.
        """
        own: dict[int, Tensor] = {}
        maps: Tensor | None = None
        for tile in self._cutting.seen():
            maps = self._see_(tile, own, maps)
            yield None
        self._start = None  # it has been seen, and is large
        for level in range(self._look.top, 1, -1):
            if maps is None:
                raise AssertionError("there is always a tile")
            found = self._painter.measure(level, maps)
            pull = self._look.pull[level - 1]
            move = self._painter.move(level, found, self._wanted[level], pull)
            larger = None
            for tile in self._cutting.of_level(level):
                risen = self._painter.rise(level, tile.look(maps).float(), move)
                above = tile.times(2)
                risen = self._keep(level - 1, above, above.inner(risen), own)
                larger = self._place(larger, above, risen, level - 1)
                yield None
            own.pop(level - 1, None)
            maps = larger
        if maps is None:
            raise AssertionError("there is always a level")
        yield self._color_(maps)

    def _color_(self, picture: Tensor) -> Tensor:
        """Move the colors of a picture to the artwork's, some rows at a time, and return it."""
        move = self._painter.color_move(picture, self._wanted[1], self._look.pull[0])
        for rows in bands_of_rows(picture):
            picture[:, :, rows] = apply_move(picture[:, :, rows].float(), move).clamp_(0, 1)
        return picture

    def _see_(self, tile: Tile, own: dict[int, Tensor], maps: Tensor | None) -> Tensor:
        """Add the photo's levels in a tile to `own`, and return `maps`, where the way up begins.

        Only what will be kept is stored.
        """
        look, start = self._look, self._start
        own_depth = look.kept if start is not None else look.top
        photo = as_floats(tile.look(self._photo))
        seen = self._painter.see(photo, own_depth, above=look.above) if own_depth else {}
        for level in range(2, min(look.top, own_depth + 1)):
            if look.keep[level - 1]:
                part = tile.divided(2 ** (level - 1))
                own[level] = self._place(own.get(level), part, part.inner(seen[level]), level)
        if start is None:
            first = seen[look.top]
        else:
            painted = as_floats(tile.look(start))
            first = self._painter.see(painted, look.top, above=look.top - 1)[look.top]
            if look.keep[-1]:
                first = first.lerp(seen[look.top], look.keep[-1])
        part = tile.divided(2 ** (look.top - 1))
        return self._place(maps, part, part.inner(first), look.top)

    def _keep(self, level: int, tile: Tile, risen: Tensor, own: Mapping[int, Tensor]) -> Tensor:
        """Mix what the photo keeps of a level into a tile of it."""
        keep = self._look.keep[level - 1]
        if not keep:
            return risen
        kept = tile.wanted(self._photo if level == 1 else own[level])
        return risen.lerp(as_floats(kept).to(risen.dtype), keep)

    def _place(self, whole: Tensor | None, tile: Tile, part: Tensor, level: int) -> Tensor:
        """Put a part into its place in the whole of a level, which is made for the first one."""
        height, width = (side >> (max(level, 1) - 1) for side in self._photo.shape[-2:])
        if part.shape[-2:] == (height, width):
            return part
        if whole is None:
            whole = torch.empty(
                (*part.shape[:2], height, width),
                dtype=self._painter.stored,
                device=part.device,
                memory_format=torch.channels_last,
            )
        tile.wanted(whole).copy_(part)
        return whole
