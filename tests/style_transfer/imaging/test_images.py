"""The picture contract: every picture is loaded upright, in sRGB and in its own size."""

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from style_transfer.core.errors import EngineError, InputTooLargeError, InputUnreadableError
from style_transfer.imaging import images
from style_transfer.imaging.images import load_picture, to_picture
from style_transfer.imaging.pixels import SRGB

MODES = ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16", "I", "La", "RGBa", "YCbCr", "HSV")


def draw(mode: str, size: tuple[int, int] = (7, 5), seed: int = 0) -> Image.Image:
    """Make an image of any mode from noise."""
    noise = np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 4), dtype=np.uint8)
    if mode == "I;16":
        return Image.fromarray(noise[..., 0].astype(np.uint16) * 257)
    if mode == "I":
        return Image.fromarray(noise[..., 0].astype(np.int32) * 257)
    base = Image.fromarray(noise)
    if mode in ("La", "LA"):
        return base.convert("LA").convert(mode)
    if mode == "RGBa":
        return base.convert("RGBa")
    return base.convert("RGB").convert(mode) if mode != "RGBA" else base


def pixel(image: Image.Image, x: int, y: int) -> tuple[int, ...]:
    value = image.getpixel((x, y))
    assert isinstance(value, tuple)
    return value


def encode(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def chunk(name: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(name + content)
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", checksum)


def png_header(width: int, height: int) -> bytes:
    """Make a PNG with a header of this size and almost no data."""
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    data = chunk(b"IDAT", zlib.compress(b"\0" * 64))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + data + chunk(b"IEND", b"")


class TestModes:
    @pytest.mark.parametrize("mode", MODES)
    @settings(max_examples=6, deadline=None)
    @given(width=st.integers(1, 40), height=st.integers(1, 40))
    def test_accepts_any_size_of_every_mode(self, mode: str, width: int, height: int) -> None:
        image = draw(mode, (width, height))
        picture = to_picture(image)
        assert picture.rgb.mode == "RGB"
        assert picture.size == (width, height)
        assert picture.source_mode == image.mode
        assert (mode in ("RGB",)) == (picture.conversions == () and mode != "RGBA")

    def test_accepts_long_thin_pictures(self) -> None:
        assert to_picture(draw("RGB", (4097, 33))).size == (4097, 33)

    def test_does_not_change_plain_rgb(self) -> None:
        image = draw("RGB")
        assert to_picture(image).rgb.tobytes() == image.tobytes()
        assert to_picture(image).conversions == ()

    def test_keeps_the_range_of_16_bits(self) -> None:
        values = np.array([[0, 257 * 128, 65535]], dtype=np.uint16)
        picture = load_picture(encode(Image.fromarray(values)))
        assert [pixel(picture.rgb, x, 0) for x in range(3)] == [
            (0,) * 3,
            (128,) * 3,
            (255,) * 3,
        ]
        assert picture.conversions[0] == "I;16 to 8 bits"

    def test_reads_the_inverted_inks_of_a_cmyk_jpeg(self) -> None:
        cyan = Image.new("CMYK", (16, 16), (255, 0, 0, 0))
        red, green, blue = pixel(load_picture(encode(cyan, "JPEG")).rgb, 8, 8)
        assert red < 60
        assert min(green, blue) > 190

    def test_reads_black_and_white(self) -> None:
        image = Image.new("1", (4, 4), 1)
        assert pixel(load_picture(encode(image)).rgb, 0, 0) == (255, 255, 255)

    def test_reads_floats_as_gray(self) -> None:
        assert to_picture(Image.new("F", (4, 4), 128)).rgb.getpixel((0, 0)) == (128, 128, 128)


class TestAlpha:
    @pytest.mark.parametrize("mode", ["RGBA", "LA"])
    def test_keeps_the_alpha_channel(self, mode: str) -> None:
        image = draw(mode, (9, 6))
        picture = load_picture(encode(image))
        assert picture.alpha is not None
        assert picture.alpha.tobytes() == image.getchannel("A").tobytes()
        assert picture.image.mode == "RGBA"

    def test_finds_the_transparent_color_of_a_palette(self) -> None:
        image = Image.new("P", (4, 4), 0)
        image.putpalette([10, 20, 30, 200, 100, 50])
        image.putpixel((0, 0), 1)
        picture = load_picture(encode(image, transparency=1))
        assert picture.alpha is not None
        assert picture.alpha.getpixel((0, 0)) == 0
        assert picture.alpha.getpixel((1, 1)) == 255

    def test_finds_the_transparent_color_of_rgb(self) -> None:
        image = Image.new("RGB", (4, 4), (1, 2, 3))
        image.putpixel((0, 0), (9, 9, 9))
        picture = load_picture(encode(image, transparency=(9, 9, 9)))
        assert picture.alpha is not None
        assert picture.alpha.getpixel((0, 0)) == 0

    def test_undoes_premultiplied_alpha(self) -> None:
        image = Image.new("RGBa", (2, 2), (100, 50, 0, 128))
        red, green, blue = pixel(to_picture(image).rgb, 0, 0)
        assert (round(red, -1), round(green, -1), blue) == (200, 100, 0)

    def test_drops_a_fully_opaque_alpha(self) -> None:
        picture = to_picture(Image.new("RGBA", (3, 3), (1, 2, 3, 255)))
        assert picture.alpha is None
        assert picture.image.mode == "RGB"

    def test_scales_the_alpha_to_a_larger_result(self) -> None:
        image = Image.new("RGBA", (4, 4), (1, 2, 3, 0))
        image.paste((1, 2, 3, 255), (0, 0, 2, 4))
        result = to_picture(image).with_alpha(Image.new("RGB", (8, 8), "red"))
        assert result.mode == "RGBA"
        assert pixel(result, 0, 4)[3] == 255
        assert pixel(result, 7, 4)[3] == 0


class TestOrientation:
    @pytest.mark.parametrize("orientation", range(1, 9))
    @pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
    def test_rotates_the_picture_upright(self, orientation: int, kind: str) -> None:
        upright = Image.new("RGB", (48, 32), "white")
        upright.paste("red", (0, 0, 16, 16))
        inverse = {
            2: Image.Transpose.FLIP_LEFT_RIGHT,
            3: Image.Transpose.ROTATE_180,
            4: Image.Transpose.FLIP_TOP_BOTTOM,
            5: Image.Transpose.TRANSPOSE,
            6: Image.Transpose.ROTATE_90,
            7: Image.Transpose.TRANSVERSE,
            8: Image.Transpose.ROTATE_270,
        }
        stored = upright.transpose(inverse[orientation]) if orientation > 1 else upright
        exif = Image.Exif()
        exif[0x0112] = orientation
        picture = load_picture(encode(stored, kind, exif=exif.tobytes()))
        assert picture.size == (48, 32)
        red, green, _ = pixel(picture.rgb, 4, 4)
        assert red > 180
        assert green < 80
        assert min(pixel(picture.rgb, 44, 28)) > 200
        assert len(picture.conversions) == (orientation > 1)
        assert to_picture(picture.image).rgb.tobytes() == picture.rgb.tobytes()

    @pytest.mark.parametrize("exif", [b"Exif\0\0nonsense", b"Exif\0\0II*\0\xff\xff\xff\xff"])
    def test_ignores_broken_exif(self, exif: bytes) -> None:
        assert load_picture(encode(draw("RGB", (16, 16)), "JPEG", exif=exif)).size == (16, 16)


class TestProfiles:
    def test_keeps_srgb_exactly(self) -> None:
        image = draw("RGB")
        picture = load_picture(encode(image, icc_profile=SRGB.tobytes()))
        assert picture.rgb.tobytes() == image.tobytes()

    def test_converts_another_profile_to_srgb(self) -> None:
        lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
        wide = Image.new("RGB", (4, 4), (200, 30, 30))
        profile = _with_swapped_primaries()
        picture = load_picture(encode(wide, icc_profile=profile))
        assert pixel(picture.rgb, 0, 0) != (200, 30, 30)
        assert picture.conversions[-1].endswith("to sRGB")
        assert lab.profile.xcolor_space.strip() == "Lab"

    def test_ignores_a_broken_profile(self) -> None:
        image = draw("RGB")
        picture = load_picture(encode(image, icc_profile=b"not a profile"))
        assert picture.rgb.tobytes() == image.tobytes()
        assert picture.conversions == ("unusable ICC profile ignored",)

    def test_ignores_a_profile_of_another_kind_of_color(self) -> None:
        lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
        assert load_picture(encode(draw("RGB"), icc_profile=lab)).size == (7, 5)

    def test_keeps_the_alpha_when_it_converts_a_profile(self) -> None:
        picture = load_picture(encode(draw("RGBA"), icc_profile=_with_swapped_primaries()))
        assert picture.image.mode == "RGBA"

    def test_accepts_gray_pictures_with_an_rgb_profile(self) -> None:
        picture = load_picture(encode(draw("L"), icc_profile=SRGB.tobytes()))
        red, green, blue = pixel(picture.rgb, 3, 3)
        assert max(red, green, blue) - min(red, green, blue) <= 1


def _with_swapped_primaries() -> bytes:
    """Make a valid RGB profile that differs from sRGB: its red and blue primaries are swapped."""
    profile = bytearray(SRGB.tobytes())
    red, blue = profile.find(b"rXYZ"), profile.find(b"bXYZ")
    profile[red : red + 4], profile[blue : blue + 4] = b"bXYZ", b"rXYZ"
    return bytes(profile).replace(b"s\0R\0G\0B", b"t\0R\0G\0B").replace(b"sRGB", b"tRGB")


class TestRefusals:
    @pytest.mark.parametrize(
        "data",
        [b"", b"hello, this is text", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\0\0\0\0WEBP"],
        ids=["empty", "text", "jpeg-start", "png-start", "webp-start"],
    )
    def test_refuses_data_that_is_not_a_picture(self, data: bytes) -> None:
        with pytest.raises(InputUnreadableError) as caught:
            load_picture(data)
        assert caught.value.code == "input_unreadable"

    @pytest.mark.parametrize("kind", ["GIF", "TIFF", "BMP", "PPM", "ICO"])
    def test_refuses_other_formats(self, kind: str) -> None:
        with pytest.raises(InputUnreadableError, match="not a JPEG, PNG or WebP"):
            load_picture(encode(draw("RGB", (16, 16)), kind))

    @pytest.mark.parametrize("kind", ["PNG", "WEBP"])
    def test_refuses_animations(self, kind: str) -> None:
        frames = [draw("RGB", (16, 16), seed) for seed in range(3)]
        data = encode(frames[0], kind, save_all=True, append_images=frames[1:])
        with pytest.raises(InputUnreadableError, match="animated"):
            load_picture(data)

    def test_uses_the_first_frame_of_a_multi_picture_phone_photo(self) -> None:
        views = [draw("RGB", (32, 16), seed) for seed in range(2)]
        data = encode(views[0], "MPO", save_all=True, append_images=views[1:])
        assert load_picture(data).size == (32, 16)

    @pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
    def test_refuses_truncated_files(self, kind: str) -> None:
        data = encode(draw("RGB", (64, 64)), kind)
        with pytest.raises(InputUnreadableError):
            load_picture(data[: len(data) * 2 // 3])

    @pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
    @settings(max_examples=25, deadline=None)
    @given(where=st.floats(0, 1), byte=st.integers(0, 255))
    def test_never_raises_anything_else_for_damaged_files(
        self, kind: str, where: float, byte: int
    ) -> None:
        data = bytearray(encode(draw("RGB", (12, 9)), kind))
        data[int(where * (len(data) - 1))] = byte
        try:
            picture = load_picture(bytes(data))
        except EngineError:
            return
        assert picture.rgb.mode == "RGB"

    @pytest.mark.parametrize("size", [(19_000, 19_000), (10_000, 5_001), (2**31 - 1, 1)])
    def test_refuses_too_many_pixels_before_decoding(self, size: tuple[int, int]) -> None:
        with pytest.raises(InputTooLargeError, match="50 megapixels") as caught:
            load_picture(png_header(*size))
        assert caught.value.code == "input_too_large"

    def test_refuses_a_jpeg_with_too_many_scans(self) -> None:
        data = encode(draw("RGB", (16, 16)), "JPEG")
        bomb = data[:-2] + b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" * 101 + data[-2:]
        with pytest.raises(InputUnreadableError, match="passes"):
            load_picture(bomb)

    def test_accepts_a_progressive_jpeg(self) -> None:
        data = encode(draw("RGB", (64, 64)), "JPEG", progressive=True)
        assert load_picture(data).size == (64, 64)

    def test_says_which_file_is_missing(self, tmp_path: Path) -> None:
        with pytest.raises(InputUnreadableError, match=r"gone\.jpg cannot be read"):
            load_picture(tmp_path / "gone.jpg")

    def test_does_not_report_lack_of_memory_as_a_bad_file(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def exhaust(_: Image.Image) -> None:
            raise MemoryError

        monkeypatch.setattr(images, "to_picture", exhaust)
        with pytest.raises(MemoryError):
            load_picture(encode(draw("RGB")))


def test_loads_a_path_and_bytes_in_the_same_way(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    draw("RGB").save(path)
    assert load_picture(path).rgb.tobytes() == load_picture(path.read_bytes()).rgb.tobytes()
    assert load_picture(str(path)).size == (7, 5)


def test_adds_further_conversions_to_a_copy() -> None:
    picture = to_picture(draw("L"))
    assert picture.noting("shrunk").conversions == ("L to RGB", "shrunk")
    assert picture.conversions == ("L to RGB",)
