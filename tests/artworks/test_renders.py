"""Every artwork in the list: it renders, looks the same each time, and is not flat."""

from functools import cache

import numpy as np
import pytest
from PIL import Image

from artworks.registry import load_artworks

# The first test of an artwork renders it for all others.
pytestmark = pytest.mark.slow
ARTWORKS = load_artworks()
SLUGS = sorted(ARTWORKS)
SMALL = 96


@cache
def rendered(slug: str, seed: int) -> Image.Image:
    """Return the artwork at a tiny size; all tests share one rendering of each."""
    module = ARTWORKS[slug]
    width, height = module.ARTWORK.size(SMALL)
    return module.render(width=width, height=height, seed=seed)


def own_seed(slug: str) -> int:
    return ARTWORKS[slug].ARTWORK.seed


@pytest.mark.parametrize("slug", SLUGS)
def test_has_the_requested_size(slug: str) -> None:
    image = rendered(slug, own_seed(slug))
    assert image.size == ARTWORKS[slug].ARTWORK.size(SMALL)
    assert max(image.size) == SMALL
    assert image.mode == "RGB"


@pytest.mark.parametrize("slug", SLUGS)
def test_paints_the_same_picture_from_the_same_seed(slug: str) -> None:
    width, height = ARTWORKS[slug].ARTWORK.size(SMALL)
    again = ARTWORKS[slug].render(width=width, height=height, seed=own_seed(slug))
    assert again.tobytes() == rendered(slug, own_seed(slug)).tobytes()


@pytest.mark.parametrize("slug", SLUGS)
def test_paints_another_picture_from_another_seed(slug: str) -> None:
    other = rendered(slug, own_seed(slug) + 1)
    assert other.tobytes() != rendered(slug, own_seed(slug)).tobytes()


@pytest.mark.parametrize("slug", SLUGS)
def test_is_not_flat(slug: str) -> None:
    pixels = np.asarray(rendered(slug, own_seed(slug)), dtype=float)
    assert pixels.std() > 15
    assert len(np.unique(pixels.reshape(-1, 3), axis=0)) > 500


@pytest.mark.parametrize("slug", SLUGS)
def test_fills_the_sheet_with_its_marks(slug: str) -> None:
    gray = np.asarray(rendered(slug, own_seed(slug)).convert("L"), dtype=float)
    rows, columns = (side // 4 for side in gray.shape)
    patches = [
        gray[down * rows : (down + 1) * rows, across * columns : (across + 1) * columns]
        for down in range(4)
        for across in range(4)
    ]
    plain = [patch for patch in patches if patch.std() < 1.0]
    assert plain == []


@pytest.mark.parametrize("slug", SLUGS)
def test_uses_the_whole_range_of_light(slug: str) -> None:
    gray = np.asarray(rendered(slug, own_seed(slug)).convert("L"))
    dark, light = np.percentile(gray, (2, 98))
    assert light - dark > 60


@pytest.mark.parametrize("slug", SLUGS)
def test_has_a_complete_label(slug: str) -> None:
    artwork = ARTWORKS[slug].ARTWORK
    assert artwork.slug == slug
    assert artwork.title
    assert not artwork.title.endswith(".")
    assert artwork.description.endswith(".")
    assert artwork.palette_note.endswith(".")
    assert artwork.technique
    assert 3 <= len(artwork.tags) <= 10
    assert len(set(artwork.tags)) == len(artwork.tags)


def test_gives_each_artwork_its_own_title() -> None:
    titles = [module.ARTWORK.title for module in ARTWORKS.values()]
    assert len(set(titles)) == len(titles)
