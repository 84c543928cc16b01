"""The styles of a run: which are used, and the share of each."""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import replace

from style_transfer.core.errors import EngineError
from style_transfer.core.spec import MAX_STYLES, SpecError, StyleInput


class StyleNeedsPictureError(EngineError):
    """The method needs the artwork itself, but a style has only an embedding."""

    code = "style_needs_picture"
    hint = "Choose the method fast, or a style with a picture."


def normalize_weights(styles: Sequence[StyleInput]) -> list[StyleInput]:
    """Drop styles of weight 0, scale the other weights to sum to one, and sort the styles.

    Raises SpecError for no styles, too many styles, a weight that is negative or not a finite
    number, and a style that has neither a picture nor an embedding.
    """
    if not all(math.isfinite(style.weight) and style.weight >= 0 for style in styles):
        raise SpecError({"styles": "must have weights that are positive numbers"})
    used = [style for style in styles if style.weight > 0]
    if not 1 <= len(used) <= MAX_STYLES:
        raise SpecError({"styles": f"must be 1 to {MAX_STYLES} pictures with a weight above 0"})
    if any(style.image is None and style.embedding is None for style in used):
        raise SpecError({"styles": "must each have a picture or a style code"})
    total = sum(sorted(style.weight for style in used))
    shares = [replace(style, weight=style.weight / total) for style in used]
    # The last bit of a sum of floats depends on their order, and the picture depends on that bit.
    return sorted(shares, key=lambda share: (share.weight, digest_of(share)))


def digest_of(share: StyleInput) -> bytes:
    """Compute 32 bytes that identify the picture and the embedding of a style."""
    content = share.image.tobytes() if share.image is not None else b""
    return hashlib.sha256(content + (share.embedding or b"")).digest()
