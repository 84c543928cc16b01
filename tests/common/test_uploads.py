"""Upload validation: what it accepts, what it refuses, and what it says."""

import io
import time
import tracemalloc
from collections.abc import Callable
from hashlib import sha256

import numpy as np
import pytest
from PIL import Image, ImageStat

from common.pixels import decode_picture
from common.uploads import AcceptedPicture, UploadRefused, accept_picture, see_picture, too_large
from tests.support import formats, hostile
from tests.support.factories import make_picture, picture_bytes

MEGABYTE = 2**20


def accept(data: bytes, max_bytes: int = 25 * MEGABYTE) -> AcceptedPicture:
    """Return the picture that upload validation makes from `data`."""
    return accept_picture(io.BytesIO(data), max_bytes=max_bytes)


def pixels(data: bytes) -> Image.Image:
    """Return the cleaned pixels of a valid file, decoded in this process."""
    seen = see_picture(io.BytesIO(data), max_bytes=25 * MEGABYTE)
    return decode_picture(seen.data, seen.header)


def opened(data: bytes) -> Image.Image:
    """Return the picture in a file that was made from an upload."""
    return Image.open(io.BytesIO(data))


def refusal(data: bytes, max_bytes: int = 25 * MEGABYTE) -> UploadRefused:
    """Return the refusal of `data`. Fail if it is accepted."""
    with pytest.raises(UploadRefused) as refused:
        accept(data, max_bytes)
    return refused.value


def color_at(image: Image.Image, x: float, y: float) -> tuple[int, ...]:
    """Return the color at (x, y), which are shares of the sides, rounded to pure colors."""
    pixel = image.getpixel((int(x * (image.width - 1)), int(y * (image.height - 1))))
    assert isinstance(pixel, tuple)
    return tuple(255 if channel > 128 else 0 for channel in pixel)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_accepts_the_three_formats(form: str) -> None:
    data = picture_bytes(make_picture((200, 150)), form)
    picture = accept(data)
    assert (picture.format, picture.bytes) == (form, len(data))
    assert picture.sha256 == sha256(data).hexdigest()
    assert (picture.width, picture.height) == (200, 150)
    assert opened(picture.kept.data).size == (200, 150)
    assert opened(picture.small.preview).size == (200, 150)
    assert pixels(data).mode == "RGB"


def test_keeps_the_pixels_of_a_lossless_picture() -> None:
    original = make_picture((200, 150))
    assert pixels(picture_bytes(original)).tobytes() == original.tobytes()


def test_refuses_an_empty_file() -> None:
    assert (refusal(b"").code, refusal(b"").status) == ("empty_file", 422)


def test_reads_the_header_before_it_decodes_the_file() -> None:
    data = picture_bytes(make_picture((400, 300)), "JPEG")[:4000]
    seen = see_picture(io.BytesIO(data), max_bytes=MEGABYTE)
    assert seen.sha256 == sha256(data).hexdigest()
    assert (seen.header.format, seen.header.width) == ("JPEG", 400)
    with pytest.raises(UploadRefused) as refused:
        seen.accepted()
    assert refused.value.code == "unreadable"


def test_refuses_one_byte_too_many_and_stops_reading() -> None:
    data = picture_bytes(make_picture((200, 150)))
    assert accept(data, len(data)).bytes == len(data)
    file = io.BytesIO(data + bytes(1000))
    with pytest.raises(UploadRefused) as refused:
        accept_picture(file, max_bytes=len(data) - 1)
    assert (refused.value.code, refused.value.status) == ("file_too_large", 413)
    assert file.tell() == len(data)


def test_names_the_size_of_a_file_that_is_too_large() -> None:
    limit = 25 * 2**20
    assert too_large(43 * 2**20 - 5, limit) == "This file is 43 MB. The limit is 25 MB."
    assert too_large(limit + 1, limit) == "This file is 26 MB. The limit is 25 MB."
    assert too_large(None, limit) == "This file is too large. The limit is 25 MB."


@pytest.mark.parametrize("name", hostile.SPOOFS)
def test_refuses_files_that_are_not_pictures(name: str) -> None:
    assert refusal(hostile.SPOOFS[name]).code == "unsupported_format"


@pytest.mark.parametrize("form", hostile.OTHER_FORMATS)
def test_refuses_pictures_of_other_formats(form: str) -> None:
    assert refusal(hostile.other_format(form)).code == "unsupported_format"


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG"])
def test_refuses_animations(form: str) -> None:
    assert refusal(hostile.animation(form)).code == "animated"


@pytest.mark.parametrize("form", ["GIF", "TIFF", "BMP", "AVIF"])
def test_names_the_format_that_it_refuses(form: str) -> None:
    assert str(refusal(hostile.other_format(form))).startswith(f"{form} files are not supported.")


def test_names_the_format_of_a_gif_that_moves() -> None:
    assert str(refusal(hostile.animation("GIF"))).startswith("GIF animations are not supported.")


def test_names_a_heic_photo() -> None:
    refused = refusal(hostile.SPOOFS["heic"])
    assert str(refused) == (
        "HEIC files are not supported. Save the picture as JPEG, PNG or WebP and choose that file."
    )


@pytest.mark.parametrize("transfer", [16, 18])
def test_refuses_hdr_by_its_name(transfer: int) -> None:
    refused = refusal(formats.color_png(formats.points(9, transfer)))
    assert refused.code == "hdr_unsupported"
    assert str(refused).startswith("HDR pictures are not supported.")


@pytest.mark.parametrize("name", formats.UNCHANGED)
def test_stores_the_same_picture_of_every_format(name: str) -> None:
    found = np.asarray(pixels(formats.UNCHANGED[name]()), int)
    assert np.abs(found - formats.in_quarters(formats.COLORS))[8::16, 8::16].max() <= 4


@pytest.mark.parametrize("data", [formats.frames(2, more=1), formats.framed_webp(2)])
def test_refuses_two_frames(data: bytes) -> None:
    assert refusal(data).code == "animated"


@pytest.mark.parametrize("progressive", [False, True])
def test_refuses_a_jpeg_that_is_cut(*, progressive: bool) -> None:
    data = hostile.encoded(make_picture((400, 300)), "JPEG", progressive=progressive)
    assert refusal(data[: len(data) * 9 // 10]).code == "unreadable"
    assert pixels(data[:-2]).tobytes() == pixels(data).tobytes()


@pytest.mark.parametrize("make", hostile.BROKEN.values(), ids=hostile.BROKEN.keys())
def test_refuses_broken_files(make: Callable[[], bytes]) -> None:
    assert refusal(make()).code == "unreadable"


@pytest.mark.parametrize("make", hostile.TOO_LARGE.values(), ids=hostile.TOO_LARGE.keys())
def test_refuses_too_many_pixels_before_decoding(make: Callable[[], bytes]) -> None:
    data = make()
    tracemalloc.start()
    begun = time.process_time()  # other work on the machine does not count
    refused = refusal(data)
    seconds = time.process_time() - begun
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert refused.code == "too_many_pixels"
    assert seconds < 0.5
    assert peak < len(data) + MEGABYTE


@pytest.mark.parametrize("size", [(1, 1), (63, 200), (200, 63)])
def test_refuses_pictures_too_small_to_paint(size: tuple[int, int]) -> None:
    assert refusal(picture_bytes(Image.new("RGB", size))).code == "too_small"


def test_accepts_the_smallest_picture() -> None:
    assert pixels(picture_bytes(Image.new("RGB", (64, 64)))).size == (64, 64)


def test_refuses_a_jpeg_of_many_passes_without_decoding_it() -> None:
    data = hostile.jpeg_with_scans(1000)
    begun = time.process_time()  # other work on the machine does not count
    assert refusal(data).code == "scan_bomb"
    assert time.process_time() - begun < 0.2


@pytest.mark.parametrize("scans", [10, 53, 100])
def test_accepts_progressive_jpegs(scans: int) -> None:
    assert accept(hostile.jpeg_with_scans(scans)).format == "JPEG"


def test_does_not_count_the_passes_of_a_thumbnail_in_the_metadata() -> None:
    thumbnail = b"\xff\xda" * 200
    data = picture_bytes(make_picture(), "JPEG")
    segment = b"\xff\xe2" + (len(thumbnail) + 2).to_bytes(2, "big") + thumbnail
    assert pixels(data[:2] + segment + data[2:]).size == (96, 64)


def test_does_not_read_after_the_end_of_a_jpeg() -> None:
    moving_part = b"\xff\xda" * 5000
    assert accept(picture_bytes(make_picture(), "JPEG") + moving_part).format == "JPEG"


def test_accepts_the_first_picture_of_an_mpo_as_a_jpeg() -> None:
    first, second = make_picture(seed=1), make_picture(seed=2)
    data = hostile.encoded(first, "MPO", save_all=True, append_images=[second])
    assert accept(data).format == "JPEG"
    assert np.abs(np.asarray(pixels(data), int) - np.asarray(first, int)).mean() < 10


def test_converts_cmyk_to_srgb() -> None:
    cyan = Image.new("CMYK", (96, 64), (255, 0, 0, 0))
    image = pixels(hostile.encoded(cyan, "JPEG", quality=95))
    red, green, blue = ImageStat.Stat(image).mean
    assert image.mode == "RGB"
    assert red < 20
    assert min(green, blue) > 150


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGBA", "I;16"])
def test_accepts_every_mode_of_a_png(mode: str) -> None:
    if mode == "I;16":
        values = np.linspace(0, 65_535, 96 * 64).reshape(64, 96).astype(np.uint16)
        source = Image.fromarray(values)
    else:
        source = make_picture().convert(mode)
    assert pixels(picture_bytes(source)).mode == "RGB"


def test_keeps_the_range_of_sixteen_bits() -> None:
    values = np.linspace(0, 65_535, 96 * 64).reshape(64, 96).astype(np.uint16)
    image = pixels(picture_bytes(Image.fromarray(values)))
    assert ImageStat.Stat(image).mean == pytest.approx([127.5] * 3, abs=1)


def test_keeps_transparency() -> None:
    picture = make_picture().convert("RGBA")
    picture.putalpha(Image.linear_gradient("L").resize(picture.size))
    image = pixels(picture_bytes(picture))
    assert image.mode == "RGBA"
    assert image.getchannel("A").tobytes() == picture.getchannel("A").tobytes()


def test_understands_a_palette_with_a_transparent_color() -> None:
    picture = Image.new("P", (96, 64), 1)
    picture.putpalette([255, 0, 0, 0, 0, 255])
    picture.paste(0, (0, 0, 48, 64))
    image = pixels(hostile.encoded(picture, "PNG", transparency=0))
    assert image.mode == "RGBA"
    assert image.getpixel((10, 10)) == (255, 0, 0, 0)
    assert image.getpixel((80, 10)) == (0, 0, 255, 255)


def test_converts_colors_of_another_profile_to_srgb() -> None:
    red = Image.new("RGB", (96, 64), "red")
    profile = hostile.profile_with_red_for_blue()
    for picture in (red, red.convert("RGBA")):
        managed = pixels(hostile.encoded(picture, "PNG", icc_profile=profile))
        assert color_at(managed, 0.5, 0.5) == (0, 0, 255)


def test_keeps_transparency_when_it_converts_colors_to_srgb() -> None:
    picture = Image.new("RGBA", (96, 64), (255, 0, 0, 100))
    profile = hostile.profile_with_red_for_blue()
    managed = pixels(hostile.encoded(picture, "PNG", icc_profile=profile))
    assert managed.getpixel((5, 5)) == (0, 0, 255, 100)


@pytest.mark.parametrize("profile", [b"nonsense", bytes(400)])
def test_ignores_a_broken_profile(profile: bytes) -> None:
    image = pixels(hostile.encoded(make_picture(), "PNG", icc_profile=profile))
    assert image.tobytes() == make_picture().tobytes()


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_turns_each_orientation_upright(orientation: int, form: str) -> None:
    image = pixels(hostile.turned(orientation, form))
    assert image.size == hostile.upright().size
    corners = [(0.05, 0.05), (0.95, 0.05), (0.95, 0.95), (0.05, 0.95)]
    assert [color_at(image, *corner) for corner in corners] == [
        (255, 0, 0),
        (0, 255, 0),
        (0, 0, 255),
        (255, 255, 255),
    ]


@pytest.mark.parametrize("value", [0, 9, 77])
def test_ignores_an_orientation_that_does_not_exist(value: int) -> None:
    data = hostile.encoded(make_picture(), "JPEG", exif=hostile.exif(value).tobytes())
    assert pixels(data).size == (96, 64)


def test_accepts_a_photo_with_damaged_metadata() -> None:
    data = hostile.encoded(make_picture(), "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff")
    assert pixels(data).size == (96, 64)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_removes_all_metadata(form: str) -> None:
    data = hostile.talkative(form)
    assert hostile.CANARY.encode() in data or form == "PNG"
    image = pixels(data)
    assert image.info == {}
    assert dict(image.getexif()) == {}
    for kept in ("JPEG", "PNG", "WEBP"):
        assert hostile.CANARY.encode() not in hostile.encoded(image, kept)


def test_drops_data_after_the_pixels() -> None:
    image = pixels(hostile.polyglot())
    assert b"<script" not in hostile.encoded(image, "PNG")


@pytest.mark.slow
def test_reduces_a_large_phone_photo_to_half_its_size() -> None:
    data = hostile.encoded(Image.new("RGB", (8064, 6048), "teal"), "JPEG")
    assert pixels(data).size == (4032, 3024)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_reduces_other_large_photos_to_the_largest_stored_size(
    monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    monkeypatch.setattr("common.pixels.KEPT_PIXELS", 200 * 150)
    image = pixels(picture_bytes(make_picture((400, 300)), form))
    assert image.size == (200, 150)


@pytest.mark.parametrize("depth", [4, 8, 16])
def test_keeps_the_transparent_value_of_a_reduced_picture(
    monkeypatch: pytest.MonkeyPatch, depth: int
) -> None:
    monkeypatch.setattr("common.pixels.KEPT_PIXELS", 48 * 32)
    image = pixels(formats.gray_png(depth, transparent=True))
    assert (image.mode, image.size) == ("RGBA", (48, 32))
    assert [color_at(image, x, y)[3] for x, y in ((0.2, 0.2), (0.8, 0.2), (0.2, 0.8))] == [
        0,
        255,
        255,
    ]


def test_turns_a_reduced_photo_upright_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("common.pixels.KEPT_PIXELS", 100 * 60)
    image = pixels(hostile.turned(6))
    assert image.size == (100, 60)
    assert color_at(image, 0.05, 0.05) == (255, 0, 0)


def test_ends_each_refusal_with_advice() -> None:
    files = [b"", hostile.SPOOFS["text"], hostile.BROKEN["truncated-png"]()]
    files += [
        hostile.animation("GIF"),
        hostile.jpeg_with_scans(200),
        picture_bytes(Image.new("L", (1, 1))),
    ]
    advice = {str(refusal(data)).rsplit(". ", 1)[-1].split()[0] for data in files}
    assert advice <= {"Choose", "Save", "Make"}
