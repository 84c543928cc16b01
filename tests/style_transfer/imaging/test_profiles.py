"""Colors by numbers: the exponent, primaries and code points of a PNG are honored."""

import numpy as np
import pytest

from style_transfer.imaging.images import load_picture
from style_transfer.imaging.png import read_png
from style_transfer.imaging.profiles import HdrError, profile_of_png
from tests.support import formats
from tests.support.formats import COLORS, GRAYS, P3, gamma, points, primaries, profile
from tests.support.hostile import profile_with_red_for_blue

BY_LIGHT = [(239, 110, 110), (110, 219, 133), (110, 152, 229), (248, 234, 133)]
IN_P3 = [(240, 0, 21), (0, 183, 30), (22, 81, 208), (246, 209, 0)]
SWAPPED = [color[::-1] for color in COLORS]
# What Chromium 156 shows.
EXPECTED = {
    "gamma-1": (formats.color_png(gamma(100_000)), BY_LIGHT),
    "gamma-1-of-a-palette": (formats.palette_png(4, gamma(100_000)), BY_LIGHT),
    "gamma-1-of-gray": (
        formats.gray_png(8, gamma(100_000)),
        [(level,) * 3 for level in (96, 160, 208, 244)],
    ),
    "usual-gamma-of-gray": (
        formats.gray_png(8, gamma(45_455)),
        [(level,) * 3 for level in GRAYS],
    ),
    "gamma-with-primaries": (
        formats.color_png(gamma(45_455), primaries(*P3)),
        [(241, 0, 10), (0, 185, 23), (11, 80, 209), (246, 210, 0)],
    ),
    "p3": (formats.color_png(points(12, 13)), IN_P3),
    "p3-before-a-profile": (formats.color_png(profile(), points(12, 13)), IN_P3),
    "television": (
        formats.color_png(points(1, 1)),
        [(218, 28, 28), (28, 176, 49), (28, 70, 197), (239, 208, 49)],
    ),
    "wide-and-linear": (
        formats.color_png(points(9, 8)),
        [(255, 74, 106), (0, 228, 120), (37, 155, 237), (255, 233, 112)],
    ),
    "srgb-by-points": (formats.color_png(points(1, 13), profile()), COLORS),
    "unknown-points": (formats.color_png(points(200, 13), profile()), SWAPPED),
    "a-profile-before-gamma": (formats.color_png(gamma(100_000), profile()), SWAPPED),
}


@pytest.mark.parametrize(("data", "expected"), EXPECTED.values(), ids=EXPECTED.keys())
def test_show_the_colors_of_browsers(data: bytes, expected: list[tuple[int, ...]]) -> None:
    rgb = np.asarray(load_picture(data).rgb, int)
    found = [rgb[y, x] for y in (16, 48) for x in (24, 72)]
    assert np.abs(np.array(found) - np.array(expected)).max() <= 3


@pytest.mark.parametrize(("transfer", "name"), [(16, "PQ"), (18, "HLG")])
def test_refuse_hdr_by_its_name(transfer: int, name: str) -> None:
    with pytest.raises(HdrError, match=name) as refused:
        load_picture(formats.color_png(points(9, transfer)))
    assert refused.value.code == "hdr_unsupported"


def hdr_profile(transfer: int) -> bytes:
    """Return a profile with a tag that gives these code points."""
    whole = bytearray(profile_with_red_for_blue())
    at = whole.index(b"cprt", 128)
    whole[at : at + 8] = b"cicp" + len(whole).to_bytes(4, "big")
    return bytes(whole) + b"cicp" + bytes(4) + bytes([9, transfer, 0, 1])


def test_refuse_a_profile_for_hdr() -> None:
    with pytest.raises(HdrError, match="PQ"):
        load_picture(formats.color_png(profile(hdr_profile(16))))
    sdr = hdr_profile(13)
    assert profile_of_png(read_png(formats.color_png(profile(sdr)))) == sdr


@pytest.mark.parametrize("numbers", [(0,) * 8, (0.3,) * 8, (42_000,) * 8, (0.3, 0.3, *(0,) * 6)])
def test_ignore_primaries_that_make_no_colors(numbers: tuple[float, ...]) -> None:
    data = formats.color_png(gamma(100_000), primaries(*numbers))
    assert load_picture(data).size == (96, 64)
