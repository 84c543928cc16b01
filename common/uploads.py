"""Upload validation: a picture is checked before it is decoded, and cleaned before it is kept.

The order of the checks: size in bytes, real format, claimed pixels, passes. Only then the file is
decoded. The result is upright, sRGB and 8 bits. It has no metadata, because its pixels are copied
to a new image. Every refusal has a stable code and a sentence that says what is wrong and what the
user can do.
"""

import hashlib
import io
from dataclasses import dataclass
from typing import Any, Final, Protocol

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from PIL import Image

from common.headers import Header, UnreadableHeader, read_header
from common.pixels import clean_picture, fit_pixels
from style_transfer.core.errors import InputTooLargeError, InputUnreadableError
from style_transfer.imaging.decoding import MAX_SCANS, named_decoder_errors

MIN_SIDE: Final = 64
MAX_SIDE: Final = 12_000
MEGAPIXEL: Final = 1_000_000
# A JPEG needs one buffer of 4 bytes a pixel. The others may need three of them at the same time.
MAX_MEGAPIXELS: Final = {"JPEG": 50, "PNG": 25, "WEBP": 25}
# Results have at most 4096 px a side, so more pixels than this only cost time and disk space.
KEPT_PIXELS: Final = 24 * MEGAPIXEL
LONG_SIDE: Final = 4000


class Readable(Protocol):
    """A file to read from: an uploaded one, an open one, or bytes in memory."""

    def read(self, size: int = ..., /) -> bytes | Any:
        """Return at most `size` bytes."""


class UploadRefused(Exception):
    """The file is refused. `code` is for programs, the message is for people."""

    def __init__(self, code: str, message: str | Promise, *, status: int = 422) -> None:
        super().__init__(message)
        self.code = code
        self.status = status


@dataclass(frozen=True)
class SeenPicture:
    """A file with a valid size, format and header. It is not decoded yet, and may be damaged.

    `sha256` is the hash of the file as the user sent it.
    """

    data: bytes
    header: Header
    sha256: str

    def accepted(self) -> "AcceptedPicture":
        """Decode and clean the picture. Raises `UploadRefused`."""
        return AcceptedPicture(
            image=_decode(self.data, self.header),
            sha256=self.sha256,
            format=self.header.format,
            bytes=len(self.data),
        )


@dataclass(frozen=True)
class AcceptedPicture:
    """A picture that passed validation.

    `image` is RGB or RGBA, sRGB, upright, without metadata. A picture above 24 MP is reduced: a
    JPEG of 8000 px or more a side to half its size, others to 24 MP. `sha256`, `format` and `bytes`
    describe the file as the user sent it.
    """

    image: Image.Image
    sha256: str
    format: str
    bytes: int


def accept_picture(file: Readable, *, max_bytes: int) -> AcceptedPicture:
    """Read, check and clean a picture of at most `max_bytes`. Raises `UploadRefused`."""
    return see_picture(file, max_bytes=max_bytes).accepted()


def see_picture(file: Readable, *, max_bytes: int) -> SeenPicture:
    """Read a picture of at most `max_bytes`, and check all that can be checked without decoding.

    Raises `UploadRefused`.
    """
    data = _read(file, max_bytes)
    header = _checked_header(data)
    return SeenPicture(data, header, hashlib.sha256(data).hexdigest())


def _read(file: Readable, max_bytes: int) -> bytes:
    """Return the whole file. This reads at most one byte more than `max_bytes`."""
    data = bytes(file.read(max_bytes + 1))
    if not data:
        raise UploadRefused("empty_file", _("This file is empty. Choose another file."))
    if len(data) > max_bytes:
        sent = getattr(file, "size", None)
        raise UploadRefused("file_too_large", too_large(sent, max_bytes), status=413)
    return data


def too_large(sent: int | None, limit: int) -> str:
    """Return a sentence: a file of `sent` bytes, or of an unknown size, is above the limit."""
    megabytes = max(1, limit // 2**20)
    if sent is None:
        sentence = _("This file is too large. The limit is %(limit)s MB.")
        return str(sentence) % {"limit": megabytes}
    sentence = _("This file is %(size)s MB. The limit is %(limit)s MB.")
    # Rounded up: 25.4 MB must not look like 25 MB, which is allowed.
    return str(sentence) % {"size": -(-sent // 2**20), "limit": megabytes}


def _checked_header(data: bytes) -> Header:
    """Return what the file claims. Raises `UploadRefused` if this is not acceptable."""
    try:
        header = read_header(data)
    except UnreadableHeader as error:
        raise _unreadable() from error
    if header is None:
        raise _unsupported(data)
    if header.animated:
        raise _animated()
    _check_size(header)
    if header.scans > MAX_SCANS:
        message = _("This file cannot be processed safely. Save it again as a standard JPEG.")
        raise UploadRefused("scan_bomb", message)
    return header


def _check_size(header: Header) -> None:
    """Raise `UploadRefused` if the header claims too few or too many pixels."""
    short, long = sorted((header.width, header.height))
    if short < MIN_SIDE:
        message = _(
            "This picture is too small. Choose one with at least %(least)s pixels on each side."
        )
        raise UploadRefused("too_small", message % {"least": MIN_SIDE})
    limit = MAX_MEGAPIXELS[header.format]
    if long > MAX_SIDE or short * long > limit * MEGAPIXEL:
        message = _(
            "This picture is too large. The limit is %(limit)s megapixels and %(side)s "
            "pixels per side."
        )
        raise UploadRefused("too_many_pixels", message % {"limit": limit, "side": MAX_SIDE})


def _decode(data: bytes, header: Header) -> Image.Image:
    """Return the cleaned pixels of a file with a valid header."""
    try:
        with named_decoder_errors():
            return clean_picture(_pixels(data, header))
    except (InputUnreadableError, InputTooLargeError, MemoryError) as error:
        raise _unreadable() from error


def _pixels(data: bytes, header: Header) -> Image.Image:
    """Decode a file to at most 24 MP. On return, the memory of a larger picture is free again."""
    with Image.open(io.BytesIO(data), formats=[header.format]) as opened:
        if opened.size != (header.width, header.height):
            message = "The decoder finds another size than the header claims."
            raise InputUnreadableError(message)
        if header.width * header.height > KEPT_PIXELS:
            # A JPEG can be decoded at half its size, which takes a quarter of the memory.
            factor = LONG_SIDE / max(opened.size)
            opened.draft(None, (int(opened.width * factor), int(opened.height * factor)))
        opened.load()
        return fit_pixels(opened, KEPT_PIXELS)


def _unreadable() -> UploadRefused:
    return UploadRefused(
        "unreadable", _("This picture is damaged and cannot be read. Choose another file.")
    )


def _animated() -> UploadRefused:
    return UploadRefused("animated", _("Animations are not supported. Choose a still picture."))


def _unsupported(data: bytes) -> UploadRefused:
    if data.startswith(b"GIF8") and b"NETSCAPE2.0" in data[:4096]:
        return _animated()
    return UploadRefused(
        "unsupported_format",
        _("This file type is not supported. Choose a JPEG, PNG or WebP picture."),
    )
