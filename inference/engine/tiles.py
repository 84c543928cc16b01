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

WHOLE = 1_600_000  # pixels of a batch up to which nothing is cut
TILE = 1024  # pixels of the picture, a multiple of STRIDE
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


class TiledPainting:
    """One painting of photos (B, 3, H, W) under way, level by level and tile by tile.

    `steps` is how many times `run` yields. Maps between two stages are held in float16 where the
    picture is cut, which halves the memory and is finer than any display.
    """

    def __init__(
        self,
        painter: Painter,
        photo: Tensor,
        wanted: Mapping[int, Moments],
        look: Look,
        *,
        whole: int = WHOLE,
        tile: int = TILE,
    ) -> None:
        """Plan a painting; sides are divisible by STRIDE, `wanted` moments are (B, L), (B, L, L).

        Pictures of up to `whole` pixels, all of the batch together, are not cut.
        """
        self._painter, self._photo, self._wanted, self._look = painter, photo, wanted, look
        height, width = photo.shape[-2:]
        self.is_cut = len(photo) * height * width > whole
        self._side = tile if self.is_cut else max(height, width)
        self._tiles = cut(height, width, self._side, ENCODER_MARGIN)
        self.tiles = len(self._tiles)
        self.steps = self.tiles + sum(
            len(self._tiles_of(level)) for level in range(1, look.top + 1)
        )

    def _tiles_of(self, level: int) -> list[Tile]:
        """Cut a level so that what its block brings has the size of a tile at the most."""
        height, width = (side >> (level - 1) for side in self._photo.shape[-2:])
        side = self._side if level <= 2 else self._side * 2
        return cut(height, width, max(STRIDE, side >> (level - 1)), BLOCK_MARGIN)

    @torch.no_grad()
    def run(self) -> Iterator[Tensor | None]:
        """Yield None after each tile but the last, and at last RGB (B, 3, H, W) in [0, 1]."""
        own: dict[int, Tensor] = {}
        for tile in self._tiles:
            self._see_(tile, own)
            yield None
        maps = own.pop(self._look.top)
        for level in range(self._look.top, 0, -1):
            found = self._painter.measure(level, maps)
            move = self._painter.move(level, found, self._wanted[level], self._look.pull_of(level))
            tiles, larger = self._tiles_of(level), None
            for number, tile in enumerate(tiles, 1):
                risen = self._rise(level, tile, apply_move(tile.look(maps).float(), move), own)
                place = tile.times(2) if level > 1 else tile
                larger = self._place(larger, place, risen, level - 1)
                if level > 1 or number < len(tiles):
                    yield None
            own.pop(level - 1, None)
            maps = larger if larger is not None else maps
        yield maps.float().clamp(0, 1)

    def _see_(self, tile: Tile, own: dict[int, Tensor]) -> None:
        """Add what the encoder sees in a tile to the levels; the first is made anew when needed."""
        seen = self._painter.see(tile.look(self._photo), self._look.top)
        for level in range(2 if self.is_cut else 1, self._look.top + 1):
            part = tile.divided(2 ** (level - 1))
            own[level] = self._place(own.get(level), part, part.inner(seen[level]), level)

    def _rise(self, level: int, tile: Tile, moved: Tensor, own: Mapping[int, Tensor]) -> Tensor:
        """Turn a moved tile into that of the level above, with what is kept of the photo's own."""
        risen = self._painter.rise(level, moved)
        if level == 1:
            return tile.inner(risen)
        above = tile.times(2)
        keep = self._look.keep_of(level - 1)
        inner = above.inner(risen)
        if not keep:
            return inner
        if level - 1 in own:
            return inner.lerp(above.wanted(own[level - 1]).to(inner.dtype), keep)
        return inner.lerp(above.inner(self._painter.see(above.look(self._photo), 1)[1]), keep)

    def _place(self, whole: Tensor | None, tile: Tile, part: Tensor, level: int) -> Tensor:
        """Put a part into its place in the whole of a level, which is made for the first one."""
        height, width = (side >> (max(level, 1) - 1) for side in self._photo.shape[-2:])
        if part.shape[-2:] == (height, width):
            return part
        if whole is None:
            whole = torch.empty(
                (*part.shape[:2], height, width),
                dtype=torch.float16,
                device=part.device,
                memory_format=torch.channels_last,
            )
        tile.wanted(whole).copy_(part)
        return whole
