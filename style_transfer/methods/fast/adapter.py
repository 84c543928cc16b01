"""From what is asked to what the network is given: embeddings, their blend, and the device."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from style_transfer.core.spec import StyleInput
from style_transfer.core.tiling import Tiling
from style_transfer.features.losses import Moments
from style_transfer.methods.fast import schedule
from style_transfer.methods.fast.embedding import (
    EmbeddingCache,
    StyleEmbedding,
    blend_band_contrasts,
    blend_embeddings,
)
from style_transfer.methods.fast.network import Painter, load_painter
from style_transfer.methods.fast.textons import PatchSynthesizer
from style_transfer.methods.frame import Attempt, Frame, StyleCache

BRUSH = 1.0  # at brush size 1 an artwork has the area of the picture
MEMORY = EmbeddingCache()  # of this process, for callers that bring none


@dataclass(frozen=True)
class StyleMix:
    """Styles made ready for a photo: embeddings with shares that sum to one, and the brush."""

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
        """Get the embeddings of styles; raises StyleEmbeddingError for one of another encoder."""
        embeddings = tuple(embedding_of(share, painter, cache) for share in shares)
        return cls(embeddings, tuple(share.weight for share in shares), style_scale, seed)

    def moments_at(self, side: float) -> dict[int, Moments]:
        """Blend the styles as they are seen for a picture whose area has the root `side`."""
        return blend_embeddings(self.embeddings, self.shares, self._view(side))

    def brush_at(self, side: float) -> PatchSynthesizer:
        """Take marks of all styles, in their shares, for a picture of such an area."""
        books = [each.textons_at(self._view(side)) for each in self.embeddings]
        return PatchSynthesizer(books, self.shares, self.seed)

    def contrast_at(self, side: float) -> Tensor:
        """Blend the styles' band contrasts (BANDS,) for a picture of such an area."""
        return blend_band_contrasts(self.embeddings, self.shares, self._view(side))

    def to(self, device: torch.device) -> "StyleMix":
        """Give the same recipe on a device."""
        return replace(self, embeddings=tuple(each.to(device) for each in self.embeddings))

    def _view(self, side: float) -> float:
        return side * BRUSH * self.style_scale


@dataclass(frozen=True)
class BatchStyles:
    """What the photos of a batch are to look like; see schedule.StyleSource."""

    each: Sequence[StyleMix]

    def moments(self, side: float) -> dict[int, Moments]:
        """Put the moments for all photos into a batch, (B, L) and (B, L, L) by level."""
        wanted = [recipe.moments_at(side) for recipe in self.each]
        return {
            level: Moments(
                torch.stack([moments[level].mean for moments in wanted]),
                torch.stack([moments[level].covariance for moments in wanted]),
            )
            for level in wanted[0]
        }

    def synthesizers(self, side: float) -> list[PatchSynthesizer]:
        """Give the brush of each photo."""
        return [recipe.brush_at(side) for recipe in self.each]

    def contrasts(self, side: float) -> list[Tensor]:
        """Give the band contrasts that each photo's painting is to have."""
        return [recipe.contrast_at(side) for recipe in self.each]


def embedding_of(share: StyleInput, painter: Painter, cache: StyleCache) -> StyleEmbedding:
    """Give the embedding of a style: its own if it came with one, else that of its picture."""
    if share.code is not None:
        return StyleEmbedding.from_bytes(share.code, painter)
    if share.image is None:
        raise AssertionError("normalize_weights refuses styles without both")
    found: StyleEmbedding = cache.embedding_of(share.image, painter)
    return found


def paint(
    photos: Tensor,
    recipes: Sequence[StyleMix],
    strength: float,
    painter: Painter,
    attempt: Attempt,
    *,
    tiling: Tiling | None = None,
) -> Iterator[Frame]:
    """Paint photos (B, 3, H, W), bytes or floats, each by its recipe, as one attempt says.

    `tiling` counts where the attempt says none. Raises InternalError for a broken picture and
    OutOfMemoryError; see schedule.py.
    """
    if painter.device != attempt.device:
        painter = load_painter(attempt.device)
    if attempt.exact:
        painter = painter.in_full()
    manner = BatchStyles([recipe.to(painter.device) for recipe in recipes])
    photos = photos.to(painter.device)
    for frame in schedule.paint(photos, manner, strength, painter, attempt.tiling or tiling):
        yield replace(frame, fallback=attempt.fallback)
