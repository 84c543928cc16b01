"""The way from what is asked to the method fast: codes, colors, memory, and second tries."""

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from inference.engine.codes import CodeCache, StyleCode, blend_codes
from inference.engine.losses import Moments
from inference.engine.methods import fast
from inference.engine.methods.frame import Frame
from inference.engine.painter import Painter
from inference.engine.spec import StyleInput

MEMORY = CodeCache()  # of this process, for callers that bring none


@dataclass(frozen=True)
class Recipe:
    """Styles made ready for one size: the moments that a photo is to take on, by level."""

    wanted: dict[int, Moments]

    @classmethod
    def mix(
        cls,
        shares: Sequence[StyleInput],
        size: tuple[int, int],
        style_scale: float,
        painter: Painter,
        cache: CodeCache,
    ) -> "Recipe":
        """Blend styles for a photo of a size (width, height).

        Raises StyleCodeError for a code that this painter cannot use.
        """
        codes = [code_of(share, painter, cache) for share in shares]
        side = fast.view_side(size[1], size[0], style_scale)
        return cls(blend_codes(codes, [share.weight for share in shares], side))

    @staticmethod
    def stack(recipes: Sequence["Recipe"]) -> dict[int, Moments]:
        """Put the moments of several photos into one batch, (B, L) and (B, L, L)."""
        return {
            level: Moments(
                torch.stack([recipe.wanted[level].mean for recipe in recipes]),
                torch.stack([recipe.wanted[level].covariance for recipe in recipes]),
            )
            for level in recipes[0].wanted
        }


def code_of(share: StyleInput, painter: Painter, cache: CodeCache) -> StyleCode:
    """Give the code of a style: its own if it came with one, else that of its picture."""
    if share.code is not None:
        return StyleCode.from_bytes(share.code, painter)
    if share.image is None:
        raise AssertionError("shares_of refuses styles without both")
    return cache.code_of(share.image, painter)


def paint(
    photo: Tensor, recipes: Sequence[Recipe], strength: float, painter: Painter
) -> Iterator[Frame]:
    """Paint photos (B, 3, H, W), each by its recipe; see methods/fast.py.

    Half precision can overflow where statistics are extreme: a picture that comes out broken is
    painted once more in float32.
    """
    wanted = Recipe.stack(recipes)
    for frame in fast.paint(photo, wanted, strength, painter):
        if frame.image is not None and painter.halved and is_broken(frame.image, photo):
            exact = copy.copy(painter)
            exact.halved = False
            yield from fast.paint(photo, wanted, strength, exact)
            return
        yield frame


def is_broken(painted: Tensor, photo: Tensor) -> bool:
    """Tell whether a painting (B, 3, H, W) has values that are no numbers, or came out black."""
    if not bool(painted.isfinite().all()):
        return True
    black = painted.amax((1, 2, 3)) < 1 / 255
    return bool((black & (photo.amax((1, 2, 3)) > 0.1)).any())
