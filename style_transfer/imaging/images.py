"""Read any picture file as upright sRGB pixels, with a note of every conversion.

Nothing is cropped or resized. A file that cannot be used is refused with a named error. If the
header already shows this, the file is refused before its pixels are decoded.
"""

from dataclasses import dataclass, replace
from pathlib import Path

from PIL import Image

from style_transfer.core.errors import InputUnreadableError
from style_transfer.imaging.alpha import fill_transparent
from style_transfer.imaging.decoding import (
    MAX_PIXELS,
    has_too_many_scans,
    named_decoder_errors,
    too_large,
)
from style_transfer.imaging.opening import JPEG_START, OpenedPicture, open_picture
from style_transfer.imaging.pixels import upright_srgb


@dataclass(frozen=True)
class Picture:
    """An upright sRGB picture.

    `rgb` is mode RGB and has useful colors under transparent pixels too. `alpha` is mode L of the
    same size, or None for an opaque picture. `conversions` names each conversion of the file.
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
        """Return the same picture with more names in `conversions`."""
        return replace(self, conversions=(*self.conversions, *conversions))


def load_picture(source: Path | str | bytes) -> Picture:
    """Decode a JPEG, PNG or WebP file, given by path or as its bytes.

    Raises InputUnreadableError for other formats and for empty, damaged, truncated or animated
    files, and InputTooLargeError above MAX_PIXELS.
    """
    data = source if isinstance(source, bytes) else _read(Path(source))
    if not data:
        raise InputUnreadableError("The file is empty.")
    with named_decoder_errors():
        _refuse_many_scans(data)
        opened = open_picture(data)
        _refuse_by_header(opened)
        return to_picture(opened.decoded())


def to_picture(image: Image.Image) -> Picture:
    """Turn a decoded image of any mode into a Picture: upright, in sRGB, with separate alpha.

    Raises InputUnreadableError for modes that have no colors.
    """
    pixels = upright_srgb(image)
    rgb = fill_transparent(pixels.rgb, pixels.alpha) if pixels.alpha else pixels.rgb
    return Picture(rgb, pixels.alpha, image.mode, pixels.conversions)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        reason = error.strerror or "unknown reason"
        raise InputUnreadableError(f"{path.name} cannot be read: {reason}.") from error


def _refuse_many_scans(data: bytes) -> None:
    if data.startswith(JPEG_START) and has_too_many_scans(data):
        raise InputUnreadableError("The JPEG has far more passes than a photo needs.")


def _refuse_by_header(opened: OpenedPicture) -> None:
    if opened.image.width * opened.image.height > MAX_PIXELS:
        raise too_large()  # decoding would fill the memory
    if opened.is_animated:
        raise InputUnreadableError("The picture is animated.", hint="Use a still picture.")
