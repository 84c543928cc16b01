"""Upload validation: a picture is checked before it is decoded, and cleaned before it is kept.

The order of the checks: size in bytes, real format, claimed pixels, passes. Only then the file is
decoded, in a child process with limits. The result is upright, sRGB and 8 bits. It has no metadata,
because its pixels are copied to a new image. Every refusal has a stable code and a sentence that
says what is wrong and what the user can do.
"""

import hashlib
from dataclasses import asdict, dataclass
from typing import Any, Final, Protocol

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from common.derivatives import Derivatives, Encoded
from common.headers import CostlyHeader, Header, UnreadableHeader, read_header
from common.sandbox.client import TOO_COSTLY, TaskRefused, run
from style_transfer.imaging.metadata.passport import FileHashes, Passport
from style_transfer.imaging.other_formats import name_of_format

MIN_SIDE: Final = 64
MAX_SIDE: Final = 12_000
MEGAPIXEL: Final = 1_000_000
# A JPEG needs one buffer of 4 bytes a pixel. The others may need three of them at the same time.
MAX_MEGAPIXELS: Final = {"JPEG": 50, "PNG": 25, "WEBP": 25}


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

    def examined(self) -> "ExaminedPicture":
        """Decode the picture in a child process, and return what it shows and says of itself.

        Raises `UploadRefused`, or `ServerBusy` if the fault is not in the file.
        """
        try:
            result = run("examine", self.data, **asdict(self.header))
        except TaskRefused as refusal:
            raise _refused(refusal.code) from refusal
        small, statement = result.parts
        said = result.header
        passport = Passport(statement.decode(), str(said["key"]), str(said["signature"]))
        return ExaminedPicture(
            look=str(said["look"]),
            hashes=FileHashes(str(said["picture"]), str(said["words"])),
            passport=passport if statement else None,
            small=small,
            width=self.header.width,
            height=self.header.height,
        )

    def accepted(self, *, keep_preview: bool = True) -> "AcceptedPicture":
        """Decode, clean and encode the picture in a child process.

        A preview that the caller does not keep is only made to be looked at. Raises
        `UploadRefused`, or `ServerBusy` if the fault is not in the file.
        """
        try:
            result = run("accept", self.data, keep_preview=keep_preview, **asdict(self.header))
        except TaskRefused as refusal:
            raise _refused(refusal.code) from refusal
        kept, preview, thumb = result.parts
        return AcceptedPicture(
            kept=Encoded(kept, result.header["suffix"]),
            small=Derivatives(
                preview, thumb, result.header["placeholder"], tuple(result.header["colors"])
            ),
            width=result.header["width"],
            height=result.header["height"],
            sha256=self.sha256,
            format=self.header.format,
            bytes=len(self.data),
        )


@dataclass(frozen=True)
class AcceptedPicture:
    """A picture that passed validation, as the files that are stored.

    They are sRGB, upright, without metadata, with at most 24 MP. `sha256`, `format` and `bytes`
    describe the file as the user sent it.
    """

    kept: Encoded
    small: Derivatives
    width: int
    height: int
    sha256: str
    format: str
    bytes: int


@dataclass(frozen=True)
class ExaminedPicture:
    """What a file shows and says of itself. `small` is a little version of it."""

    look: str
    hashes: FileHashes
    passport: Passport | None
    small: bytes
    width: int
    height: int


@dataclass(frozen=True)
class AcceptedMask:
    """A mask that passed validation, as the gray PNG that is stored.

    `sha256` is the hash of the file as the user sent it.
    """

    data: bytes
    width: int
    height: int
    darkest: int
    lightest: int
    sha256: str


def accept_mask(file: Readable, *, max_bytes: int) -> AcceptedMask:
    """Read and check a mask of at most `max_bytes`, and make it gray, without loss.

    Raises `UploadRefused`, or `ServerBusy` if the fault is not in the file.
    """
    seen = see_picture(file, max_bytes=max_bytes)
    try:
        result = run("accept_mask", seen.data, **asdict(seen.header))
    except TaskRefused as refusal:
        raise _refused(refusal.code) from refusal
    return AcceptedMask(result.parts[0], **result.header, sha256=seen.sha256)


def accept_picture(file: Readable, *, max_bytes: int, keep_preview: bool = True) -> AcceptedPicture:
    """Read, check and clean a picture of at most `max_bytes`.

    Raises `UploadRefused`, or `ServerBusy` if the fault is not in the file.
    """
    return see_picture(file, max_bytes=max_bytes).accepted(keep_preview=keep_preview)


def see_picture(file: Readable, *, max_bytes: int, min_side: int = MIN_SIDE) -> SeenPicture:
    """Read a picture of at most `max_bytes`, and check all that can be checked without decoding.

    Each side has at least `min_side` px. Raises `UploadRefused`.
    """
    data = _read(file, max_bytes)
    header = _checked_header(data, min_side)
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


def _checked_header(data: bytes, min_side: int) -> Header:
    """Return what the file claims. Raises `UploadRefused` if this is not acceptable."""
    try:
        header = read_header(data)
    except UnreadableHeader as error:
        raise _unreadable() from error
    except CostlyHeader as error:
        message = _("This file cannot be processed safely. Save it again as a standard JPEG.")
        raise UploadRefused("scan_bomb", message) from error
    if header is None:
        raise _unsupported(data)
    if header.animated:
        raise _animated()
    if header.hdr:
        raise _hdr()
    _check_size(header, min_side)
    return header


def _check_size(header: Header, min_side: int) -> None:
    """Raise `UploadRefused` if the header claims too few or too many pixels."""
    short, long = sorted((header.width, header.height))
    if short < min_side:
        message = _(
            "This picture is too small. Choose one with at least %(least)s pixels on each side."
        )
        raise UploadRefused("too_small", message % {"least": min_side})
    limit = MAX_MEGAPIXELS[header.format]
    if long > MAX_SIDE or short * long > limit * MEGAPIXEL:
        message = _(
            "This picture is too large. The limit is %(limit)s megapixels and %(side)s "
            "pixels per side."
        )
        raise UploadRefused("too_many_pixels", message % {"limit": limit, "side": MAX_SIDE})


def _unreadable() -> UploadRefused:
    return UploadRefused(
        "unreadable", _("This picture is damaged and cannot be read. Choose another file.")
    )


def _too_costly() -> UploadRefused:
    return UploadRefused(
        TOO_COSTLY,
        _(
            "Opening this picture takes too much memory or time. Save it again as a standard "
            "JPEG, then choose the new file."
        ),
    )


def _hdr() -> UploadRefused:
    message = _("HDR pictures are not supported. Save a standard (SDR) copy and choose that file.")
    return UploadRefused("hdr_unsupported", message)


def _animated() -> UploadRefused:
    return UploadRefused("animated", _("Animations are not supported. Choose a still picture."))


def _unsupported(data: bytes) -> UploadRefused:
    name = name_of_format(data)
    if name == "GIF" and b"NETSCAPE2.0" in data[:4096]:
        message = _("GIF animations are not supported. Choose a JPEG, PNG or WebP picture.")
        return UploadRefused("animated", message)
    if name:
        message = _(
            "%(format)s files are not supported. Save the picture as JPEG, PNG or WebP and choose "
            "that file."
        )
        return UploadRefused("unsupported_format", message % {"format": name})
    return UploadRefused(
        "unsupported_format",
        _("This file type is not supported. Choose a JPEG, PNG or WebP picture."),
    )


def _refused(code: str) -> UploadRefused:
    """Return the refusal of a file that a child could not decode."""
    return _too_costly() if code == TOO_COSTLY else _unreadable()
