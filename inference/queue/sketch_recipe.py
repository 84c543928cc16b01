"""The recipe of a sketch: the size at which it is painted, and the key under which it is kept.

A small painting must have the strokes of the result, in the same size relative to the picture. The
method `fast` paints its broadest strokes at a fixed size (style_transfer/core/sizes.py). So a
sketch needs a certain area, and a larger one for finer brushes.
"""

import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import replace

from inference.models import Photo
from inference.queue.proof_recipe import engine_state
from library.models import Style
from style_transfer.core.catalog import find_method
from style_transfer.core.sizes import result_size, scaled, sizes_of
from style_transfer.core.spec import Color, TransferSpec

# The square root of the area, in pixels: as small as allows the strokes of the result, and for the
# finest brushes smaller than that, because a sketch must be ready in about a second.
_USUAL, _LARGEST, _STEP = 400, 576, 16
# The longest time that a sketch may take on one core, in seconds of the catalog.
_MOST_SECONDS = 4.0


def sketch_spec(photo: Photo, spec: TransferSpec) -> TransferSpec:
    """Return the spec of the sketch for a picture of `photo` with `spec`.

    Colors and mask are left out: the browser applies them to the sketch.
    """
    usual = TransferSpec()
    return replace(
        spec,
        strength=round(spec.strength, 2),
        style_scale=round(spec.style_scale, 2),
        color=Color.STYLE,
        size=_longest_side((photo.width, photo.height), spec),
        mask_feather=usual.mask_feather,
        mask_invert=usual.mask_invert,
    )


def is_cheap(spec: TransferSpec) -> bool:
    """Tell whether a sketch with `spec` is soon painted; one with many steps is not."""
    info = find_method(spec.method)
    effort = info.effort(spec.steps, spec.features, spec.optimizer)
    return info.cost.seconds(_USUAL**2 / 1e6, effort) <= _MOST_SECONDS


def with_shares(styles: Sequence[tuple[Style, float]]) -> list[tuple[Style, float]]:
    """Return the styles with their shares in whole percents, at least one; the sum is about one."""
    total = sum(weight for _style, weight in styles)
    return [(style, max(0.01, round(weight / total, 2))) for style, weight in styles]


def key_of(spec: TransferSpec, styles: Sequence[tuple[Style, float]]) -> str:
    """Return the digest of everything that changes a sketch of one photo."""
    parts = sorted((str(style.pk), style.version, share) for style, share in styles)
    asked = json.dumps([engine_state(), spec.to_json(), parts], sort_keys=True)
    return hashlib.sha256(asked.encode()).hexdigest()


def _longest_side(photo: tuple[int, int], spec: TransferSpec) -> int:
    result = result_size(photo, spec.size)
    root = math.sqrt(result[0] * result[1])
    side = _USUAL
    while side < min(root, _LARGEST) and _first(result, side, spec) < _first(result, root, spec):
        side += _STEP
    return max(1, round(max(result) * min(1.0, side / root)))


def _first(result: tuple[int, int], side: float, spec: TransferSpec) -> int:
    """Return the longest side of the first painting of a picture of the area side**2."""
    root = math.sqrt(result[0] * result[1])
    return max(sizes_of(*scaled(*result, side / root), spec.style_scale)[0])
