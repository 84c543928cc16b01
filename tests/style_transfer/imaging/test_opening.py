"""A file is opened as browsers understand it: metadata that is not shown decides nothing."""

import io
import zlib

import numpy as np
import pytest
from PIL import Image

from style_transfer.core.errors import InputUnreadableError
from style_transfer.imaging.images import load_picture
from style_transfer.imaging.opening import complete_jpeg, open_picture
from tests.support import formats
from tests.support.factories import make_picture
from tests.support.formats import COLORS, GRAYS, UNCHANGED
from tests.support.hostile import STORED_AS, chunk, encoded

# Of 255 levels: what a JPEG of high quality changes.
NEAR = 2


def corners(data: bytes) -> list[tuple[int, ...]]:
    """Return the colors in the middle of the four quarters of a file."""
    image = load_picture(data).image
    places = [(x, y) for y in (0.25, 0.75) for x in (0.25, 0.75)]
    found = [image.getpixel((int(x * image.width), int(y * image.height))) for x, y in places]
    return [each for each in found if isinstance(each, tuple)]


def alphas(data: bytes) -> list[int]:
    """Return the alpha of the four quarters; 255 for an opaque picture."""
    return [color[3] if len(color) == 4 else 255 for color in corners(data)]


@pytest.mark.parametrize("name", UNCHANGED)
def test_shows_the_same_picture_in_every_format(name: str) -> None:
    found = np.array(corners(UNCHANGED[name]()), int)
    assert np.abs(found - np.array(COLORS)).max() <= NEAR


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("value", range(1, 9))
def test_turns_by_the_first_exif_block(value: int, order: str) -> None:
    upright = formats.quarters()
    for turn in STORED_AS[value]:
        upright = upright.transpose(turn)
    block = b"Exif\0\0" + formats.orientation(value, order=order)
    for form in ("JPEG", "PNG", "WEBP"):  # a WebP too, as picture viewers do
        found = np.array(corners(encoded(upright, form, exif=block, quality=95)), int)
        assert np.abs(found - np.array(COLORS)).max() <= 4, form


@pytest.mark.parametrize("depth", [1, 2, 4, 8, 16])
def test_keeps_the_transparent_value_of_gray_in_every_depth(depth: int) -> None:
    levels = [round(gray / 255 * (2**depth - 1)) for gray in GRAYS]
    expected = [0 if level == levels[0] else 255 for level in levels]
    assert alphas(formats.gray_png(depth, transparent=True)) == expected


def test_keeps_the_transparent_color_of_16_bits_exactly() -> None:
    assert alphas(formats.nearly_transparent_png()) == [0, 255, 255, 255]


def test_keeps_the_alpha_of_a_palette() -> None:
    alpha = chunk(b"tRNS", bytes([0, 128]))
    assert alphas(formats.palette_png(8, after_palette=[alpha])) == [0, 128, 255, 255]
    assert alphas(formats.palette_png(8, alpha)) == [255] * 4  # too early: browsers ignore it


@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("color", [formats.GRAY_ALPHA, formats.RGB_ALPHA])
def test_keeps_the_alpha_channel(depth: int, color: int) -> None:
    assert alphas(formats.with_alpha(depth, color)) == [128] * 4


@pytest.mark.parametrize(
    ("data", "animated"),
    [
        (formats.frames(1), False),
        (formats.frames(1, more=1), False),
        (formats.frames(2), False),
        (formats.frames(2, more=1), True),
        (formats.frames(1, first=False, more=1), False),
        (formats.frames(0, more=1, claim=False), False),
        (formats.framed_webp(1), False),
        (formats.framed_webp(2), True),
    ],
    ids=["1", "1-of-2", "2-of-1", "2", "hidden", "unclaimed", "webp-1", "webp-2"],
)
def test_counts_frames_and_not_marks(data: bytes, *, animated: bool) -> None:
    assert open_picture(data).is_animated == animated
    if animated:
        with pytest.raises(InputUnreadableError, match="animated"):
            load_picture(data)


def test_shows_the_only_frame_where_browsers_do() -> None:
    assert corners(formats.frames(1, first=False, more=1)) == [(0, 0, 255)] * 4


def test_is_transparent_around_a_small_frame() -> None:
    assert alphas(formats.framed_webp(side=48)) == [255, 0, 0, 0]


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("subsampling", [0, 2])
def test_takes_a_jpeg_without_its_end(subsampling: int, *, progressive: bool) -> None:
    whole = encoded(
        make_picture((200, 150)), "JPEG", progressive=progressive, subsampling=subsampling
    )
    expected = load_picture(whole).rgb.tobytes()
    for missing in (1, 2):
        assert load_picture(whole[:-missing]).rgb.tobytes() == expected


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("share", [0.4, 0.7, 0.95, 0.99])
def test_refuses_a_jpeg_that_is_cut(share: float, *, progressive: bool) -> None:
    whole = encoded(make_picture((200, 150)), "JPEG", progressive=progressive)
    with pytest.raises(InputUnreadableError, match="cut short"):
        load_picture(whole[: int(share * len(whole))])


def test_does_not_decode_an_ordinary_jpeg_to_see_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "open", lambda *_: pytest.fail("decoded"))
    for data in (formats.jpeg(), formats.jpeg() + b"a film" * 100):
        assert complete_jpeg(data) is data


def test_reads_a_motion_photo() -> None:
    film = b"\0\0\0\x18ftypmp42" + b"\xff\xda" * 20
    assert load_picture(formats.jpeg() + film).size == (96, 64)


def test_does_not_decode_a_huge_jpeg_to_see_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("style_transfer.imaging.opening.MAX_PIXELS", 96 * 64 - 1)
    with pytest.raises(Exception, match="megapixels"):
        complete_jpeg(formats.jpeg()[:-2])


def test_gives_the_decoder_the_same_pixels_of_an_ordinary_png() -> None:
    plain = encoded(make_picture(), "PNG")
    image = Image.open(io.BytesIO(plain))
    assert open_picture(plain).decoded().tobytes() == image.tobytes()
    assert load_picture(plain).rgb.tobytes() == make_picture().tobytes()


def test_does_not_unpack_a_text(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(50_000_000), 9))
    monkeypatch.setattr(zlib, "decompress", lambda *_: pytest.fail("unpacked"))
    assert open_picture(formats.color_png(bomb)).image.size == (96, 64)
