"""The way from what is asked to the method fast: codes, colors, memory, and second tries."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from style_transfer.core.budget import TILINGS
from style_transfer.core.errors import InternalError, OutOfMemoryError
from style_transfer.core.oom import naming_memory_errors
from style_transfer.core.spec import StyleInput
from style_transfer.core.tiling import Tiling
from style_transfer.features.losses import Moments
from style_transfer.methods.fast import schedule as fast
from style_transfer.methods.fast.embedding import EmbeddingCache, StyleEmbedding, blend_embeddings
from style_transfer.methods.fast.network import Painter, load_painter
from style_transfer.methods.fast.textons import PatchSynthesizer
from style_transfer.methods.frame import Fallback, Frame

BRUSH = 1.0  # at brush size 1 an artwork has the area of the picture
MEMORY = EmbeddingCache()  # of this process, for callers that bring none


@dataclass(frozen=True)
class StyleMix:
    """Styles made ready for a photo: their codes with shares that sum to one, and the brush."""

    codes: tuple[StyleEmbedding, ...]
    shares: tuple[float, ...]
    style_scale: float
    seed: int = 0

    @classmethod
    def mix(
        cls,
        shares: Sequence[StyleInput],
        style_scale: float,
        painter: Painter,
        cache: EmbeddingCache,
        seed: int = 0,
    ) -> "StyleMix":
        """Get the codes of styles ready. Raises StyleEmbeddingError for one of another encoder."""
        codes = tuple(code_of(share, painter, cache) for share in shares)
        return cls(codes, tuple(share.weight for share in shares), style_scale, seed)

    def moments_at(self, side: float) -> dict[int, Moments]:
        """Blend the styles as they are seen for a picture whose area has the root `side`."""
        return blend_embeddings(self.codes, self.shares, self._view(side))

    def brush_at(self, side: float) -> PatchSynthesizer:
        """Take marks of all styles, in their shares, for a picture of such an area."""
        books = [code.textons_at(self._view(side)) for code in self.codes]
        return PatchSynthesizer(books, self.shares, self.seed)

    def to(self, device: torch.device) -> "StyleMix":
        """Give the same recipe on a device."""
        return replace(self, codes=tuple(code.to(device) for code in self.codes))

    def _view(self, side: float) -> float:
        return side * BRUSH * self.style_scale


@dataclass(frozen=True)
class BatchStyles:
    """What the photos of a batch are to look like; see methods.fast.StyleSource."""

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


def code_of(share: StyleInput, painter: Painter, cache: EmbeddingCache) -> StyleEmbedding:
    """Give the code of a style: its own if it came with one, else that of its picture."""
    if share.code is not None:
        return StyleEmbedding.from_bytes(share.code, painter)
    if share.image is None:
        raise AssertionError("normalize_weights refuses styles without both")
    return cache.code_of(share.image, painter)


def paint(
    photo: Tensor,
    recipes: Sequence[StyleMix],
    strength: float,
    painter: Painter,
    tiling: Tiling | None = None,
) -> Iterator[Frame]:
    """Paint photos (B, 3, H, W), bytes or floats, each by its recipe; see methods/fast.py.

    Half precision can overflow where statistics are extreme: a picture that comes out broken is
    painted once more in float32. Where memory runs out, it is painted once more in the smallest
    tiles, and where a GPU has too little even for those, on the CPU; the frames say so. Raises
    InternalError and OutOfMemoryError if all attempts fail.
    """
    places = dict.fromkeys((painter.device, torch.device("cpu")))
    fallbacks = [None, *(Fallback(place, TILINGS[-1]) for place in places)]
    for fallback in fallbacks:
        place, cut = painter.device, tiling
        if fallback is not None:
            place, cut = fallback.device, fallback.tiling
        try:
            with naming_memory_errors():
                for frame in _attempt(photo, recipes, strength, _at(painter, place), cut):
                    yield replace(frame, fallback=fallback)
        except OutOfMemoryError:
            if fallback is fallbacks[-1]:
                raise
            continue
        return


def _at(painter: Painter, place: torch.device) -> Painter:
    return painter if painter.device == place else load_painter(place)


def _attempt(
    photo: Tensor,
    recipes: Sequence[StyleMix],
    strength: float,
    painter: Painter,
    tiling: Tiling | None,
) -> Iterator[Frame]:
    photo = photo.to(painter.device)
    manner = BatchStyles([recipe.to(painter.device) for recipe in recipes])
    try:
        yield from fast.paint(photo, manner, strength, painter, tiling)
    except InternalError:
        yield from fast.paint(photo, manner, strength, painter.in_full(), tiling)
