"""Open unchecked files: name the errors of decoders, and find the segments of a JPEG."""

import re
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from PIL import Image, UnidentifiedImageError

from style_transfer.core.errors import InputTooLargeError, InputUnreadableError

MAX_PIXELS: Final = 50_000_000
# A progressive JPEG of a few kilobytes can require a thousand passes over all its pixels.
MAX_SCANS: Final = 100
# A photo of 25 MB whose segments are full has 400. More than this are made to keep readers busy.
MAX_SEGMENTS: Final = 5_000

SCAN: Final = 0xDA
# In compressed data, 0xFF comes before 0 or is part of a restart marker. Before any other byte it
# begins a marker.
_MARKER: Final = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_END: Final = 0xD9
_WITHOUT_PAYLOAD: Final = frozenset({0x01, 0xD8})


@contextmanager
def named_decoder_errors() -> Iterator[None]:
    """Turn every error of a decoder into InputUnreadableError or InputTooLargeError.

    Damaged files make Pillow's decoders raise nearly any exception. MemoryError passes unchanged:
    it does not mean that the file is damaged.
    """
    try:
        with warnings.catch_warnings():
            # Pillow warns about damaged metadata, which is not used in any case.
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            yield
    except (InputUnreadableError, InputTooLargeError, MemoryError):
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise too_large() from error
    except UnidentifiedImageError as error:
        raise InputUnreadableError("The file is not a JPEG, PNG or WebP picture.") from error
    except Exception as error:
        raise InputUnreadableError("The picture is damaged or cut short.") from error


def too_large() -> InputTooLargeError:
    """Make the error for a picture of more than MAX_PIXELS."""
    return InputTooLargeError(f"The picture has more than {MAX_PIXELS // 1_000_000} megapixels.")


def has_too_many_scans(jpeg: bytes) -> bool:
    """Tell whether a decoder would make more than MAX_SCANS passes over the first picture.

    This stops at the first pass too many. Raises InputUnreadableError as `segments` does.
    """
    scans = (start for marker, start in segments(jpeg) if marker == SCAN)
    return any(number > MAX_SCANS for number, _start in enumerate(scans, start=1))


def segments(jpeg: bytes) -> Iterator[tuple[int, int]]:
    """Yield each marker up to the end of the first picture, and where its payload starts.

    The search skips payloads, so it does not count the scans of a thumbnail in the metadata.
    Raises InputUnreadableError after MAX_SEGMENTS markers.
    """
    position, markers = 2, 0
    while match := _MARKER.search(jpeg, position):
        markers += 1
        if markers > MAX_SEGMENTS:
            raise InputUnreadableError("The JPEG has far more segments than a photo needs.")
        marker, position = jpeg[match.end() - 1], match.end()
        if marker == _END:
            return
        if marker in _WITHOUT_PAYLOAD:
            continue
        yield marker, position
        if position + 2 > len(jpeg):
            return
        # The length counts its own two bytes. A smaller number is damage; the search must go on.
        position += max(2, struct.unpack_from(">H", jpeg, position)[0])
