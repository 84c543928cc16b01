"""Paint with any artwork in one pass: the photo's features get the artwork's statistics.

The network is in network.py, the embeddings of styles are in embedding.py. Nothing is optimized,
and no network is trained for a style, so every strength, color, stroke size and blend is possible.

A picture is painted coarse to fine; each size starts from the painting of the size before. The
network sees a few dozen pixels around each pixel. These are a larger part of a smaller picture, so
its strokes are broad. They stay broad when the next size adds edges and grain.
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
from style_transfer.methods.fast.guided import Guide
from style_transfer.methods.fast.lift import lift
from style_transfer.methods.fast.network import Painter
from style_transfer.methods.fast.sanity import check_sane
from style_transfer.methods.fast.textons import MARGIN, PatchSynthesizer, count_bands
from style_transfer.methods.fast.textons import STRIDE as STEP
from style_transfer.methods.frame import Frame
from style_transfer.methods.guide import ColorGrade
from style_transfer.methods.subject import enlarged


class StyleSource(Protocol):
    """The styles of a batch of pictures; `side` is the square root of their area in pixels."""

    @property
    def brush(self) -> float:
        """Give the brush size, which all pictures of a batch share."""
        ...

    def moments(self, side: float) -> Mapping[int, Moments]:
        """Give the moments that features get, by level: (B, L) and (B, L, L)."""
        ...

    def synthesizers(self, side: float) -> Sequence[PatchSynthesizer]:
        """Give the synthesizer of each picture's marks."""
        ...

    def contrasts(self, side: float) -> Sequence[Tensor]:
        """Give the contrasts (BANDS,) that the bands of each picture get."""
        ...

    def grades(self) -> Sequence[ColorGrade]:
        """Give the colors that each picture gets."""
        ...


# The share of the photo's features that is kept at full strength, by level 1, 2, ... The first row
# is for the smallest size, where strokes are placed; the second is for the next size, which refines
# them; the third is for all larger sizes, which only add edges and grain. None has level 5: its
# statistics would bend shapes until faces could not be recognized. Only the first pass needs the
# photo's features, because the later ones begin from a painting that was led back to the photo.
_KEEP = ((0.0, 0.0, 0.1, 0.1), (0.0, 0.0, 0.0), (0.0, 0.0))
_LEAST_KEPT = 0.75  # from this strength on, only the shares in _KEEP are kept of the photo
_FEWER = 0.5  # the share of marks that is left out on faces, where the photo shows instead
_LAID = 0.6  # from this strength on, the painting consists of marks only


def blends_for(strength: float, count: int) -> list[LevelBlend]:
    """Make the blends of `count` sizes for a strength, 0 to 1; at 0 the whole photo is kept."""
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
    *,
    subjects: Sequence[Tensor | None] = (),
) -> Iterator[Frame]:
    """Yield a frame for each tile, stage and band; the last frame has the finished pictures.

    `photo` is (B, 3, H, W), bytes or floats in [0, 1], and the pictures have its size. Strength 0
    returns the photo itself, to the bit. The last frame of each smaller size has the painting so
    far, as a preview. `subjects` are the maps of what is kept clear, one for each photo, or none.
    Raises InternalError for a broken picture.
    """
    if strength == 0:
        yield Frame(1, 1, photo)
        return
    height, width = photo.shape[-2:]
    padded = lift(reflect_to(photo, STRIDE), _share_laid(strength))  # (B, 3, H', W')
    guides = _make_guides(padded, styles, strength, subjects or [None] * len(photo))
    size = (width, height)
    passes = _plan_passes(
        padded, size, styles, guides, strength=strength, tiling=tiling, light=painter.is_light
    )
    total = sum(each.steps(len(photo)) for each in passes)
    done, start = 0, None
    for each in passes:
        for picture in each.paint(padded, start, styles, painter, strength):
            done, start = done + 1, picture if picture is not None else start
            if done < total:
                yield Frame(done, total, picture)
    if start is not None:
        _match_contrasts_(start, styles, strength)
        for one, shown, guide in zip(start.split(1), padded.split(1), guides, strict=True):
            guide.calm_colors_(one, shown)
        yield Frame(total, total, start[..., :height, :width])  # (B, 3, H, W), without the padding


def _make_guides(
    padded: Tensor, styles: StyleSource, strength: float, subjects: Sequence[Tensor | None]
) -> list[Guide]:
    triples = zip(padded.split(1), styles.grades(), subjects, strict=True)
    return [Guide(one, grade, strength, subject) for one, grade, subject in triples]


def _plan_passes(
    padded: Tensor,
    size: tuple[int, int],
    styles: StyleSource,
    guides: Sequence[Guide],
    *,
    strength: float,
    tiling: Tiling | None,
    light: bool,
) -> list["Pass"]:
    """Plan the passes of photos (B, 3, H', W'), which were padded from a size (width, height)."""
    # The last size is that of the padded photo, so the network gets sides that STRIDE divides.
    sizes = [*sizes_of(*size, styles.brush)[:-1], (padded.shape[3], padded.shape[2])]
    blends = blends_for(strength, len(sizes))
    return [
        Pass(
            PictureTiling(len(padded), rows, columns, tiling),
            blend,
            guides,
            number,
            rows,
            columns,
            decodes=number == 0 or not light,
        )
        for number, ((columns, rows), blend) in enumerate(zip(sizes, blends, strict=True))
    ]


@dataclass(frozen=True)
class Pass:
    """The painting at one size: the decoder paints it, then marks replace its patches.

    It is the painting of that `number`, from 0 on, and follows a guide for each picture. If it does
    not decode, marks alone replace the patches of the painting before, in which the guide has
    already set the shapes of the photo. That takes a fifth of the time, and the pictures have more
    of the photo's fine detail.
    """

    tiling: PictureTiling
    blend: LevelBlend
    guides: Sequence[Guide]
    number: int
    height: int
    width: int
    decodes: bool = True

    def steps(self, batch: int) -> int:
        """Count how many times `paint` yields for `batch` pictures."""
        bands = [count_bands(_input_rows(strip)) for strip in self._strips()]
        decoding = self.tiling.count_steps(self.blend.deepest) if self.decodes else 0
        return decoding + batch * sum(bands)

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
        """Yield None after each part of the work, and finally pictures (B, 3, height, width).

        `start` (B, 3, h, w) is the painting at the size before, or None at the first size.
        """
        side = (self.height * self.width) ** 0.5
        content = _resized(photo, self.height, self.width)  # (B, 3, height, width)
        begun = self._begin(start, content, painter) if start is not None else None
        moments = painter.limit_luma_shift(styles.moments(side), content)
        painted = content if begun is None else begun
        if self.decodes:
            decoding = DecoderPass(painter, content, moments, self.blend, begun, tiling=self.tiling)
            # The pass frees `begun` after the encoder; a second reference would keep it.
            begun, painted = None, content
            for picture in decoding.run():
                painted = picture if picture is not None else painted
                yield None
        check_sane(painted, content, painter.color_std(moments[1]))
        laid = _share_laid(strength)
        # Marks are placed one picture at a time, because each has its own dictionary.
        for index, synthesizer in enumerate(styles.synthesizers(side)):
            one = painted[index : index + 1]  # (1, 3, height, width), a view that is changed below
            # Only at the first size: later sizes continue marks that already vary.
            smooth = synthesizer.add_noise(one, laid) if start is None else one
            last = index == len(painted) - 1
            for strokes in self._synthesize(smooth, synthesizer):
                if strokes is not None:
                    one.lerp_(strokes, self._marked(index, laid, one))
                yield painted if strokes is not None and last else None

    def _marked(self, index: int, laid: float, like: Tensor) -> Tensor | float:
        """Give the share of marks of a picture: smaller in its subject, but at the first size."""
        subject = self.guides[index].subject
        if subject is None or self.number == 0:
            return laid
        return (laid * (1 - _FEWER * enlarged(subject, self.height, self.width))).to(like)

    def _begin(self, start: Tensor, content: Tensor, painter: Painter) -> Tensor:
        """Enlarge paintings to this size, (B, 3, height, width), and lead them to the photos."""
        enlarged = _resized(start, self.height, self.width)
        stored = painter.stored if self.tiling.is_tiled else enlarged.dtype
        begun = torch.empty_like(enlarged, dtype=stored)
        for index, guide in enumerate(self.guides):
            one = slice(index, index + 1)
            guide.lead_(begun[one], enlarged[one], content[one], again=self.number > 1)
        return begun

    def _synthesize(self, smooth: Tensor, synthesizer: PatchSynthesizer) -> Iterator[Tensor | None]:
        """Replace the patches of a picture (1, 3, H, W) by marks, strip by strip.

        Yields None after each band except the last, and then the strokes (1, 3, H, W).
        """
        # The weights are those of the whole picture, so that strips do not differ.
        weights, laid = synthesizer.reweight(smooth), torch.empty_like(smooth)
        strips = self._strips()
        for strip in strips:
            for strokes in synthesizer.synthesize(strip.crop_input(smooth), weights):
                if strokes is not None:
                    strip.crop(laid).copy_(strip.trim_margin(strokes))
                yield laid if strokes is not None and strip is strips[-1] else None


def _share_laid(strength: float) -> float:
    """Compute the share of marks, lift and contrast for a strength; from _LAID on it is 1."""
    return min(1.0, strength / _LAID)


def _match_contrasts_(painted: Tensor, styles: StyleSource, strength: float) -> None:
    """Change each picture (B, 3, H, W) to the artwork's contrast in each band, in place."""
    side = (painted.shape[2] * painted.shape[3]) ** 0.5
    for one, wanted in zip(painted.split(1), styles.contrasts(side), strict=True):
        match_contrast_(one, wanted, _share_laid(strength))


def _input_rows(strip: Tile) -> int:
    first, last = strip.input_rows
    return last - first


def _resized(x: Tensor, height: int, width: int) -> Tensor:
    if x.shape[-2:] == (height, width):
        return x
    resized = F.interpolate(
        as_floats(x), (height, width), mode="bicubic", antialias=True, align_corners=False
    )  # (B, 3, height, width)
    # Bicubic interpolation overshoots at edges. Convolutions are faster with channels last.
    return resized.clamp_(0, 1).contiguous(memory_format=torch.channels_last)
