"""Tasks that look at a picture whose origin somebody wants to know. They keep nothing."""

import io
import struct
from typing import Any, Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from PIL import Image

from common.derivatives import fitted, on_white
from common.headers import Header
from common.pixels import decode_picture
from common.sandbox.messages import Message
from style_transfer.core.errors import InputUnreadableError
from style_transfer.imaging.metadata.passport import hashes_of, read_passport
from style_transfer.imaging.perceptual_hash import look_of

# Large enough to tell the strokes of a painting from the photo that it was made from.
SIDE: Final = 256
_CELLS: Final = 32
# The sizes at which a part of a picture is searched for in the whole, in px of the longer side.
_WHOLE: Final = 64
_SHARES: Final = tuple(share / 100 for share in range(30, 101, 5))
_SMALLEST: Final = 8


def examine(data: bytes, **header: Any) -> Message:
    """Decode an uploaded file. Return its look, its passport, its hashes and a small version."""
    image = on_white(decode_picture(data, Header(**header)))
    passport = read_passport(data)
    try:
        hashes = hashes_of(data)
    except (ValueError, struct.error) as error:
        message = "The file is damaged."
        raise InputUnreadableError(message) from error
    buffer = io.BytesIO()
    fitted(image, SIDE).save(buffer, "PPM")
    said = {
        "look": look_of(image),
        "picture": hashes.picture,
        "words": hashes.words,
        "key": passport.key if passport else "",
        "signature": passport.signature if passport else "",
    }
    # A part, because the object of a message is short.
    return Message(said, [buffer.getvalue(), passport.statement.encode() if passport else b""])


def compare(small: bytes, *pictures: bytes) -> Message:
    """Return how far `small` is from each of the stored pictures: the mean difference of levels.

    An empty byte string stands for a picture that is not there, and gives None.
    """
    seen = _cells(_opened(small))
    return Message(
        {
            "distances": [
                float(np.abs(seen - _cells(_opened(each))).mean()) if each else None
                for each in pictures
            ]
        },
        [],
    )


def find_part(small: bytes, picture: bytes) -> Message:
    """Return how far `small` is from the part of a stored picture that it resembles most."""
    part, whole = _opened(small).convert("L"), fitted(_opened(picture).convert("L"), _WHOLE)
    levels = np.asarray(whole, np.float32)
    nearest = 255.0
    for share in _SHARES:
        width = round(whole.width * share)
        height = round(width * part.height / part.width)
        if min(width, height) < _SMALLEST or height > whole.height:
            continue
        window = np.asarray(part.resize((width, height), Image.Resampling.BOX), np.float32)
        places = sliding_window_view(levels, (height, width))
        nearest = min(nearest, float(np.abs(places - window).mean(axis=(2, 3)).min()))
    return Message({"distance": nearest}, [])


def _opened(data: bytes) -> Image.Image:
    with Image.open(io.BytesIO(data)) as opened:
        return on_white(opened.convert("RGBA" if opened.mode == "RGBA" else "RGB"))


def _cells(image: Image.Image) -> Any:
    return np.asarray(image.resize((_CELLS, _CELLS), Image.Resampling.BOX), np.float32)
