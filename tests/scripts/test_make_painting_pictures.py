"""The pictures of the page about painting: made by the engine itself, and small."""

import re
from pathlib import Path

import pytest
from PIL import Image

from scripts import make_painting_pictures as script

PAGES = [script.ROOT / "docs" / name for name in ("painting.md", "painting.zh-CN.md")]


@pytest.mark.slow
def test_makes_every_picture_of_the_page(tmp_path: Path) -> None:
    script.main(["--out", str(tmp_path), "--side", "64"])
    assert sorted(path.stem for path in tmp_path.iterdir()) == sorted(script.PICTURES)
    for path in tmp_path.iterdir():
        assert path.stat().st_size <= script.MOST_BYTES
        with Image.open(path) as image:
            assert image.format == "WEBP"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_page_shows_each_picture_with_words(page: Path) -> None:
    shown = re.findall(r"!\[(.*)\]\(painting/(\w+)\.webp\)", page.read_text("utf-8"))
    assert sorted(name for _, name in shown) == sorted(script.PICTURES)
    assert all(words for words, _ in shown)


def test_the_pictures_are_small() -> None:
    sizes = {path.stem: path.stat().st_size for path in script.OUT.iterdir()}
    assert sizes.keys() == script.PICTURES.keys()
    assert max(sizes.values()) <= script.MOST_BYTES
    assert sum(sizes.values()) < 1_000_000


def test_takes_only_pictures_of_this_repository() -> None:
    for path in (script.CAT, script.ROCKET, script.STYLE, script.CODE):
        assert path.is_relative_to(script.ROOT)
        assert path.is_file()
