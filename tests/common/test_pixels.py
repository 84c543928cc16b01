"""Pixels of a file: upload validation and the engine must read the same."""

import numpy as np
import pytest
from PIL import Image

from common.headers import read_header
from common.pixels import decode_picture
from style_transfer.imaging.images import load_picture
from tests.support import hostile
from tests.support.factories import make_picture, picture_bytes


def accepted(data: bytes) -> Image.Image:
    """Return the picture that upload validation makes from `data`."""
    header = read_header(data)
    assert header is not None
    return decode_picture(data, header)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "LA", "RGBA"])
@pytest.mark.parametrize("profile", [None, hostile.profile_with_red_for_blue()])
@pytest.mark.parametrize("orientation", [1, 6])
def test_are_the_same_for_uploads_and_the_engine(
    mode: str, profile: bytes | None, orientation: int
) -> None:
    picture = make_picture().convert("RGBA")
    # No pixel is fully transparent, because the engine chooses its own colors for such pixels.
    picture.putalpha(Image.linear_gradient("L").resize(picture.size).point(lambda v: max(v, 1)))
    source = picture.convert("RGB").convert(mode) if "A" not in mode else picture.convert(mode)
    options = {"icc_profile": profile} if profile else {}
    data = hostile.encoded(source, "PNG", exif=hostile.exif(orientation).tobytes(), **options)
    ours, engines = accepted(data), load_picture(data).image
    assert (ours.mode, ours.size) == (engines.mode, engines.size)
    assert ours.tobytes() == engines.tobytes()


def test_are_rounded_from_sixteen_bits_to_the_nearest_level() -> None:
    values = np.full((64, 64), 255, np.uint16)  # nearly one level of 257
    assert accepted(picture_bytes(Image.fromarray(values))).getpixel((0, 0)) == (1, 1, 1)


def test_are_in_a_new_image_without_metadata() -> None:
    for mode in ("RGB", "RGBA"):
        image = accepted(hostile.encoded(make_picture().convert(mode), "PNG", dpi=(72, 72)))
        assert image.info == {}
