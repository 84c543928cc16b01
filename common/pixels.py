"""Pixels as the platform keeps them: upright, sRGB, 8 bits, RGB or RGBA, without metadata.

Nothing here imports Django, because the processes that decode uploads do not load it.
"""

import math
from typing import Final

from PIL import Image

from common.headers import Header
from style_transfer.core.errors import InputUnreadableError
from style_transfer.imaging.decoding import named_decoder_errors
from style_transfer.imaging.opening import open_picture
from style_transfer.imaging.pixels import to_common_mode, upright_srgb
from style_transfer.imaging.reducing import reduce_picture

# Results have at most 4096 px a side, so more pixels than this only cost time and disk space.
KEPT_PIXELS: Final = 24_000_000
LONG_SIDE: Final = 4000
_STILL_NEEDED: Final = frozenset({"exif", "icc_profile"})


def decode_picture(data: bytes, header: Header) -> Image.Image:
    """Return the cleaned pixels of a file with a valid header, at most 24 MP.

    A JPEG of 8000 px or more a side is reduced to half its size, others to 24 MP. Raises
    InputUnreadableError, InputTooLargeError or MemoryError.
    """
    with named_decoder_errors():
        return clean_picture(_pixels(data, header))


def _pixels(data: bytes, header: Header) -> Image.Image:
    """Decode a file to at most 24 MP. On return, the memory of a larger picture is free again."""
    picture = open_picture(data, (header.format,))
    with picture.image as opened:
        if opened.size != (header.width, header.height):
            message = "The decoder finds another size than the header claims."
            raise InputUnreadableError(message)
        if header.width * header.height > KEPT_PIXELS:
            # A JPEG can be decoded at half its size, which takes a quarter of the memory.
            factor = LONG_SIDE / max(opened.size)
            opened.draft(None, (int(opened.width * factor), int(opened.height * factor)))
        return fit_pixels(picture.decoded(), KEPT_PIXELS)


def fit_pixels(image: Image.Image, most: int) -> Image.Image:
    """Return `image` reduced to at most `most` pixels, with its orientation and color profile."""
    pixels = image.width * image.height
    if pixels <= most:
        return image
    factor = math.sqrt(most / pixels)
    size = (max(1, int(image.width * factor)), max(1, int(image.height * factor)))
    reduced = reduce_picture(to_common_mode(image)[0], size)
    reduced.info = {name: image.info[name] for name in _STILL_NEEDED & image.info.keys()}
    return reduced


def clean_picture(image: Image.Image) -> Image.Image:
    """Return a new image that looks the same: upright, sRGB, RGB, or RGBA where it is transparent.

    Only pixels are copied. EXIF, XMP, comments, texts and color profiles are not.
    """
    pixels = upright_srgb(image)
    # A converted picture is new already, and a second copy of a large one takes 100 MB.
    clean = pixels.rgb.copy() if pixels.rgb is image else pixels.rgb
    clean.info = {}
    if pixels.alpha is not None:
        clean.putalpha(pixels.alpha)
    return clean
