"""The scene of the linocut and its three cuts."""

import numpy as np
import pytest

from artworks.linocut import Scene, compose, first_cut, second_cut, third_cut
from artworks.sheet import Sheet


@pytest.fixture(scope="module")
def scene() -> Scene:
    return compose(Sheet(96, 96, 5))


def test_puts_the_heron_in_front_of_the_moon(scene: Scene) -> None:
    assert (scene.heron * scene.moon).sum() > 50
    assert (scene.wing * (scene.heron > 0.5)).sum() > 0.9 * scene.wing.sum()


def test_puts_the_light_only_on_the_water(scene: Scene) -> None:
    assert scene.light[scene.water == 0].max() == 0
    assert scene.light.max() > 0.5


def test_enlarges_the_scene_within_its_range(scene: Scene) -> None:
    grown = scene.enlarged((144, 144))
    for plane in (grown.heron, grown.reeds, grown.hills, grown.light):
        assert plane.shape == (144, 144)
        assert 0 <= plane.min() <= plane.max() <= 1
    np.testing.assert_allclose(np.hypot(grown.flow.x, grown.flow.y), 1, atol=1e-4)


def test_clears_the_moon_more_than_the_rest(scene: Scene) -> None:
    standing = first_cut(Sheet(96, 96, 5), scene)
    face = (scene.moon > 0.9) & (scene.heron < 0.1)
    about = (scene.moon == 0) & (scene.light < 0.1)
    assert standing[face].mean() + 0.15 < standing[about].mean()


def test_leaves_the_heron_standing_in_the_second_block(scene: Scene) -> None:
    standing = second_cut(Sheet(96, 96, 5), scene)
    assert standing[scene.heron > 0.95].min() > 0.9


def test_prints_the_bird_darker_than_the_sky(scene: Scene) -> None:
    dark = third_cut(Sheet(96, 96, 5), scene)
    sky = (scene.moon == 0) & (scene.water == 0) & (scene.reeds == 0) & (scene.heron == 0)
    assert dark[scene.heron > 0.95].mean() > dark[sky].mean()
    assert dark[(scene.moon > 0.9) & (scene.heron == 0)].max() < 0.1
