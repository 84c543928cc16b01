"""Make the files of a picture: the kept file, a preview, a thumb, a placeholder."""

import base64
import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from PIL import Image

from common.colors import color_names
from style_transfer.imaging.reducing import reduce_picture

THUMB_SIDES: Final = (320, 224, 160, 80)
THUMB_BYTES: Final = 20_000
PREVIEW_SIDE: Final = 1280
LINK_PREVIEW_BYTES: Final = 500_000  # leaves room for the credit
PLACEHOLDER_SIDES: Final = (24, 16, 12, 8)
PLACEHOLDER_LENGTH: Final = 400  # the length of the database column
QUALITIES: Final = (80, 65, 50, 35)
# The formats of full pictures, with the suffixes of their files.
SUFFIXES: Final = {"jpeg": ".jpg", "png": ".png", "webp": ".webp"}


@dataclass(frozen=True)
class Encoded:
    """A picture as the bytes of a file, and the suffix of its name."""

    data: bytes
    suffix: str


@dataclass(frozen=True)
class Derivatives:
    """The small versions of one picture: two WebP files and a data URI.

    The preview is a PPM file if it is not kept.
    """

    preview: bytes
    thumb: bytes
    placeholder: str
    colors: tuple[str, ...] = ()
    """The names of its main colors (common/colors.py)."""
    look: str = ""
    """Its perceptual hash on white; that of an upload is not computed."""

    @property
    def stored_bytes(self) -> int:
        """The size of the two files together."""
        return len(self.preview) + len(self.thumb)


def encode_picture(image: Image.Image) -> Encoded:
    """Return the file that is kept: JPEG at quality 95 with full color, or PNG if transparent.

    The file has no metadata.
    """
    return encode_as(image, "png" if image.mode == "RGBA" else "jpeg")


def encode_as(image: Image.Image, form: str) -> Encoded:
    """Return `image` as "jpeg" (transparent parts become white), "png" or "webp" (lossy, 92).

    Raises KeyError for any other `form`.
    """
    options = {
        "jpeg": {"quality": 95, "subsampling": 0},  # 0: full color resolution
        "png": {"compress_level": 6},
        "webp": {"quality": 92, "method": 4},
    }[form]
    picture = on_white(image) if form == "jpeg" else image
    return Encoded(_encoded(picture, form.upper(), **options), SUFFIXES[form])


def make_derivatives(image: Image.Image, *, keep_preview: bool = True) -> Derivatives:
    """Return the preview (1280 px), thumb (320 px, at most 20 kB) and placeholder of `image`.

    A preview that is not kept is only looked at. It is a PPM, which takes almost no time.
    """
    small = fitted(image, PREVIEW_SIDE)
    return Derivatives(
        preview=(
            _encoded(small, "WEBP", quality=82, method=4)
            if keep_preview
            else _encoded(small.convert("RGB"), "PPM")
        ),
        thumb=make_thumb(small),
        placeholder=make_placeholder(small),
        colors=tuple(color_names(small)),
    )


def make_thumb(image: Image.Image) -> bytes:
    """Return a WebP of at most 320 px a side and 20 kB, in the best quality that fits.

    A picture that is almost noise compresses badly. It gets a smaller side when the lowest quality
    is still too large.
    """
    made = (
        _encoded(small, "WEBP", quality=quality, method=4)
        for small in (fitted(image, side) for side in THUMB_SIDES)
        for quality in QUALITIES
    )
    return _first_within(THUMB_BYTES, made)


def make_link_preview(image: Image.Image) -> bytes:
    """Return a JPEG of at most 1280 px, for sites that show a picture beside a link.

    Many of them show no WebP, and some show nothing above 600 kB.
    """
    picture = on_white(fitted(image, PREVIEW_SIDE))
    made = (_encoded(picture, "JPEG", quality=quality, optimize=True) for quality in QUALITIES)
    return _first_within(LINK_PREVIEW_BYTES, made)


def link_preview_name(name: str) -> str:
    """Return the stored name of the link preview of the picture `name`."""
    path = PurePosixPath(name)
    return str(path.with_name(f"{path.stem}-link.jpg"))


def make_placeholder(image: Image.Image) -> str:
    """Return a data URI of a few pixels, shown while the picture loads; 400 characters at most."""
    tiles = (on_white(fitted(image, side)) for side in PLACEHOLDER_SIDES)
    made = (
        b"data:image/webp;base64," + base64.b64encode(_encoded(tile, "WEBP", quality=30, method=6))
        for tile in tiles
    )
    return _first_within(PLACEHOLDER_LENGTH, made).decode()


def _first_within(most: int, made: Iterable[bytes]) -> bytes:
    """Return the first of `made` with at most `most` bytes, or else the last. Makes no more."""
    last = b""
    for last in made:
        if len(last) <= most:
            break
    return last


def fitted(image: Image.Image, side: int) -> Image.Image:
    """Return `image` with its longer side at most `side` px; a smaller one is not changed."""
    size = fitted_size(*image.size, side)
    return image if size == image.size else reduce_picture(image, size)


def fitted_size(width: int, height: int, side: int) -> tuple[int, int]:
    """Return a size with the longer side at most `side` px; a smaller one is not changed."""
    factor = min(1, side / max(width, height))
    return max(1, round(width * factor)), max(1, round(height * factor))


def on_white(image: Image.Image) -> Image.Image:
    """Return `image` as RGB with white in place of transparency."""
    if image.mode != "RGBA":
        return image.convert("RGB")
    canvas = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(canvas, image).convert("RGB")


def _encoded(image: Image.Image, form: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()
