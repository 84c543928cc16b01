"""The pixels of a decoded file as a viewer shows them: upright, sRGB, 8 bits, separate alpha.

The upload validation of a site and the engine both use this module, so both see the same picture
in a file. Nothing here imports torch.
"""

import io
import struct
from dataclasses import dataclass
from typing import Final

import numpy as np
from PIL import Image, ImageCms

from style_transfer.core.errors import InputUnreadableError
from style_transfer.imaging.orientation import turn_upright

SRGB: Final = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
# The level, 0 to 255, of each value of 16 bits: 65535 = 255 * 257. A table needs no floats, which
# would take 100 MB for a large picture.
_LEVELS: Final = np.rint(np.arange(65_536) / 257).astype(np.uint8)
# The header of a profile holds the date on which it was made: year, month, day and the time.
_PROFILE_DATE: Final = slice(24, 36)
_FIXED_DATE: Final = struct.pack(">6H", 2000, 1, 1, 0, 0, 0)


def _dated(profile: bytes, date: bytes) -> bytes:
    """Return `profile` with another date."""
    return profile[: _PROFILE_DATE.start] + date + profile[_PROFILE_DATE.stop :]


# The profile that files get. Its date is fixed, so that equal pictures are equal files.
SRGB_FILE: Final = _dated(SRGB.tobytes(), _FIXED_DATE)


@dataclass(frozen=True)
class Pixels:
    """An upright sRGB picture: `rgb` is mode RGB; `alpha` is mode L, or None if it is opaque.

    `conversions` names each conversion of the file.
    """

    rgb: Image.Image
    alpha: Image.Image | None
    conversions: tuple[str, ...] = ()


def upright_srgb(image: Image.Image) -> Pixels:
    """Turn a decoded image of any mode upright, convert it to sRGB and separate its alpha.

    A broken EXIF block or color profile is ignored. Raises InputUnreadableError for modes that
    have no colors.
    """
    profile = image.info.get("icc_profile")
    upright, turned = turn_upright(image)
    straight, widened = to_common_mode(upright)
    alpha = straight.getchannel("A") if straight.mode in ("LA", "RGBA") else None
    opaque = straight.convert(straight.mode.removesuffix("A")) if alpha else straight
    # A large picture takes much memory, so each earlier form is freed before the next is made.
    del upright, straight
    rgb, converted = _to_srgb(opaque, profile)
    if alpha and alpha.getextrema() == (255, 255):
        alpha = None
    return Pixels(rgb, alpha, (*turned, *widened, *converted))


def to_common_mode(image: Image.Image) -> tuple[Image.Image, tuple[str, ...]]:
    """Return the image in mode L, LA, RGB, RGBA or CMYK."""
    mode = image.mode
    if mode.startswith("I"):
        return _from_16_bits(image), (f"{mode} to 8 bits",)
    if mode in ("L", "LA", "RGB", "RGBA", "CMYK") and "transparency" not in image.info:
        return image, ()
    target = "RGBA" if image.has_transparency_data else "L" if mode == "1" else "RGB"
    if mode == "La":
        target = "LA"
    try:
        return image.convert(target), (f"{mode} to {target}",)
    except ValueError as error:
        raise InputUnreadableError(f"Pictures of mode {mode} cannot be painted.") from error


def _from_16_bits(image: Image.Image) -> Image.Image:
    """Scale 16 bits to 8, and make the transparent value an alpha channel.

    `Image.convert` would clip at 255, so the picture would be all white.
    """
    values = np.asarray(image)  # (H, W)
    if values.dtype != np.uint16:
        values = values.clip(0, 65_535).astype(np.uint16)
    gray = Image.fromarray(_LEVELS[values])
    if "transparency" not in image.info:
        return gray
    alpha = np.where(values == image.info["transparency"], 0, 255).astype(np.uint8)
    return Image.merge("LA", (gray, Image.fromarray(alpha)))


def _to_srgb(image: Image.Image, icc: bytes | None) -> tuple[Image.Image, tuple[str, ...]]:
    plain = () if image.mode == "RGB" else (f"{image.mode} to RGB",)
    if not icc:
        return _in_rgb(image), plain
    try:
        if _is_own_srgb(icc):
            return _in_rgb(image), plain
        profile = ImageCms.ImageCmsProfile(io.BytesIO(icc))
        is_rgb = profile.profile.xcolor_space.strip() == "RGB"
        # A gray picture may hold the RGB profile of its camera; lcms accepts it for RGB only. A
        # profile of a screen says nothing about inks.
        source = _in_rgb(image) if is_rgb and image.mode != "CMYK" else image
        converted = ImageCms.profileToProfile(source, profile, SRGB, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        converted = None
    if converted is None:
        return _in_rgb(image), (*plain, "unusable ICC profile ignored")
    return converted, (f"{_name_of(profile)} to sRGB",)


def _is_own_srgb(icc: bytes) -> bool:
    """Tell whether a profile is the one that `save_picture` embeds.

    Then the conversion would change no pixel. The name alone does not prove that, so the bytes are
    compared, without the date: files of earlier releases have the date of their making.
    """
    return _dated(icc, _FIXED_DATE) == SRGB_FILE


def _name_of(profile: ImageCms.ImageCmsProfile) -> str:
    try:
        return ImageCms.getProfileDescription(profile).strip() or "ICC"
    except ImageCms.PyCMSError:
        return "ICC"


def _in_rgb(image: Image.Image) -> Image.Image:
    """Convert an image to RGB. An RGB image is not copied: a large one takes much memory."""
    image.load()
    return image if image.mode == "RGB" else image.convert("RGB")
