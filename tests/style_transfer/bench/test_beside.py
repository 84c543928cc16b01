from pathlib import Path

import pytest
from PIL import Image

from style_transfer.bench.beside import (
    AnswerNameTakenError,
    PaintedFolder,
    check_beside,
    keep_painted,
    put_beside,
)
from style_transfer.bench.quality import Pair
from style_transfer.core.errors import InputUnreadableError
from style_transfer.imaging.saving import OutputError

PHOTOS, ARTWORKS = [Path("dog.jpg")], [Path("waves.png"), Path("dots.png")]


@pytest.fixture
def folder(tmp_path: Path) -> PaintedFolder:
    for name in ("dog__waves.jpg", "dog__dots.png"):
        Image.new("RGB", (20, 10), "red").save(tmp_path / name)
    return PaintedFolder("other", tmp_path)


@pytest.fixture
def pair() -> Pair:
    gray = Image.new("RGB", (40, 20), "gray")
    return Pair("dog", "waves", gray, gray, {"fast": gray})


def test_finds_pictures_of_any_format(folder: PaintedFolder) -> None:
    check_beside([folder], ["fast"], PHOTOS, ARTWORKS)
    assert folder.find("dog", "dots").name == "dog__dots.png"


def test_names_a_picture_that_is_missing(folder: PaintedFolder) -> None:
    with pytest.raises(InputUnreadableError, match="other has no picture cat__waves"):
        check_beside([folder], [], [*PHOTOS, Path("cat.jpg")], ARTWORKS)


@pytest.mark.parametrize("taken", [["other"], []])
def test_refuses_a_name_twice(folder: PaintedFolder, taken: list[str]) -> None:
    folders = [folder] if taken else [folder, folder]
    with pytest.raises(AnswerNameTakenError, match="called other"):
        check_beside(folders, taken, PHOTOS, ARTWORKS)


def test_scales_a_picture_to_the_photo(folder: PaintedFolder, pair: Pair) -> None:
    both = put_beside(pair, [folder])
    assert list(both.answers) == ["fast", "other"]
    assert both.answers["other"].size == (40, 20)
    assert list(pair.answers) == ["fast"]


def test_finds_what_was_kept(tmp_path: Path, pair: Pair) -> None:
    keep_painted(pair, pair.answers, tmp_path / "kept")
    again = put_beside(pair, [PaintedFolder("before", tmp_path / "kept" / "fast")])
    assert again.answers["before"].tobytes() == pair.answers["fast"].tobytes()


def test_says_that_a_folder_cannot_be_made(tmp_path: Path, pair: Pair) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be made"):
        keep_painted(pair, pair.answers, tmp_path / "file")
