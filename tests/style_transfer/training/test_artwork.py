"""The single artwork of a training: names and sizes."""

from pathlib import Path

import pytest

from style_transfer.training.artwork import name_after, require_name, shown_at
from style_transfer.training.recipe import TrainingOptionsError
from tests.style_transfer.training.conftest import CPU, draw_picture


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("the_scream.jpg", "the-scream"),
        ("The Scream (1893).png", "the-scream-1893"),
        ("-- Ω --.webp", ""),
        (f"{'a' * 90}.jpg", "a" * 64),
    ],
)
def test_makes_names_from_files(file: str, name: str) -> None:
    assert name_after(Path("somewhere") / file) == name


def test_accepts_the_names_that_it_makes() -> None:
    require_name("the-scream-1893")


@pytest.mark.parametrize("name", ["", "The Scream", "../up", "-a", "a" * 65, "naïve"])
def test_refuses_an_invalid_name(name: str) -> None:
    with pytest.raises(TrainingOptionsError, match="is no name") as caught:
        require_name(name)
    assert "--name the-scream" in caught.value.hint


def test_shrinks_the_artwork_and_never_enlarges_it() -> None:
    picture = draw_picture(0, width=80, height=60)
    assert shown_at(picture, 0.5, CPU).shape == (1, 3, 30, 40)
    assert shown_at(picture, 3.0, CPU).shape == (1, 3, 60, 80)
