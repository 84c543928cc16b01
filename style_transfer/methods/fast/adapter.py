"""Turn styles into the statistics and marks that the schedule asks for, and run an attempt."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from style_transfer.backends.variants import REFERENCE, Backend
from style_transfer.core.spec import StyleInput
from style_transfer.core.tiling import Tiling
from style_transfer.features.losses import Moments
from style_transfer.methods.fast import schedule
from style_transfer.methods.fast.contrast import blend_contrasts
from style_transfer.methods.fast.embedding import StyleEmbedding, blend_embeddings
from style_transfer.methods.fast.embedding_cache import EmbeddingCache
from style_transfer.methods.fast.network import Painter, painter_of
from style_transfer.methods.fast.onnx_painter import load_onnx_painter
from style_transfer.methods.fast.textons import PatchSynthesizer
from style_transfer.methods.frame import Attempt, Frame, StyleCache
from style_transfer.methods.guide import ColorGrade, blend_grades
from style_transfer.methods.strokes import StrokeBank

# The artwork is a little larger than the picture when its strokes are drawn, so they are visible.
_BRUSH = 1.1

PROCESS_CACHE = EmbeddingCache()  # for callers that have no cache of their own


@dataclass(frozen=True)
class StyleMix:
    """The styles of one photo: embeddings, and shares that sum to one.

    `style_scale` enlarges the artworks, and with them their strokes: at 1 an artwork has the same
    area as the picture. `seed` sets the noise that is added before marks are chosen.
    """

    embeddings: tuple[StyleEmbedding, ...]
    shares: tuple[float, ...]
    style_scale: float
    seed: int = 0

    @classmethod
    def mix(
        cls,
        shares: Sequence[StyleInput],
        style_scale: float,
        painter: Painter,
        cache: StyleCache,
        seed: int = 0,
    ) -> "StyleMix":
        """Get the embedding of each style; raises StyleEmbeddingError for one of other weights."""
        embeddings = tuple(embedding_of(share, painter, cache) for share in shares)
        return cls(embeddings, tuple(share.weight for share in shares), style_scale, seed)

    def moments_at(self, side: float) -> dict[int, Moments]:
        """Blend the moments of the styles, (L,) and (L, L) by level, for a picture of side**2."""
        return blend_embeddings(self.embeddings, self.shares, self._view(side))

    def synthesizer_at(self, side: float) -> PatchSynthesizer:
        """Make a synthesizer with marks of all styles, in their shares, for a picture of side**2.

        Each style has the marks of the view that is nearest in size.
        """
        books = [each.textons_at(self._view(side)) for each in self.embeddings]
        return PatchSynthesizer(books, self.shares, self.seed)

    def strokes_at(self, side: float) -> StrokeBank:
        """Collect strokes of all styles, in their shares, for a picture of side**2 pixels."""
        return StrokeBank(self.patches_at(side), self.seed)

    def contrast_at(self, side: float) -> Tensor:
        """Blend the band contrasts (BANDS,) of the styles for a picture of side**2 pixels."""
        view = self._view(side)
        return blend_contrasts([each.contrast_at(view) for each in self.embeddings], self.shares)

    def patches_at(self, side: float) -> list[Tensor]:
        """Give patches (N, 3*PATCH*PATCH) of each style, in its share, for a picture of side**2."""
        view = _BRUSH * self._view(side)
        pairs = zip(self.embeddings, self.shares, strict=True)
        return [each.bank_at(view).patches(share) for each, share in pairs]

    def grade(self) -> ColorGrade:
        """Blend the colors of the styles."""
        return blend_grades([each.grade for each in self.embeddings], self.shares)

    def to(self, device: torch.device) -> "StyleMix":
        """Return the same mix on a device."""
        return replace(self, embeddings=tuple(each.to(device) for each in self.embeddings))

    def _view(self, side: float) -> float:
        # An artwork that is shown larger has broader strokes.
        return side * self.style_scale


@dataclass(frozen=True)
class BatchStyles:
    """The styles of a batch, one mix for each photo; see schedule.StyleSource."""

    mixes: Sequence[StyleMix]

    @property
    def brush(self) -> float:
        """Give the brush size; all photos of a batch have the same."""
        return self.mixes[0].style_scale

    def moments(self, side: float) -> dict[int, Moments]:
        """Stack the moments for all photos: by level, (B, L) and (B, L, L)."""
        each_photo = [mix.moments_at(side) for mix in self.mixes]
        return {
            level: Moments(
                torch.stack([moments[level].mean for moments in each_photo]),  # (B, L)
                torch.stack([moments[level].covariance for moments in each_photo]),  # (B, L, L)
            )
            for level in each_photo[0]
        }

    def synthesizers(self, side: float) -> list[PatchSynthesizer]:
        """Make the synthesizer of each photo."""
        return [mix.synthesizer_at(side) for mix in self.mixes]

    def strokes(self, side: float) -> list[StrokeBank]:
        """Collect the strokes of each photo."""
        return [mix.strokes_at(side) for mix in self.mixes]

    def contrasts(self, side: float) -> list[Tensor]:
        """Give the band contrasts (BANDS,) that the painting of each photo gets."""
        return [mix.contrast_at(side) for mix in self.mixes]

    def grades(self) -> list[ColorGrade]:
        """Give the colors that the painting of each photo gets."""
        return [mix.grade() for mix in self.mixes]


def embedding_of(share: StyleInput, painter: Painter, cache: StyleCache) -> StyleEmbedding:
    """Read the embedding that a style has, or else get that of its picture from the cache.

    Raises StyleEmbeddingError for an embedding that the painter cannot use.
    """
    if share.embedding is not None:
        # It can come from any file, so it is checked each time.
        return StyleEmbedding.from_bytes(share.embedding, painter)
    if share.image is None:
        raise AssertionError("normalize_weights refuses styles without both")
    found: StyleEmbedding = cache.embedding_of(share.image, painter)
    return found


def paint(
    photos: Tensor,
    mixes: Sequence[StyleMix],
    strength: float,
    painter: Painter,
    attempt: Attempt,
    *,
    tiling: Tiling | None = None,
    subjects: Sequence[Tensor | None] = (),
) -> Iterator[Frame]:
    """Paint photos (B, 3, H, W), bytes or floats in [0, 1], each with its mix, in one attempt.

    The tiling of the attempt replaces `tiling`. `subjects` are the maps of what is kept clear.
    Raises InternalError for a broken picture, and OutOfMemoryError.
    """
    if painter.device != attempt.device:  # the fallback from a GPU to the CPU
        painter = painter_of(painter.variant, attempt.device)
    if attempt.exact:  # another way broke the picture
        painter = painter.in_full()
    elif attempt.variant.backend is Backend.ONNX:
        painter = load_onnx_painter(painter, attempt.variant, attempt.choice.providers)
    elif attempt.variant == REFERENCE and painter.halved:
        painter = painter.unhalved()
    styles = BatchStyles([mix.to(painter.device) for mix in mixes])
    photos = photos.to(painter.device)
    kept = [each if each is None else each.to(painter.device) for each in subjects]
    tiling = attempt.tiling or tiling
    yield from schedule.paint(photos, styles, strength, painter, tiling, subjects=kept)
