"""A decoded file is upright and in sRGB; broken metadata is ignored."""

import io

import numpy as np
import pytest
from PIL import Image

from style_transfer.imaging.pixels import SRGB, upright_srgb
from tests.support.hostile import profile_with_red_for_blue


def red(mode: str = "RGB", **info: object) -> Image.Image:
    """Return a red picture with this metadata in `info`."""
    image = Image.new("RGB", (6, 4), "red").convert(mode)
    image.info.update(info)
    return image


def test_uses_a_profile_with_any_name() -> None:
    profile = profile_with_red_for_blue()
    assert b"s\0R\0G\0B" in profile
    pixels = upright_srgb(red(icc_profile=profile))
    assert pixels.rgb.getpixel((0, 0)) == (0, 0, 255)
    assert pixels.conversions == ("sRGB built-in to sRGB",)


def test_does_not_convert_pillows_srgb_profile_of_any_date() -> None:
    profile = bytearray(SRGB.tobytes())
    profile[24:36] = bytes(12)
    pixels = upright_srgb(red(icc_profile=bytes(profile)))
    assert pixels.rgb.getpixel((0, 0)) == (255, 0, 0)
    assert pixels.conversions == ()


@pytest.mark.parametrize("profile", [b"nonsense", "text of a chunk with this name"])
def test_ignores_an_invalid_profile(profile: object) -> None:
    pixels = upright_srgb(red(icc_profile=profile))
    assert pixels.rgb.getpixel((0, 0)) == (255, 0, 0)
    assert pixels.conversions == ("unusable ICC profile ignored",)


def test_reads_the_orientation_only_from_the_exif_block() -> None:
    assert upright_srgb(red(orientation=6)).rgb.size == (6, 4)
    exif = Image.Exif()
    exif[0x0112] = 6
    assert upright_srgb(red(exif=exif.tobytes())).rgb.size == (4, 6)


def test_rounds_sixteen_bits_to_the_nearest_level() -> None:
    values = np.arange(65_536, dtype=np.uint16).reshape(256, 256)
    levels = np.asarray(upright_srgb(Image.fromarray(values)).rgb)[..., 0]
    assert np.abs(levels * 257.0 - values).max() <= 128


def test_separates_every_kind_of_alpha() -> None:
    for mode in ("LA", "RGBA"):
        image = red(mode)
        image.putalpha(100)
        pixels = upright_srgb(image)
        assert pixels.rgb.mode == "RGB"
        assert pixels.alpha is not None
        assert pixels.alpha.getextrema() == (100, 100)
    assert upright_srgb(red("RGBA")).alpha is None


def test_does_not_rotate_a_picture_twice() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    buffer = io.BytesIO()
    red().save(buffer, "PNG", exif=exif.tobytes())
    once = upright_srgb(Image.open(buffer)).rgb
    assert upright_srgb(once).rgb.size == once.size == (4, 6)
