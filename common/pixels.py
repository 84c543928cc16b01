"""Pixels as the platform keeps them: upright, sRGB, 8 bits, RGB or RGBA, without metadata."""

import math

from PIL import Image

from style_transfer.imaging.pixels import upright_srgb


def fit_pixels(image: Image.Image, most: int) -> Image.Image:
    """Return `image` reduced to at most `most` pixels, with its metadata."""
    pixels = image.width * image.height
    if pixels <= most:
        return image
    # Pillow resizes these modes only by the nearest pixel, which looks bad.
    source = _in_colors(image) if image.mode in {"1", "P", "PA"} else image
    factor = math.sqrt(most / pixels)
    size = (max(1, int(image.width * factor)), max(1, int(image.height * factor)))
    reduced = source.resize(size, Image.Resampling.LANCZOS)
    reduced.info = dict(image.info)
    if source is not image:
        # The transparent color of the palette is now in the alpha channel.
        reduced.info.pop("transparency", None)
    return reduced


def clean_picture(image: Image.Image) -> Image.Image:
    """Return a new image that looks the same: upright, sRGB, RGB, or RGBA where it is transparent.

    Only pixels are copied. EXIF, XMP, comments, texts and color profiles are not.
    """
    pixels = upright_srgb(image)
    clean = Image.new("RGB", pixels.rgb.size)
    clean.paste(pixels.rgb)
    if pixels.alpha is not None:
        clean.putalpha(pixels.alpha)
    return clean


def _in_colors(image: Image.Image) -> Image.Image:
    return image.convert("RGBA" if image.has_transparency_data else "RGB")
