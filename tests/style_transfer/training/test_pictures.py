"""Training pictures are found at any depth and checked before the training."""

from pathlib import Path

import pytest
from PIL import Image

from style_transfer.training.pictures import (
    MIN_SIDE,
    TrainingDataError,
    check_pictures,
    find_pictures,
    read_picture,
)
from tests.style_transfer.training.conftest import draw_picture


def test_finds_nested_pictures_in_a_stable_order(content: Path) -> None:
    found = find_pictures(content)
    assert len(found) == 8
    assert found == sorted(found)
    assert {path.parent.name for path in found} == {"part0", "part1"}


def test_ignores_other_and_hidden_files(content: Path) -> None:
    (content / "captions.json").write_text("{}")
    (content / ".DS_Store.jpg").write_text("")
    assert len(find_pictures(content)) == 8


def test_accepts_suffixes_in_capitals(tmp_path: Path) -> None:
    draw_picture(0).save(tmp_path / "A.JPG")
    assert find_pictures(tmp_path) == [tmp_path / "A.JPG"]


def test_says_that_a_folder_is_missing_or_empty(tmp_path: Path) -> None:
    with pytest.raises(TrainingDataError, match="is not a folder"):
        find_pictures(tmp_path / "nowhere")
    with pytest.raises(TrainingDataError, match="no picture in"):
        find_pictures(tmp_path)


def test_names_refused_files_and_the_reason(content: Path) -> None:
    (content / "text.jpg").write_text("hello")
    (content / "empty.png").touch()
    draw_picture(0, width=MIN_SIDE - 1).save(content / "small.png")
    whole = (content / "train2017" / "part0" / "000.jpg").read_bytes()
    (content / "cut.jpg").write_bytes(whole[: len(whole) // 2])
    checked = check_pictures(find_pictures(content))
    assert len(checked.usable) == 8
    reasons = {path.name: reason for path, reason in checked.refused}
    assert set(reasons) == {"text.jpg", "empty.png", "small.png", "cut.jpg"}
    assert reasons["small.png"] == "is smaller than 64 pixels"
    assert "truncated" in reasons["cut.jpg"]


def test_counts_every_picture_that_it_checks(content: Path) -> None:
    ticks: list[int] = []
    check_pictures(find_pictures(content), advance=lambda: ticks.append(1))
    assert len(ticks) == 8


def test_raises_an_error_without_usable_pictures(tmp_path: Path) -> None:
    (tmp_path / "text.jpg").write_text("hello")
    with pytest.raises(TrainingDataError, match="Not one of 1 pictures") as caught:
        check_pictures(find_pictures(tmp_path))
    assert caught.value.code == "training_data"


def test_reads_upright_rgb_from_any_mode(tmp_path: Path) -> None:
    path = tmp_path / "turned.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6
    draw_picture(0, width=100, height=70).convert("L").save(path, exif=exif)
    picture = read_picture(path, side=64)
    assert picture.mode == "RGB"
    assert picture.size == (70, 100)


def test_decodes_large_photos_at_reduced_size(tmp_path: Path) -> None:
    path = tmp_path / "large.jpg"
    draw_picture(0, width=1600, height=1200).save(path)
    assert read_picture(path, side=140).size == (200, 150)
