"""What is stored of a picture looks as Chromium shows the file, in every format and mode."""

import base64
import io
from collections.abc import Mapping
from typing import Final

import pytest
from PIL import Image
from playwright.sync_api import Browser

from common.derivatives import encode_picture
from common.pixels import decode_picture
from common.uploads import see_picture
from tests.support.formats import CHANGED, UNCHANGED

pytestmark = pytest.mark.browser

Corners = list[list[int]]

# Of 255 levels. Decoders of JPEG differ by one, conversions between profiles by another, and the
# stored JPEG by one more.
TOLERANCE: Final = 3
PLACES: Final = [(0.1, 0.1), (0.9, 0.1), (0.1, 0.9), (0.9, 0.9)]
SHOW: Final = """
async ([files, places]) => Promise.all(files.map(async (file) => {
  const picture = new Image();
  picture.src = file;
  try {
    await picture.decode();
  } catch {
    return null;  // the test of this file says so, and the others still run
  }
  const canvas = document.createElement("canvas");
  canvas.width = picture.naturalWidth;
  canvas.height = picture.naturalHeight;
  const pen = canvas.getContext("2d");
  pen.drawImage(picture, 0, 0);
  return places.map(([x, y]) => [...pen.getImageData(
    Math.floor(x * canvas.width), Math.floor(y * canvas.height), 1, 1).data]);
}))
"""
# Chromium leaves out the last eight rows of these, which are in the file.
CUT_BY_THE_BROWSER: Final = {"jpeg-without-end", "jpeg-half-an-end"}
FILES: Final = {
    name: make for name, make in {**UNCHANGED, **CHANGED}.items() if name not in CUT_BY_THE_BROWSER
}


@pytest.fixture(scope="module")
def shown(chromium: Browser) -> Mapping[str, Corners]:
    """Return the corners of each file as Chromium draws them."""
    page = chromium.new_page()
    encoded = [base64.b64encode(make()).decode() for make in FILES.values()]
    # The browser finds out the real format from the bytes.
    addresses = [f"data:image/png;base64,{each}" for each in encoded]
    corners = page.evaluate(SHOW, [addresses, PLACES])
    page.close()
    return dict(zip(FILES, corners, strict=True))


def stored(data: bytes) -> Corners:
    """Return the corners of the file that is stored of an upload."""
    seen = see_picture(io.BytesIO(data), max_bytes=2**22)
    kept = encode_picture(decode_picture(seen.data, seen.header))
    with Image.open(io.BytesIO(kept.data)) as opened:
        image = opened.convert("RGBA")
    places = [(int(x * image.width), int(y * image.height)) for x, y in PLACES]
    return [list(image.getpixel(place) or ()) for place in places]  # type: ignore[arg-type]


def difference(one: list[int], other: list[int]) -> int:
    """Return by how many levels two colors differ; two transparent ones look alike."""
    if one[3] == other[3] == 0:
        return 0
    return max(abs(a - b) for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("name", FILES)
def test_are_stored_as_the_browser_shows_them(shown: Mapping[str, Corners], name: str) -> None:
    ours = stored(FILES[name]())
    assert shown[name] is not None, "Chromium cannot decode this file"
    worst = max(map(difference, ours, shown[name]))
    assert worst <= TOLERANCE, f"stored {ours}, shown {shown[name]}"
