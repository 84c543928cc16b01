import numpy as np
import pytest
import torch
from PIL import Image

from style_transfer.core.development import Development
from style_transfer.core.spec import Color, SpecError, TransferSpec
from style_transfer.imaging.color import luma_of
from style_transfer.imaging.tensors import to_tensor
from style_transfer.pipeline.canvas import Canvas
from style_transfer.pipeline.development import FinishedPainting, develop
from tests.support.factories import make_picture

CPU = torch.device("cpu")
PHOTO = make_picture((60, 40))


# Black on the left, then softer and softer.
MASK = Image.linear_gradient("L").rotate(90).point(lambda level: max(0, 2 * level - 255))
MASK = MASK.resize(PHOTO.size)


def finished(
    color: Color,
    photo: Image.Image = PHOTO,
    size: int | None = None,
    mask: Image.Image | None = None,
) -> FinishedPainting:
    """Paint nothing real: a picture with other shapes and colors than the photo."""
    canvas = Canvas.prepare(photo, TransferSpec(color=color, size=size), CPU, mask=mask)
    painted = to_tensor(make_picture(canvas.painted_size, seed=7), CPU) * 0.8
    return FinishedPainting(canvas, painted)


def painting_of(done: FinishedPainting) -> Image.Image:
    """Return the painting in its own colors, as the site finds it."""
    return done.layers().painting or done.canvas.result(done.painted)


def apart(one: Image.Image, other: Image.Image) -> int:
    """Return the largest difference of two pictures, in levels of 255."""
    difference = np.asarray(one).astype(int) - np.asarray(other).astype(int)
    return int(np.abs(difference).max())


class TestLayers:
    def test_keeps_no_second_file_of_a_painting_in_its_own_colors(self) -> None:
        assert finished(Color.STYLE).layers().painting is None

    @pytest.mark.parametrize("color", [Color.CONTENT, Color.MATCH])
    def test_keeps_the_painting_in_its_own_colors_otherwise(self, color: Color) -> None:
        done = finished(color)
        own = finished(Color.STYLE)
        assert apart(painting_of(done), own.canvas.result(own.painted)) == 0
        assert apart(painting_of(done), done.canvas.result(done.painted)) > 5

    def test_keeps_nothing_more_at_strength_0(self) -> None:
        canvas = Canvas.prepare(PHOTO, TransferSpec(strength=0, color=Color.MATCH), CPU)
        assert FinishedPainting(canvas, canvas.photo).layers().painting is None

    @pytest.mark.parametrize("color", list(Color))
    def test_keeps_the_whole_painting_beside_its_mask(self, color: Color) -> None:
        done = finished(color, mask=MASK)
        own = finished(Color.STYLE)
        layers = done.layers()
        assert apart(painting_of(done), own.canvas.result(own.painted)) == 0
        assert layers.mask is done.canvas.mask
        assert layers.color_map == finished(color).layers().color_map

    def test_keeps_a_painting_in_the_size_of_the_result(self) -> None:
        canvas = Canvas.prepare(PHOTO, TransferSpec(color=Color.MATCH), CPU, 30 * 20)
        done = FinishedPainting(canvas, torch.rand(1, 3, 20, 30))
        assert painting_of(done).size == (60, 40)


class TestDevelop:
    @pytest.mark.parametrize("painted_with", list(Color))
    @pytest.mark.parametrize("color", list(Color))
    def test_gives_what_painting_with_these_colors_gives(
        self, painted_with: Color, color: Color
    ) -> None:
        done, wanted = finished(painted_with), finished(color)
        layers = done.layers()
        made = develop(painting_of(done), PHOTO, Development(1, color), layers.color_map)
        # The kept painting has 8 bits, so the brightness of a pixel can move by half a level.
        assert apart(made, wanted.canvas.result(wanted.painted)) <= 1

    @pytest.mark.parametrize("painted_with", list(Color))
    @pytest.mark.parametrize("color", list(Color))
    @pytest.mark.parametrize("size", [None, 90])
    def test_shows_as_much_of_it_as_the_mask_says(
        self, painted_with: Color, color: Color, size: int | None
    ) -> None:
        done, wanted = (finished(each, size=size, mask=MASK) for each in (painted_with, color))
        layers = done.layers()
        assert layers.mask is not None
        parts = (painting_of(done), PHOTO, Development(1, color), layers.color_map, layers.mask)
        assert apart(develop(*parts), wanted.canvas.result(wanted.painted)) <= 1

    @pytest.mark.parametrize("strength", [0, 0.3, 0.77, 1])
    def test_keeps_the_photo_to_the_bit_where_the_mask_is_black(self, strength: float) -> None:
        done = finished(Color.STYLE, mask=MASK)
        layers, how = done.layers(), Development(strength, Color.MATCH)
        made = develop(painting_of(done), PHOTO, how, layers.color_map, layers.mask)
        black = np.asarray(layers.mask) == 0
        assert 0.3 < black.mean() < 0.7
        assert (np.asarray(made)[black] == np.asarray(PHOTO)[black]).all()
        assert (apart(made, PHOTO) > 5) == (strength > 0)

    @pytest.mark.parametrize("color", list(Color))
    def test_gives_the_photo_at_strength_0(self, color: Color) -> None:
        done = finished(Color.STYLE)
        made = develop(painting_of(done), PHOTO, Development(0, color), done.layers().color_map)
        assert apart(made, PHOTO) == 0

    def test_mixes_evenly_in_between(self) -> None:
        done = finished(Color.STYLE)
        painting, color_map = painting_of(done), done.layers().color_map
        made = develop(painting, PHOTO, Development(0.25, Color.STYLE), color_map)
        wanted = np.asarray(PHOTO) * 0.75 + np.asarray(painting) * 0.25
        assert np.abs(np.asarray(made) - wanted).max() <= 0.51

    def test_scales_the_photo_to_the_painting(self) -> None:
        done = finished(Color.STYLE, size=90)
        made = develop(painting_of(done), PHOTO, Development(0.5), done.layers().color_map)
        assert made.size == (90, 60)

    def test_keeps_the_transparency(self) -> None:
        photo = PHOTO.convert("RGBA")
        photo.putalpha(Image.linear_gradient("L").resize(PHOTO.size))
        done = finished(Color.MATCH, photo)
        made = develop(painting_of(done), photo, Development(0.5), done.layers().color_map)
        assert made.mode == "RGBA"
        assert made.getchannel("A").tobytes() == photo.getchannel("A").tobytes()

    def test_gives_the_same_picture_in_bands(self, monkeypatch: pytest.MonkeyPatch) -> None:
        done = finished(Color.STYLE)
        layers, how = done.layers(), Development(0.6, Color.MATCH)
        whole = develop(painting_of(done), PHOTO, how, layers.color_map)
        monkeypatch.setattr("style_transfer.imaging.tensors._AT_ONCE", 60 * 7)
        assert apart(develop(painting_of(done), PHOTO, how, layers.color_map), whole) == 0

    def test_keeps_the_brightness_of_the_painting_with_the_colors_of_the_photo(self) -> None:
        done = finished(Color.STYLE)
        painting = painting_of(done)
        made = develop(painting, PHOTO, Development(1, Color.CONTENT), done.layers().color_map)
        before, after = (luma_of(to_tensor(each, CPU)) for each in (painting, made))
        assert float((before - after).abs().max()) < 0.01


class TestSettings:
    @pytest.mark.parametrize(
        ("name", "value"),
        [("strength", 1.01), ("strength", -0.1), ("strength", float("nan")), ("color", "sepia")],
    )
    def test_names_a_value_that_is_out_of_bounds(self, name: str, value: object) -> None:
        with pytest.raises(SpecError) as caught:
            Development(**{name: value})  # type: ignore[arg-type]
        assert list(caught.value.fields) == [name]
