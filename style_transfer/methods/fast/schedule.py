"""Any artwork in one go: the photo's features are moved to the artwork's statistics.

The network is in network.py, the style codes are in embedding.py. Nothing is iterated and
no style is ever trained: strength, colors, brush size and blends are all free.

A picture is painted coarse to fine, each size from the one before. A network sees a few dozen
pixels around; on a smaller picture those are a larger part of it, and strokes that are laid there
stay broad when the next size adds its edges and its grain.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
import torch.nn.functional as F
from torch import Tensor

from style_transfer.core.sizes import STRIDE, sizes_of
from style_transfer.core.tiling import PictureTiling, Tile, Tiling
from style_transfer.features.losses import Moments
from style_transfer.features.vgg import reflect_to
from style_transfer.imaging.tensors import as_floats
from style_transfer.methods.fast.contrast import match_contrast_
from style_transfer.methods.fast.decoder_pass import DecoderPass, LevelBlend
from style_transfer.methods.fast.lift import lift
from style_transfer.methods.fast.network import Painter
from style_transfer.methods.fast.sanity import check_sane
from style_transfer.methods.fast.textons import MARGIN, PatchSynthesizer, count_bands
from style_transfer.methods.fast.textons import STRIDE as STEP
from style_transfer.methods.frame import Frame


class StyleSource(Protocol):
    """What pictures are to look like, asked for the root of their area in pixels."""

    def moments(self, side: float) -> Mapping[int, Moments]:
        """Give the moments by level, (B, L) and (B, L, L)."""
        ...

    def synthesizers(self, side: float) -> Sequence[PatchSynthesizer]:
        """Give a brush for each picture."""
        ...

    def contrasts(self, side: float) -> Sequence[Tensor]:
        """Give the contrast (BANDS,) that each picture is to have, band by band."""
        ...


# What is kept of the photo at full strength, by level 1, 2, ...: when strokes are laid out on a
# small picture, when a larger one refines them, and when still larger ones add only edges and
# grain. Statistics of level 5 would bend shapes until no face is left.
_KEEP = ((0.0, 0.0, 0.1, 0.1), (0.15, 0.25, 0.0), (0.1, 0.1))
_LEAST_KEPT = 0.75  # strength from which on no more of the photo gives way
_LAID = 0.6  # strength from which on nothing shows beside the marks


def blends_for(strength: float, count: int) -> list[LevelBlend]:
    """Turn strength, 0 to 1, into the looks of `count` sizes; at 0 all of the photo is kept."""
    blends = [
        LevelBlend(
            (strength**0.5,) * len(kept),
            tuple(
                least + (1 - least) * max(0.0, 1 - strength / _LEAST_KEPT) ** 2 for least in kept
            ),
        )
        for kept in _KEEP
    ]
    return [blends[min(place, len(blends) - 1)] for place in range(count)]


def paint(
    photo: Tensor,
    styles: StyleSource,
    strength: float,
    painter: Painter,
    tiling: Tiling | None = None,
) -> Iterator[Frame]:
    """Yield a frame a tile, stage and band; the last brings the pictures in the size of photo.

    photo is (B, 3, H, W), bytes or floats in [0, 1]. Strength 0 gives it back to the bit. Each
    size but the last brings what was painted so far, as a preview. Raises InternalError for a
    broken picture.
    """
    if strength == 0:
        yield Frame(1, 1, photo)
        return
    height, width = photo.shape[-2:]
    padded = lift(reflect_to(photo, STRIDE), _share_laid(strength))
    sizes = [*sizes_of(width, height)[:-1], (padded.shape[3], padded.shape[2])]
    passes = [
        Pass(PictureTiling(len(photo), rows, columns, tiling), blend, rows, columns)
        for (columns, rows), blend in zip(sizes, blends_for(strength, len(sizes)), strict=True)
    ]
    total = sum(each.steps(len(photo)) for each in passes)
    done, start = 0, None
    for each in passes:
        for picture in each.paint(padded, start, styles, painter, strength):
            done, start = done + 1, picture if picture is not None else start
            if done < total:
                yield Frame(done, total, picture)
    if start is not None:
        _match_contrasts_(start, styles, strength)
        yield Frame(total, total, start[..., :height, :width])


@dataclass(frozen=True)
class Pass:
    """Painting at one size: features are moved, and the result is rebuilt from the marks."""

    tiling: PictureTiling
    blend: LevelBlend
    height: int
    width: int

    def steps(self, batch: int) -> int:
        """Count how many times `paint` yields."""
        bands = [count_bands(_input_rows(strip)) for strip in self._strips()]
        return self.tiling.count_steps(self.blend.deepest) + batch * sum(bands)

    def _strips(self) -> list[Tile]:
        return self.tiling.strips(STEP, MARGIN)

    def paint(
        self,
        photo: Tensor,
        start: Tensor | None,
        styles: StyleSource,
        painter: Painter,
        strength: float,
    ) -> Iterator[Tensor | None]:
        """Yield None after each part of the work, and at last pictures (B, 3, height, width)."""
        side = (self.height * self.width) ** 0.5
        content = _resized(photo, self.height, self.width)
        begun = _resized(start, self.height, self.width) if start is not None else None
        if begun is not None and self.tiling.is_tiled:
            begun = begun.to(painter.stored)
        moments = painter.limit_luma_shift(styles.moments(side), content)
        decoding = DecoderPass(painter, content, moments, self.blend, begun, tiling=self.tiling)
        del begun  # so that the painting can let go of it when it has been seen
        painted = content
        for picture in decoding.run():
            painted = picture if picture is not None else painted
            yield None
        check_sane(painted, content, painter.color_std(moments[1]))
        laid = _share_laid(strength)
        for index, synthesizer in enumerate(styles.synthesizers(side)):
            one = painted[index : index + 1]
            smooth = synthesizer.add_noise(one, laid) if start is None else one
            last = index == len(painted) - 1
            for strokes in self._synthesize(smooth, synthesizer):
                if strokes is not None:
                    one.lerp_(strokes, laid)
                yield painted if strokes is not None and last else None

    def _synthesize(self, smooth: Tensor, synthesizer: PatchSynthesizer) -> Iterator[Tensor | None]:
        """Lay one picture in strips: yields None after each band but the last, then strokes."""
        weights, laid = synthesizer.reweight(smooth), torch.empty_like(smooth)
        strips = self._strips()
        for strip in strips:
            for strokes in synthesizer.synthesize(strip.crop_input(smooth), weights):
                if strokes is not None:
                    strip.crop(laid).copy_(strip.trim_margin(strokes))
                yield laid if strokes is not None and strip is strips[-1] else None


def _share_laid(strength: float) -> float:
    """Compute the share of marks, lift and contrast at a strength: all of it from _LAID on."""
    return min(1.0, strength / _LAID)


def _match_contrasts_(painted: Tensor, styles: StyleSource, strength: float) -> None:
    """Give each picture (B, 3, H, W) the artwork's contrast in each band, in place."""
    side = (painted.shape[2] * painted.shape[3]) ** 0.5
    for one, wanted in zip(painted.split(1), styles.contrasts(side), strict=True):
        match_contrast_(one, wanted, _share_laid(strength))


def _input_rows(strip: Tile) -> int:
    first, last = strip.input_rows
    return last - first


def _resized(x: Tensor, height: int, width: int) -> Tensor:
    if x.shape[-2:] == (height, width):
        return x
    larger = F.interpolate(
        as_floats(x), (height, width), mode="bicubic", antialias=True, align_corners=False
    )
    return larger.clamp_(0, 1).contiguous(memory_format=torch.channels_last)
