"""Paint with any artwork in one pass: the photo's features get the artwork's statistics.

The network is in network.py, the embeddings of styles are in embedding.py. Nothing is optimized,
and no network is trained for a style, so every strength, color, stroke size and blend is possible.

A picture is painted coarse to fine; each size starts from the painting of the size before. The
network paints the first size only. It sees a few dozen pixels around each pixel, which are a large
part of a small picture, so it places broad areas of color there. At each size, real strokes of the
artwork then replace the picture's patches (methods/strokes.py), led by the photo where it is busy.
"""

import math
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
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
from style_transfer.methods.fast.stages import Observer, Stage, ignore
from style_transfer.methods.fast.textons import PatchSynthesizer, count_bands
from style_transfer.methods.frame import Frame
from style_transfer.methods.guide import ColorGrade
from style_transfer.methods.strokes import MARGIN, StrokeBank, count_stroke_bands
from style_transfer.methods.strokes import STRIDE as STEP


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

    def strokes(self, side: float) -> Sequence[StrokeBank]:
        """Give the strokes of each picture's styles."""
        ...

    def contrasts(self, side: float) -> Sequence[Tensor]:
        """Give the contrasts (BANDS,) that the bands of each picture get."""
        ...

    def grades(self) -> Sequence[ColorGrade]:
        """Give the colors that each picture gets."""
        ...


# The share of the photo's features that is kept at full strength, by level 1, 2, ... Level 5 is not
# used: its statistics would bend shapes until faces could not be recognized.
_KEEP = (0.0, 0.0, 0.1, 0.1)
_LEAST_KEPT = 0.75  # from this strength on, only the shares in _KEEP are kept of the photo
_LAID = 0.6  # from this strength on, each smaller painting consists of marks only
# The grid of strokes is faintly visible, and the mean over all its shifts is not. That mean takes
# three times as long. Smaller sizes do not need it, because the next strokes cover the grid.
_ROUGH, _SETTLED = (0,), tuple(range(STEP))

# What replaces the patches of a part of a picture: None after each band, and finally the part.
Laying = Callable[[Tensor], Iterator[Tensor | None]]


def blend_for(strength: float) -> LevelBlend:
    """Make the blend for a strength, 0 to 1; at 0 the whole photo is kept."""
    kept = max(0.0, 1 - strength / _LEAST_KEPT) ** 2
    return LevelBlend(
        (strength**0.5,) * len(_KEEP), tuple(least + (1 - least) * kept for least in _KEEP)
    )


def paint(
    photo: Tensor,
    styles: StyleSource,
    strength: float,
    painter: Painter,
    tiling: Tiling | None = None,
    *,
    subjects: Sequence[Tensor | None] = (),
    observe: Observer = ignore,
) -> Iterator[Frame]:
    """Yield a frame for each tile, stage and band; the last frame has the finished pictures.

    `photo` is (B, 3, H, W), bytes or floats in [0, 1], and the pictures have its size. Strength 0
    returns the photo itself, to the bit. The last frame of each smaller size has the painting so
    far, as a preview. `subjects` are the maps of what is kept clear, one for each photo, or none.
    `observe` is shown the picture of each stage. Raises InternalError for a broken picture.
    """
    if strength == 0:
        yield Frame(1, 1, photo)
        return
    height, width = photo.shape[-2:]
    padded = lift(reflect_to(photo, STRIDE), _share_laid(strength))  # (B, 3, H', W')
    observe(Stage.LIFTED, padded)
    guides = _make_guides(padded, styles, strength, subjects or [None] * len(photo))
    size = (width, height)
    passes = _plan_passes(padded, size, styles, guides, tiling, observe=observe)
    total = sum(each.steps(len(photo), strength) for each in passes)
    done, start = 0, None
    for each in passes:
        for picture in each.paint(padded, start, styles, painter, strength):
            done, start = done + 1, picture if picture is not None else start
            if done < total:
                yield Frame(done, total, picture)
    if start is not None:
        _match_contrasts_(start, styles, strength)
        observe(Stage.MATCHED, start)
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
    tiling: Tiling | None,
    *,
    observe: Observer,
) -> list["Pass"]:
    """Plan the passes of photos (B, 3, H', W'), which were padded from a size (width, height)."""
    # The last size is that of the padded photo, so the network gets sides that STRIDE divides.
    sizes = [*sizes_of(*size, styles.brush)[:-1], (padded.shape[3], padded.shape[2])]
    return [
        Pass(
            PictureTiling(len(padded), rows, columns, tiling),
            guides,
            rows,
            columns,
            is_first=number == 0,
            is_last=number == len(sizes) - 1,
            observe=observe,
        )
        for number, (columns, rows) in enumerate(sizes)
    ]


@dataclass(frozen=True)
class Pass:
    """The painting at one size; it follows a guide for each picture.

    The first pass is painted by the decoder and in textons. Then strokes replace the patches of the
    painting, in each pass, after the guide has set the shapes of the photo.
    """

    tiling: PictureTiling
    guides: Sequence[Guide]
    height: int
    width: int
    is_first: bool
    is_last: bool
    observe: Observer = ignore

    def steps(self, batch: int, strength: float) -> int:
        """Count how many times `paint` yields for `batch` pictures."""
        rows = [strip.input_rows[1] - strip.input_rows[0] for strip in self._strips()]
        bands = sum(count_stroke_bands(each, shift) for each in rows for shift in self._shifts)
        decoding = 0
        if self.is_first:
            bands += sum(count_bands(each) for each in rows)
            decoding = self.tiling.count_steps(blend_for(strength).deepest)
        return decoding + batch * bands + 1

    @property
    def _shifts(self) -> Sequence[int]:
        return _SETTLED if self.is_last else _ROUGH

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
        content = _resized(photo, self.height, self.width)  # (B, 3, height, width)
        if start is None:
            painted = yield from self._decode(content, styles, painter, strength)
        else:
            painted = _resized(start, self.height, self.width)
        stored = painter.stored if self.tiling.is_tiled else painted.dtype
        led = torch.empty_like(painted, dtype=stored)
        for index, guide in enumerate(self.guides):
            one = slice(index, index + 1)
            guide.lead_(led[one], painted[one], content[one], again=not self.is_first)
        del painted  # it is large
        self.observe(Stage.LED, led)
        # Strokes are laid on one picture at a time, because each has its own bank.
        # The last strokes cover what the guide drew by the strength: windows and cables stay fine.
        laid = strength if self.is_last else _share_laid(strength)
        banks = styles.strokes(self._side)
        for one, bank, guide in zip(led.split(1), banks, self.guides, strict=True):
            yield from self._lay_strokes(one, bank, laid, guide.spared)
        self.observe(Stage.STROKES, led)
        yield led

    @property
    def _side(self) -> float:
        return math.sqrt(self.height * self.width)

    def _decode(
        self, content: Tensor, styles: StyleSource, painter: Painter, strength: float
    ) -> Generator[None, None, Tensor]:
        """Paint photos (B, 3, height, width) by the network, in textons; yields between parts."""
        moments = painter.limit_luma_shift(styles.moments(self._side), content)
        blend, painted = blend_for(strength), content
        for picture in DecoderPass(painter, content, moments, blend, tiling=self.tiling).run():
            painted = picture if picture is not None else painted
            yield
        check_sane(painted, content, painter.color_std(moments[1]))
        self.observe(Stage.DECODED, painted)
        laid = _share_laid(strength)
        for one, synthesizer in zip(painted.split(1), styles.synthesizers(self._side), strict=True):
            varied = synthesizer.add_noise(one, laid)
            weights = synthesizer.reweight(varied)
            lay = partial(synthesizer.synthesize, weights=weights)
            one.lerp_((yield from self._lay(varied, [lay])), laid)
        self.observe(Stage.TEXTONS, painted)
        return painted

    def _lay_strokes(
        self, one: Tensor, bank: StrokeBank, laid: float, spared: Tensor
    ) -> Generator[None]:
        """Replace the patches of a picture (1, 3, height, width) by strokes, in place."""
        varied = bank.add_grain(one, spared)
        self.observe(Stage.NOISE, varied)
        factors = bank.weigh(varied)
        layings = [partial(bank.bands, factors=factors, offset=shift) for shift in self._shifts]
        strokes = yield from self._lay(varied, layings)
        one.lerp_(strokes.clamp_(0, 1), laid)

    def _lay(self, picture: Tensor, layings: Sequence[Laying]) -> Generator[None, None, Tensor]:
        """Replace the patches of a picture (1, 3, H, W), strip by strip, and yield after each band.

        Returns the mean of all layings.
        """
        mean = torch.zeros_like(picture)
        for lay in layings:
            for strip in self._strips():
                for part in lay(strip.crop_input(picture)):
                    if part is not None:
                        strip.crop(mean).add_(strip.trim_margin(part), alpha=1 / len(layings))
                    yield
        return mean


def _share_laid(strength: float) -> float:
    """Compute the share of marks, lift and contrast for a strength; from _LAID on it is 1."""
    return min(1.0, strength / _LAID)


def _match_contrasts_(painted: Tensor, styles: StyleSource, strength: float) -> None:
    """Change each picture (B, 3, H, W) to the artwork's contrast in each band, in place."""
    side = (painted.shape[2] * painted.shape[3]) ** 0.5
    for one, wanted in zip(painted.split(1), styles.contrasts(side), strict=True):
        match_contrast_(one, wanted, _share_laid(strength))


def _resized(x: Tensor, height: int, width: int) -> Tensor:
    if x.shape[-2:] == (height, width):
        return x
    resized = F.interpolate(
        as_floats(x), (height, width), mode="bicubic", antialias=True, align_corners=False
    )  # (B, 3, height, width)
    # Bicubic interpolation overshoots at edges. Convolutions are faster with channels last.
    return resized.clamp_(0, 1).contiguous(memory_format=torch.channels_last)
