"""The museum label of an artwork, and the size that follows from it."""

import dataclasses

import pytest

from artworks.artwork import Artwork


def label(aspect: tuple[int, int]) -> Artwork:
    return Artwork(
        slug="blue-hour",
        title="Blue Hour",
        technique="Impasto",
        description="An hour.",
        tags=("blue", "night", "sea"),
        palette_note="Blue.",
        aspect=aspect,
    )


@pytest.mark.parametrize(
    ("aspect", "size"),
    [((1, 1), (1024, 1024)), ((4, 3), (1024, 768)), ((3, 4), (768, 1024))],
)
def test_gives_the_longer_side_the_requested_length(
    aspect: tuple[int, int], size: tuple[int, int]
) -> None:
    assert label(aspect).size(1024) == size


def test_never_has_an_empty_side() -> None:
    assert label((100, 1)).size(10) == (10, 1)


def test_cannot_be_changed() -> None:
    artwork = label((1, 1))
    with pytest.raises(dataclasses.FrozenInstanceError):
        artwork.seed = 3  # type: ignore[misc]
