"""Open a file so that the decoder sees what a browser sees in it, and nothing else decides.

After this, `info` of an image holds the first EXIF block, the color profile and the transparent
color, all as browsers understand them.
"""

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

import numpy as np
from PIL import Image

from style_transfer.core.errors import InputUnreadableError
from style_transfer.imaging import png, webp
from style_transfer.imaging.decoding import MAX_PIXELS, SCAN, segments, too_large
from style_transfer.imaging.orientation import EXIF_MARK
from style_transfer.imaging.other_formats import name_of_format
from style_transfer.imaging.png import read_png
from style_transfer.imaging.profiles import profile_of_png

FORMATS: Final = ("JPEG", "PNG", "WEBP")
JPEG_START: Final = b"\xff\xd8"
_APP1: Final = 0xE1
_SCAN_START: Final = b"\xff\xda"
_END: Final = b"\xff\xd9"
# Above this, half the size must do to see whether pixels are missing: decoding takes memory.
_LARGE: Final = 24_000_000
_PADDING: Final = 64  # bytes; more than a decoder reads ahead

Key = tuple[int, int, int]


@dataclass(frozen=True)
class OpenedPicture:
    """A file whose header is read; its pixels are not decoded yet.

    `key` is the color of 16 bits a channel that stands for transparency.
    """

    image: Image.Image
    data: bytes
    is_animated: bool = False
    key: Key | None = None

    def decoded(self) -> Image.Image:
        """Decode the pixels. Errors of the decoder pass unchanged."""
        self.image.load()
        if self.key is not None:
            self.image.putalpha(_alpha_of_key(self.image, self.data, self.key))
        return self.image


def open_picture(data: bytes, formats: tuple[str, ...] = FORMATS) -> OpenedPicture:
    """Open a JPEG, PNG or WebP file. Errors of the decoder pass unchanged.

    Raises InputUnreadableError for another format and for a JPEG that is cut short, and HdrError.
    """
    if data.startswith(png.START):
        return _open_png(data, formats)
    if data.startswith(JPEG_START):
        return _open_jpeg(complete_jpeg(data), formats)
    if not webp.is_webp(data):
        raise _of_another_format(data)
    plain = webp.for_decoder(data)
    image = Image.open(io.BytesIO(plain), formats=formats)
    return OpenedPicture(image, plain, webp.is_animated(data))


def _of_another_format(data: bytes) -> InputUnreadableError:
    name = name_of_format(data)
    named = f"The file is {name}," if name else "The file is"
    return InputUnreadableError(f"{named} not a JPEG, PNG or WebP picture.")


def _open_jpeg(data: bytes, formats: tuple[str, ...]) -> OpenedPicture:
    image = Image.open(io.BytesIO(data), formats=formats)
    _replace(image, "exif", _first_exif(data))
    return OpenedPicture(image, data)


def _open_png(data: bytes, formats: tuple[str, ...]) -> OpenedPicture:
    file = read_png(data)
    plain = file.for_decoder()
    image = Image.open(io.BytesIO(plain), formats=formats)
    exif = file.payload(b"eXIf")
    _replace(image, "exif", None if exif is None else EXIF_MARK + exif)
    _replace(image, "icc_profile", profile_of_png(file))
    depth, color = file.depth_and_color
    if color == png.GRAY and depth < 8 and "transparency" in image.info:
        # The decoder spreads the samples over 8 bits, but not the one that is transparent.
        image.info["transparency"] = image.info["transparency"] * 255 // (2**depth - 1)
    key = image.info.pop("transparency", None) if color == png.RGB and depth == 16 else None
    return OpenedPicture(image, plain, file.is_animated, key)


def _replace(image: Image.Image, name: str, value: bytes | None) -> None:
    """Set an entry of `info`, or remove it."""
    image.info.pop(name, None)
    if value is not None:
        image.info[name] = value


def _first_exif(jpeg: bytes) -> bytes | None:
    """Return the first EXIF block before the pixels."""
    for marker, start in segments(jpeg):
        if marker == SCAN:
            return None
        if marker == _APP1 and jpeg.startswith(EXIF_MARK, start + 2):
            (length,) = struct.unpack_from(">H", jpeg, start)
            return jpeg[start + 2 : start + length]
    return None


def _alpha_of_key(image: Image.Image, data: bytes, key: Key) -> Image.Image:
    """Return the alpha (mode L) of a picture of 16 bits a channel, by its transparent color.

    The decoder keeps the high bytes only, so the low bytes are decoded from the file again.
    """
    lower = Image.open(io.BytesIO(data), formats=["PNG"])
    lower.tile = [each._replace(args="RGB;16L") for each in lower.tile]
    lower.load()
    high, low = np.asarray(image), np.asarray(lower)  # (H, W, 3)
    hidden = (high == np.array(key) >> 8).all(2) & (low == np.array(key) & 255).all(2)
    return Image.fromarray(np.where(hidden, 0, 255).astype(np.uint8))


def complete_jpeg(data: bytes) -> bytes:
    """Return a JPEG with its end mark, which the decoder needs and some programs do not write.

    Raises InputUnreadableError if pixels are missing too. Behind the last pixel a decoder ignores
    everything. So if different bytes behind the file make different pixels, some were missing.
    """
    if data.rfind(_END) > data.rfind(_SCAN_START):
        return data
    first, second = (_pixels_with(data, filler) for filler in _fillers())
    if first != second:
        raise InputUnreadableError("The picture is damaged or cut short.")
    return data.rstrip(b"\xff") + _END


def _fillers() -> Iterator[bytes]:
    """Yield bytes without a marker, different in almost every bit."""
    noise = np.random.default_rng(0).integers(1, 255, _PADDING, dtype=np.uint8)
    yield noise.tobytes()
    yield (255 - noise).tobytes()


def _pixels_with(data: bytes, filler: bytes) -> bytes:
    """Decode a JPEG with more bytes behind it, and return a hash of its pixels."""
    with Image.open(io.BytesIO(data.rstrip(b"\xff") + filler + _END), formats=["JPEG"]) as image:
        if image.width * image.height > MAX_PIXELS:
            raise too_large()
        if image.width * image.height > _LARGE:
            image.draft(None, (image.width // 2, image.height // 2))
        return sha256(image.tobytes()).digest()
