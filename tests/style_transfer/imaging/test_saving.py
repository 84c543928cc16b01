import io
import stat
from pathlib import Path

import pytest
from PIL import Image, ImageCms

from style_transfer.imaging.saving import (
    SUFFIXES,
    OutputError,
    output_format,
    save_picture,
    write_whole,
)
from tests.style_transfer.conftest import full_disk


@pytest.mark.parametrize("suffix", sorted(SUFFIXES))
def test_writes_each_format_tagged_srgb(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"out{suffix}"
    save_picture(Image.new("RGB", (20, 10), "red"), path)
    with Image.open(path) as image:
        assert image.format == SUFFIXES[suffix]
        assert image.size == (20, 10)
        profile = ImageCms.ImageCmsProfile(io.BytesIO(image.info["icc_profile"]))
    assert "sRGB" in ImageCms.getProfileDescription(profile)


@pytest.mark.parametrize("suffix", sorted(SUFFIXES))
def test_writes_no_date_into_the_profile(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"out{suffix}"
    save_picture(Image.new("RGB", (20, 10), "red"), path)
    with Image.open(path) as image:
        assert image.info["icc_profile"][24:36] == bytes([7, 208, 0, 1, 0, 1, *[0] * 6])


def test_accepts_suffixes_in_capitals() -> None:
    assert output_format(Path("A.JPG")) == "JPEG"


@pytest.mark.parametrize("name", ["a.gif", "a", "a.png.exe"])
def test_refuses_other_suffixes(tmp_path: Path, name: str) -> None:
    with pytest.raises(OutputError, match="should end in one of"):
        save_picture(Image.new("RGB", (2, 2)), tmp_path / name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("suffix", [".png", ".webp"])
def test_keeps_transparency(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"out{suffix}"
    save_picture(Image.new("RGBA", (8, 8), (10, 20, 30, 40)), path)
    with Image.open(path) as image:
        assert image.getchannel("A").getextrema() == (40, 40)


def test_fills_transparency_with_white_for_jpeg(tmp_path: Path) -> None:
    path = tmp_path / "out.jpg"
    save_picture(Image.new("RGBA", (16, 16), (0, 0, 0, 0)), path)
    with Image.open(path) as image:
        assert image.getpixel((8, 8)) == (255, 255, 255)


def test_replaces_an_existing_file(tmp_path: Path) -> None:
    path = tmp_path / "out.png"
    path.write_text("old")
    save_picture(Image.new("RGB", (2, 2)), path)
    assert path.read_bytes().startswith(b"\x89PNG")
    assert stat.S_IMODE(path.stat().st_mode) == 0o644


def test_says_that_the_folder_is_missing(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="No such file or directory"):
        save_picture(Image.new("RGB", (2, 2)), tmp_path / "gone" / "out.png")


def test_leaves_nothing_behind_on_a_full_disk(tmp_path: Path) -> None:
    path = tmp_path / "out.png"
    path.write_text("old")
    noise = Image.effect_noise((64, 64), 50).convert("RGB")
    with full_disk(), pytest.raises(OutputError, match="cannot be written: File too large"):
        save_picture(noise, path)
    assert [each.name for each in tmp_path.iterdir()] == ["out.png"]
    assert path.read_text() == "old"


def test_says_that_a_format_cannot_hold_a_picture(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="WEBP cannot hold a picture of 16400 x 2"):
        save_picture(Image.new("RGB", (16400, 2)), tmp_path / "wide.webp")
    assert list(tmp_path.iterdir()) == []


def test_writes_bytes_completely_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "code"
    write_whole(path, b"first")
    write_whole(path, memoryview(b"second"))
    assert path.read_bytes() == b"second"
    with pytest.raises(OSError, match="No such file"):
        write_whole(tmp_path / "gone" / "code", b"third")
    assert [each.name for each in tmp_path.iterdir()] == ["code"]
