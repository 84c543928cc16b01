"""The pictures of the course: made by the repository's own commands, and small."""

from pathlib import Path

import pytest
from PIL import Image
from safetensors.torch import save_file

from scripts import make_course
from style_transfer.methods.network.johnson import PaintingNet

NAMES = ("features", "grams", "losses", "steps", "weights")


@pytest.mark.slow
def test_makes_every_picture_of_the_course(tmp_path: Path) -> None:
    make_course.main(["--out", str(tmp_path), "--side", "48", "--steps", "3", "--every", "2"])
    assert sorted(path.stem for path in tmp_path.iterdir()) == sorted(NAMES)
    for path in tmp_path.iterdir():
        assert path.stat().st_size <= make_course.MOST_BYTES
        with Image.open(path) as image:
            assert image.format == "WEBP"


@pytest.mark.slow
def test_shows_what_a_network_paints(tmp_path: Path) -> None:
    save_file(PaintingNet(4, light=True).state_dict(), tmp_path / "painter.safetensors")
    out = tmp_path / "out"
    make_course.main(["--out", str(out), "--network", str(tmp_path / "painter.safetensors")])
    (path,) = out.iterdir()
    assert path.name == "network.webp"
    assert path.stat().st_size <= make_course.MOST_BYTES


@pytest.mark.parametrize("page", ["README.md", "README.zh-CN.md"])
def test_the_course_shows_each_picture_with_words(page: str) -> None:
    text = (make_course.OUT.parent / page).read_text("utf-8")
    for name in (*NAMES, "network"):
        assert f"](pictures/{name}.webp)" in text
        assert f"![](pictures/{name}" not in text
        assert (make_course.OUT / f"{name}.webp").stat().st_size <= make_course.MOST_BYTES


def test_takes_only_pictures_of_this_repository() -> None:
    for path in (make_course.PHOTO, make_course.STYLE):
        assert path.is_relative_to(make_course.ROOT)
        assert path.is_file()
