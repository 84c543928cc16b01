"""Tests of the size of sketches: small, and with the strokes of the result."""

import math

import pytest

from inference.models import Photo
from inference.queue.sketch_recipe import is_cheap, sketch_spec
from style_transfer.core.sizes import result_size, sizes_of
from style_transfer.core.spec import Color, TransferSpec

SHAPES = [(4000, 3000), (3000, 3000), (1920, 1080), (900, 1600)]


def first_share(photo: tuple[int, int], spec: TransferSpec) -> float:
    """Return the side of the first painting, whose marks are the broadest, in pixels."""
    sizes = sizes_of(*result_size(photo, spec.size), spec.style_scale)
    return math.sqrt(sizes[0][0] * sizes[0][1])


@pytest.mark.parametrize("brush", [0.75, 1.0, 1.5, 2.0])
@pytest.mark.parametrize("photo", SHAPES)
def test_has_the_strokes_of_the_result(photo: tuple[int, int], brush: float) -> None:
    spec = TransferSpec(size=1280, style_scale=brush)
    small = sketch_spec(Photo(width=photo[0], height=photo[1]), spec)
    width, height = result_size(photo, small.size)

    assert 395 <= (width * height) ** 0.5 <= 600
    # Sides of paintings are rounded to whole strides.
    assert first_share(photo, small) == pytest.approx(first_share(photo, spec), rel=0.06)


def test_is_not_larger_than_the_result() -> None:
    small = sketch_spec(Photo(width=160, height=120), TransferSpec(style_scale=0.5))
    assert small.size == 160


def test_leaves_to_the_browser_what_it_can_do() -> None:
    photo = Photo(width=800, height=600)
    asked = TransferSpec(color=Color.MATCH, mask_feather=0.2, mask_invert=True, size=768)
    assert sketch_spec(photo, asked) == sketch_spec(photo, TransferSpec(size=768))


@pytest.mark.parametrize(
    ("spec", "cheap"),
    [
        ({}, True),
        ({"method": "network"}, True),
        ({"method": "optimize"}, True),
        ({"method": "optimize", "steps": 300}, False),
        ({"method": "gatys"}, False),
    ],
)
def test_paints_only_what_is_quick(spec: dict[str, object], *, cheap: bool) -> None:
    assert is_cheap(TransferSpec(**spec)) is cheap  # type: ignore[arg-type]
