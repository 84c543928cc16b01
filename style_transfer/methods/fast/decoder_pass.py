"""One pass through the decoder: from the deepest level up to a picture, level by level.

Training and painting use the same code. Training runs it in one piece, with gradients. Painting
runs it without gradients and, for large pictures, tile by tile.

Every block of the network reads only a few pixels around each position. So a tile with that margin
gives the same numbers as the whole map, to the last bit, and tiles leave no seam. The statistics
of a level are measured on the whole level, so one affine map applies to all of its tiles.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from style_transfer.core.tiling import PictureTiling, Tile
from style_transfer.features.losses import Moments
from style_transfer.imaging.tensors import as_floats, bands_of_rows
from style_transfer.methods.fast.network import AffineMap, Painter, apply_map


@dataclass(frozen=True)
class LevelBlend:
    """How much of the artwork and of the photo each level gets, by level 1, 2, ... deepest.

    style    how far features move toward the artwork's statistics, 0 to 1
    content  how much of the photo's own features is blended in before they move, 0 to 1
    """

    style: tuple[float, ...]
    content: tuple[float, ...]

    @property
    def deepest(self) -> int:
        """Give the level at which the pass begins."""
        return len(self.style)

    @property
    def _with_content(self) -> list[int]:
        # Level 1 blends in the photo itself, which needs no encoder.
        return [level for level, share in enumerate(self.content, 1) if share and level > 1]

    @property
    def first_encoded(self) -> int:
        """Give the shallowest level of the photo that the pass needs from the encoder."""
        return min(self._with_content, default=self.deepest)


class Stage(NamedTuple):
    """A finished level.

    level       its number
    maps        its features (B, C, h, w) before the affine map; RGB (B, 3, H, W) at level 1
    affine_map  the map to the artwork's statistics
    decoded     the decoded level: (B, C', 2h, 2w), RGB from level 2, None at level 1
    """

    level: int
    maps: Tensor
    affine_map: AffineMap
    decoded: Tensor | None


class DecoderPass:
    """One pass for photos (B, 3, H, W), bytes or floats in [0, 1].

    In a tiled pass, maps between two levels are stored in the painter's `stored` type: float16
    halves the memory and is finer than any display.
    """

    def __init__(
        self,
        painter: Painter,
        photo: Tensor,
        wanted: Mapping[int, Moments],
        blend: LevelBlend,
        *,
        tiling: PictureTiling | None = None,
    ) -> None:
        """Plan a pass; sides are divisible by STRIDE, `wanted` are moments (B, L) and (B, L, L).

        Without a tiling a pass of any size runs in one piece.
        """
        self._painter, self._photo, self._wanted, self._blend = painter, photo, wanted, blend
        self._tiling = tiling or PictureTiling.whole(len(photo), *photo.shape[-2:])

    @torch.no_grad()
    def run(self) -> Iterator[Tensor | None]:
        """Yield None after each tile, and finally RGB (B, 3, H, W) in [0, 1]; no gradients.

        The picture is in float32, or in the painter's `stored` type if it was tiled.
        """
        for stage in self.stages():
            picture = None
            if stage is not None and stage.level == 1:
                picture = _apply_colors_(stage.maps, stage.affine_map)
            del stage  # otherwise its maps take memory until the next level is finished
            yield picture

    def stages(self) -> Iterator[Stage | None]:
        """Yield a stage for each finished level, deepest to 1, and None after each other tile.

        Gradients flow to the decoder if the caller enables them. They do not flow through the
        affine maps, or to the photo.
        """
        own: dict[int, Tensor] = {}  # the photo's levels that are not blended in yet
        maps: Tensor | None = None
        for tile in self._tiling.encoder_tiles():
            maps = self._encode_(tile, own, maps)
            yield None
        for level in range(self._blend.deepest, 1, -1):
            if maps is None:
                raise AssertionError("there is always a tile")
            affine_map = self._find_map(level, maps)
            decoded: Tensor | None = None
            tiles = self._tiling.level_tiles(level)
            for number, tile in enumerate(tiles, 1):
                # (B, C', 2h, 2w) of the tile with its margin, which is cut off below.
                part = self._painter.decode_level(level, tile.crop_input(maps).float(), affine_map)
                above = tile.scaled_up(2)
                part = self._blend_content(level - 1, above, above.trim_margin(part), own)
                decoded = self._place(decoded, above, part, level - 1)
                if number < len(tiles):
                    yield None
            own.pop(level - 1, None)  # it is blended in now, and may be large
            yield Stage(level, maps, affine_map, decoded)
            maps = decoded
        if maps is None:
            raise AssertionError("there is always a level")
        yield Stage(1, maps, self._find_map(1, maps), None)

    @torch.no_grad()
    def _find_map(self, level: int, maps: Tensor) -> AffineMap:
        """Find the map of a whole level to the artwork's statistics; the blend sets how far."""
        wanted, style = self._wanted[level], self._blend.style[level - 1]
        # The maps of level 1 are RGB: only colors are decoded there.
        if level == 1:
            return self._painter.color_map(maps, wanted, style)
        return self._painter.affine_map(level, self._painter.measure(level, maps), wanted, style)

    @torch.no_grad()
    def _encode_(self, tile: Tile, own: dict[int, Tensor], maps: Tensor | None) -> Tensor:
        """Add the photo's levels of a tile to `own`, and return the deepest level of the pass.

        Only levels that are blended in later are stored.
        """
        blend = self._blend
        photo = as_floats(tile.crop_input(self._photo))
        encoded = self._painter.encode(photo, blend.deepest, above=blend.first_encoded - 1)
        for level in range(2, blend.deepest):
            if blend.content[level - 1]:
                part = tile.scaled_down(2 ** (level - 1))
                own[level] = self._place(
                    own.get(level), part, part.trim_margin(encoded[level]), level
                )
        deepest = encoded[blend.deepest]
        part = tile.scaled_down(2 ** (blend.deepest - 1))
        return self._place(maps, part, part.trim_margin(deepest), blend.deepest)

    def _blend_content(
        self, level: int, tile: Tile, decoded: Tensor, own: Mapping[int, Tensor]
    ) -> Tensor:
        """Blend the photo's own features of a level into a decoded tile of it."""
        share = self._blend.content[level - 1]
        if not share:
            return decoded
        content = tile.crop(self._photo.detach() if level == 1 else own[level])
        return decoded.lerp(as_floats(content).to(decoded.dtype), share)

    def _place(self, whole: Tensor | None, tile: Tile, part: Tensor, level: int) -> Tensor:
        """Copy a part into its place in the map of a level; the first part creates the map."""
        height, width = (side >> (level - 1) for side in self._photo.shape[-2:])
        if part.shape[-2:] == (height, width):
            return part  # one tile is the whole level, so no copy is needed
        if whole is None:
            whole = torch.empty(
                (*part.shape[:2], height, width),
                dtype=self._painter.stored,
                device=part.device,
                memory_format=torch.channels_last,
            )
        tile.crop(whole).copy_(part)
        return whole


def _apply_colors_(picture: Tensor, color_map: AffineMap) -> Tensor:
    """Apply a color map to a picture (B, 3, H, W) in place, some rows at a time; return it."""
    for rows in bands_of_rows(picture):
        picture[:, :, rows] = apply_map(picture[:, :, rows].float(), color_map).clamp_(0, 1)
    return picture


def run_stages(
    painter: Painter,
    photo: Tensor,
    wanted: Mapping[int, Moments],
    blend: LevelBlend,
) -> Iterator[Stage]:
    """Run a pass in one piece, level by level; see DecoderPass.stages for the gradients."""
    stages = DecoderPass(painter, photo, wanted, blend).stages()
    return (stage for stage in stages if stage is not None)


def paint_whole(
    painter: Painter,
    photo: Tensor,
    wanted: Mapping[int, Moments],
    blend: LevelBlend,
) -> Tensor:
    """Run a pass in one piece; return RGB (B, 3, H, W), which may leave [0, 1] a little."""
    *_, last = run_stages(painter, photo, wanted, blend)
    return apply_map(last.maps, last.affine_map)
