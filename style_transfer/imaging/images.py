"""Pictures in: any file that people send, as upright sRGB pixels and a note of what was done.

Nothing is cropped and nothing is resized. A file that cannot be taken is refused with a named
error before its pixels are decoded where the header already tells.
"""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms, UnidentifiedImageError

from style_transfer.core.errors import InputTooLargeError, InputUnreadableError
from style_transfer.imaging.alpha import fill_transparent

FORMATS = ("JPEG", "PNG", "WEBP")
MAX_PIXELS = 50_000_000
# A progressive JPEG of some kilobytes can ask for a thousand passes over all its pixels.
MAX_JPEG_SCANS = 100

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
_ORIENTATION_TAG = 0x0112
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# Where Pillow looks for the orientation.
_TURNED_BY = frozenset({"exif", "Raw profile type exif", "xmp", "XML:com.adobe.xmp"})


@dataclass(frozen=True)
class Picture:
    """An upright sRGB picture.

    `rgb` is mode RGB and has sensible colors under transparent pixels too; `alpha` is mode L of
    the same size, or None for an opaque picture. `conversions` names what was done to get there.
    """

    rgb: Image.Image
    alpha: Image.Image | None
    source_mode: str
    conversions: tuple[str, ...] = ()

    @property
    def size(self) -> tuple[int, int]:
        """Give (width, height) in pixels."""
        return self.rgb.size

    @property
    def image(self) -> Image.Image:
        """Give the picture as one image, RGBA where it has transparency, else RGB."""
        return self.with_alpha(self.rgb)

    def with_alpha(self, rgb: Image.Image) -> Image.Image:
        """Return `rgb` with this picture's transparency, scaled to its size."""
        if self.alpha is None:
            return rgb
        painted = rgb.convert("RGBA")
        painted.putalpha(self.alpha.resize(rgb.size, Image.Resampling.BICUBIC))
        return painted

    def noting(self, *conversions: str) -> "Picture":
        """Return the same picture with more conversions named."""
        return replace(self, conversions=(*self.conversions, *conversions))


def load_picture(source: Path | str | bytes) -> Picture:
    """Decode a JPEG, PNG or WebP file, given by path or as its bytes.

    Raises InputUnreadableError for other formats and for empty, damaged, truncated or animated
    files, and InputTooLargeError above MAX_PIXELS.
    """
    data = source if isinstance(source, bytes) else _read(Path(source))
    if not data:
        raise InputUnreadableError("The file is empty.")
    with _naming_what_pillow_raises():
        image = Image.open(io.BytesIO(data), formats=FORMATS)
        _refuse_by_header(image, data)
        image.load()
        return to_picture(image)


def to_picture(image: Image.Image) -> Picture:
    """Turn a decoded image of any mode into a Picture: upright, in sRGB, alpha apart.

    Raises InputUnreadableError for modes that have no colors to speak of.
    """
    upright, turned = _turn_upright(image)
    straight, widened = _to_common_mode(upright)
    alpha = straight.getchannel("A") if straight.mode in ("LA", "RGBA") else None
    opaque = straight.convert(straight.mode.removesuffix("A")) if alpha else straight
    rgb, converted = _to_srgb(opaque, image.info.get("icc_profile"))
    if alpha and alpha.getextrema() == (255, 255):
        alpha = None
    if alpha:
        rgb = fill_transparent(rgb, alpha)
    return Picture(rgb, alpha, image.mode, (*turned, *widened, *converted))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        reason = error.strerror or "unknown reason"
        raise InputUnreadableError(f"{path.name} cannot be read: {reason}.") from error


@contextmanager
def _naming_what_pillow_raises() -> Iterator[None]:
    """Turn whatever a decoder raises into a named error; broken files raise nearly anything."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            yield
    except (InputUnreadableError, InputTooLargeError, MemoryError):
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise InputTooLargeError(_too_large_sentence()) from error
    except UnidentifiedImageError as error:
        raise InputUnreadableError("The file is not a JPEG, PNG or WebP picture.") from error
    except Exception as error:
        raise InputUnreadableError("The picture is damaged or cut short.") from error


def _too_large_sentence() -> str:
    return f"The picture has more than {MAX_PIXELS // 1_000_000} megapixels."


def _refuse_by_header(image: Image.Image, data: bytes) -> None:
    if image.width * image.height > MAX_PIXELS:
        raise InputTooLargeError(_too_large_sentence())
    # A phone's JPEG may carry further views (MPO); the first one is the photo.
    if image.format != "MPO" and getattr(image, "is_animated", False):
        raise InputUnreadableError("The picture is animated.", hint="Send a still picture.")
    # Inside the compressed data FF is always followed by 00, so this finds the markers alone.
    if image.format in ("JPEG", "MPO") and data.count(b"\xff\xda") > MAX_JPEG_SCANS:
        raise InputUnreadableError("The JPEG has far more passes than a photo needs.")


def _turn_upright(image: Image.Image) -> tuple[Image.Image, tuple[str, ...]]:
    try:
        orientation = image.getexif().get(_ORIENTATION_TAG)
    except Exception:  # noqa: BLE001 a broken EXIF block must not cost the photo
        return image, ("unreadable EXIF ignored",)
    if orientation not in _UPRIGHT:
        return image, ()
    upright = image.transpose(_UPRIGHT[orientation])
    # Whoever looks at it next must not turn it again.
    upright.info = {key: value for key, value in upright.info.items() if key not in _TURNED_BY}
    return upright, (f"turned upright (EXIF {orientation})",)


def _to_common_mode(image: Image.Image) -> tuple[Image.Image, tuple[str, ...]]:
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
    # Image.convert clips at 255 here, which would leave a white sheet.
    values = np.asarray(image).astype(np.float32) / 257
    return Image.fromarray(values.clip(0, 255).round().astype(np.uint8))


def _to_srgb(image: Image.Image, icc: bytes | None) -> tuple[Image.Image, tuple[str, ...]]:
    plain = () if image.mode == "RGB" else (f"{image.mode} to RGB",)
    if not icc:
        return _in_rgb(image), plain
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(icc))
        name = ImageCms.getProfileDescription(profile).strip()
        if image.mode == "RGB" and "srgb" in name.lower():
            return image, ()
        if profile.profile.xcolor_space.strip() == "RGB":
            image = _in_rgb(image)
        converted = ImageCms.profileToProfile(image, profile, SRGB, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        return _in_rgb(image), (*plain, "unusable ICC profile ignored")
    if converted is None:
        raise InputUnreadableError("The colors of the picture cannot be converted.")
    return converted, (f"{name or 'ICC'} to sRGB",)


def _in_rgb(image: Image.Image) -> Image.Image:
    """Convert an image to RGB; one that is RGB is not copied, since large ones fill the memory."""
    image.load()
    return image if image.mode == "RGB" else image.convert("RGB")
