"""Painting of any size: each stage runs tile by tile, statistics are taken from the whole.

Every stage of the any-style network looks only a few pixels around. A tile with that margin gives
to the last bit what the whole map would give there, so there is no seam to hide; and between two
stages the statistics of the whole level are measured, so all tiles are moved alike.
"""

from collections.abc import Iterator, Mapping

import torch
from torch import Tensor

from style_transfer.core.tiling import Cutting, Tile
from style_transfer.features.losses import Moments
from style_transfer.imaging.tensors import as_floats, bands_of_rows
from style_transfer.methods.fast.network import Look, Painter, apply_move


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
