"""Validation of the pictures of styles: that of any upload, and that there is a style to find."""

import io
from typing import Final, cast

from django.utils.translation import gettext_lazy as _
from PIL import Image

from common.uploads import AcceptedPicture, Readable, SeenPicture, UploadRefused, see_picture

# Noise of a camera or of JPEG makes an even surface differ by a few of the 255 levels.
LEAST_CONTRAST: Final = 8
# The longest hand scrolls fit. Of a narrower strip, a method would see only its edges.
MOST_LENGTHS: Final = 25


def accept_style_picture(file: Readable, *, max_bytes: int) -> AcceptedPicture:
    """Read, check and clean the picture of a style. Raises `UploadRefused`."""
    return accept_seen_style(see_style_picture(file, max_bytes=max_bytes))


def see_style_picture(file: Readable, *, max_bytes: int) -> SeenPicture:
    """Read the picture of a style, and check all that can be checked without decoding.

    A narrow strip is refused. Raises `UploadRefused`.
    """
    seen = see_picture(file, max_bytes=max_bytes)
    short, long = sorted((seen.header.width, seen.header.height))
    if long > MOST_LENGTHS * short:
        message = _(
            "This picture is too narrow. Its long side can be at most %(most)s times its short "
            "side. Choose a part of it."
        )
        raise UploadRefused("too_narrow", message % {"most": MOST_LENGTHS})
    return seen


def accept_seen_style(seen: SeenPicture) -> AcceptedPicture:
    """Decode and clean the picture of a style. Raises `UploadRefused` or `ServerBusy`.

    An even surface is refused: every method would paint it, and the result would be one color.
    """
    # Styles have no preview.
    accepted = seen.accepted(keep_preview=False)
    with Image.open(io.BytesIO(accepted.small.preview)) as preview:
        bands = preview.convert("RGB").split()
    extremes = [cast("tuple[float, float]", band.getextrema()) for band in bands]
    if all(high - low < LEAST_CONTRAST for low, high in extremes):
        message = _("This picture has only one color, so it has no style. Choose another picture.")
        raise UploadRefused("one_color", message)
    return accepted
