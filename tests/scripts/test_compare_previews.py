"""The comparison of the studio's previews with the results."""

import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter

from scripts.compare_previews import SETTINGS, difference, main, name_of


def noise(seed: int) -> Image.Image:
    pixels = np.random.default_rng(seed).integers(0, 256, (96, 128, 3), dtype=np.uint8)
    return Image.fromarray(pixels).filter(ImageFilter.GaussianBlur(2))


def test_finds_no_difference_between_equal_pictures() -> None:
    found = difference(noise(1), noise(1))
    assert (found.color, found.details) == (0, 1)
    assert found.shapes == pytest.approx(1)


def test_measures_colors_shapes_and_details() -> None:
    picture = noise(1)
    bluer = Image.merge("RGB", (*picture.split()[:2], picture.split()[2].point(lambda x: x // 2)))
    assert difference(bluer, picture).color > 10
    assert difference(noise(2), picture).shapes < 0.3
    assert difference(picture.filter(ImageFilter.GaussianBlur(2)), picture).details < 0.6


def test_names_every_setting_once() -> None:
    assert len({name_of(each) for each in SETTINGS}) == len(SETTINGS) == 10


@pytest.mark.slow
def test_paints_previews_and_results_and_names_the_worst(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    main(["--most", "1", "-o", str(tmp_path / "sheet.png")])
    printed = capsys.readouterr().out
    assert re.search(
        r"largest difference of colors: cat in impasto-swirl.*, \d+\.\d", printed, re.S
    )
    with Image.open(tmp_path / "sheet.png") as sheet:
        assert sheet.width > sheet.height
