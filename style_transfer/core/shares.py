"""The styles of a run: who takes part, and with what share."""

import hashlib
import math
from collections.abc import Sequence

from style_transfer.core.errors import EngineError
from style_transfer.core.spec import MAX_STYLES, SpecError, StyleInput


class StyleNeedsPictureError(EngineError):
    """The method looks at the artwork itself, and a style came as a code alone."""

    code = "style_needs_picture"
    hint = "Choose the method fast, or a style with a picture."


def normalize_weights(styles: Sequence[StyleInput]) -> list[StyleInput]:
    """Drop styles without weight, let the rest sum to one, and bring them into one order.

    Raises SpecError for none, too many, weights that are negative or no numbers, and a style that
    has neither a picture nor a code.
    """
    if not all(math.isfinite(style.weight) and style.weight >= 0 for style in styles):
        raise SpecError({"styles": "must have weights that are positive numbers"})
    used = [style for style in styles if style.weight > 0]
    if not 1 <= len(used) <= MAX_STYLES:
        raise SpecError({"styles": f"must be 1 to {MAX_STYLES} pictures with a weight above 0"})
    if any(style.image is None and style.code is None for style in used):
        raise SpecError({"styles": "must each have a picture or a style code"})
    total = sum(sorted(style.weight for style in used))
    shares = [StyleInput(style.image, style.weight / total, style.code) for style in used]
    # A sum of floats depends on their order in the last bit, and the picture on that bit.
    return sorted(shares, key=lambda share: (share.weight, digest_of(share)))


def digest_of(share: StyleInput) -> bytes:
    """Tell the picture and code of a style from all others, in 32 bytes."""
    content = share.image.tobytes() if share.image is not None else b""
    return hashlib.sha256(content + (share.code or b"")).digest()
