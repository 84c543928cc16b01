"""Pixels as the platform keeps them: upright, sRGB, 8 bits, RGB or RGBA, nothing else attached."""

import io
import math

import numpy as np
from PIL import Image, ImageCms

ORIENTATION = 0x0112
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def fit_pixels(image: Image.Image, most: int) -> Image.Image:
    """Return `image` reduced to at most `most` pixels, its metadata still beside it."""
    pixels = image.width * image.height
    if pixels <= most:
        return image
    # Nearest would be used for palettes.
    source = image if image.mode not in {"1", "P", "PA"} else _in_colors(image)
    factor = math.sqrt(most / pixels)
    size = (max(1, int(image.width * factor)), max(1, int(image.height * factor)))
    reduced = source.resize(size, Image.Resampling.LANCZOS)
    reduced.info = dict(image.info)
    reduced.info["orientation"] = _orientation(image)
    return reduced


def clean_picture(image: Image.Image) -> Image.Image:
    """Return a new image of the same look: upright, sRGB, RGB, or RGBA where it is see-through.

    Nothing but pixels is carried over: no EXIF, XMP, comment, text or color profile.
    """
    orientation = image.info.get("orientation") or _orientation(image)
    colors = _in_srgb(_in_colors(image), image.info.get("icc_profile"))
    if orientation in UPRIGHT:
        colors = colors.transpose(UPRIGHT[orientation])
    if colors.mode == "RGBA" and colors.getchannel("A").getextrema() == (255, 255):
        colors = colors.convert("RGB")
    clean = Image.new(colors.mode, colors.size)
    clean.paste(colors)
    return clean


def _orientation(image: Image.Image) -> int:
    """Return the EXIF orientation, 1 to 8; anything unreadable is upright."""
    try:
        value = image.getexif().get(ORIENTATION, 1)
    except (OSError, SyntaxError, ValueError, TypeError, LookupError):
        return 1
    return value if isinstance(value, int) else 1


def _in_colors(image: Image.Image) -> Image.Image:
    """Return the image in a mode that color management knows: L, RGB, RGBA or CMYK."""
    if image.mode.startswith("I"):
        return Image.fromarray((np.asarray(image, dtype=np.int64) >> 8).clip(0, 255).astype("u1"))
    if image.has_transparency_data:
        return image.convert("RGBA")
    if image.mode in {"L", "RGB", "CMYK"}:
        return image
    return image.convert("RGB")


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Return the image in sRGB; a profile that is broken or of another kind is passed over."""
    # Converting to the mode it has would copy it.
    plain = image if image.mode in {"RGB", "RGBA"} else image.convert("RGB")
    if not profile:
        return plain
    source = image.convert("RGB") if image.mode == "RGBA" else image
    try:
        managed = ImageCms.profileToProfile(
            source, io.BytesIO(profile), ImageCms.createProfile("sRGB"), outputMode="RGB"
        )
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return plain
    if managed is None:
        return plain
    if image.mode == "RGBA":
        managed.putalpha(image.getchannel("A"))
    return managed
