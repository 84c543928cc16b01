"""Validation of the pictures of styles: that of any upload, and that there is a style to find."""

import io
from typing import Final, cast

from django.utils.translation import gettext_lazy as _
from PIL import Image

from common.uploads import AcceptedPicture, Readable, UploadRefused, accept_picture

# Noise of a camera or of JPEG makes an even surface differ by a few of the 255 levels.
LEAST_CONTRAST: Final = 8


def accept_style_picture(file: Readable, *, max_bytes: int) -> AcceptedPicture:
    """Read, check and clean the picture of a style. Raises `UploadRefused`.

    An even surface is refused: every method would paint it, and the result would be one color.
    """
    accepted = accept_picture(file, max_bytes=max_bytes)
    with Image.open(io.BytesIO(accepted.small.preview)) as preview:
        bands = preview.convert("RGB").split()
    extremes = [cast("tuple[float, float]", band.getextrema()) for band in bands]
    if all(high - low < LEAST_CONTRAST for low, high in extremes):
        message = _("This picture has only one color, so it has no style. Choose another picture.")
        raise UploadRefused("one_color", message)
    return accepted
