"""The tasks that a child runs: each takes byte strings and plain values, and returns a message."""

import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from PIL import Image

from common.captions import with_caption
from common.derivatives import (
    encode_as,
    encode_picture,
    fitted,
    make_derivatives,
    make_link_preview,
)
from common.headers import Header
from common.pixels import decode_picture
from common.sandbox.examining import compare, examine, find_part
from common.sandbox.messages import Message
from style_transfer.core.errors import InputTooLargeError, InputUnreadableError
from style_transfer.imaging.decoding import named_decoder_errors
from style_transfer.imaging.mask import gray_mask
from style_transfer.imaging.perceptual_hash import look_of


def accept(data: bytes, *, keep_preview: bool, **header: Any) -> Message:
    """Decode and clean an uploaded file, and encode everything that is stored of it."""
    image = decode_picture(data, Header(**header))
    kept, small = encode_picture(image), make_derivatives(image, keep_preview=keep_preview)
    return Message(
        {
            "width": image.width,
            "height": image.height,
            "suffix": kept.suffix,
            "placeholder": small.placeholder,
            "colors": small.colors,
        },
        [kept.data, small.preview, small.thumb],
    )


def accept_mask(data: bytes, **header: Any) -> Message:
    """Decode an uploaded mask, and encode it as gray without loss: black must stay black."""
    mask = gray_mask(decode_picture(data, Header(**header)))
    darkest, lightest = mask.getextrema()
    buffer = io.BytesIO()
    mask.save(buffer, "PNG")
    return Message(
        {
            "width": mask.width,
            "height": mask.height,
            "darkest": darkest,
            "lightest": lightest,
        },
        [buffer.getvalue()],
    )


def derive(data: bytes) -> Message:
    """Make the small versions of a stored picture."""
    picture = _stored_picture(data)
    small = make_derivatives(picture)
    header = {
        "placeholder": small.placeholder,
        "colors": small.colors,
        "look": look_of(picture),
    }
    return Message(header, [small.preview, small.thumb])


def convert(data: bytes, *, form: str, side: int | None, caption: Sequence[str]) -> Message:
    """Encode a stored picture in the format `form`, with its longer side at most `side` px.

    The lines of `caption` stand in a strip below it.
    """
    picture = _stored_picture(data)
    small = fitted(picture, side) if side else picture
    made = with_caption(small, caption) if caption else small
    return Message({"look": look_of(made)}, [encode_as(made, form).data])


def link_preview(data: bytes) -> Message:
    """Make the picture that other sites show beside a link from a stored preview."""
    picture = _stored_picture(data)
    return Message({"look": look_of(picture)}, [make_link_preview(picture)])


def look(data: bytes) -> Message:
    """Describe how a stored picture looks, which may have been damaged since it was stored."""
    with named_decoder_errors():
        return Message({"look": look_of(_stored_picture(data))}, [])


def _stored_picture(data: bytes) -> Image.Image:
    """Return the pixels of a stored file, RGB or RGBA."""
    with Image.open(io.BytesIO(data)) as opened:
        return opened.convert("RGBA" if opened.mode == "RGBA" else "RGB")


# The errors for which a file is refused, each with the code of its refusal.
REFUSALS: Final[Mapping[type[Exception], str]] = {
    MemoryError: "too_costly",
    InputUnreadableError: "unreadable",
    InputTooLargeError: "unreadable",
}
TASKS: Final[Mapping[str, Callable[..., Message]]] = {
    "accept": accept,
    "accept_mask": accept_mask,
    "derive": derive,
    "convert": convert,
    "link_preview": link_preview,
    "look": look,
    "examine": examine,
    "compare": compare,
    "find_part": find_part,
}
