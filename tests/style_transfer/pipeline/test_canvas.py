import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from style_transfer.core.spec import Color, TransferSpec
from style_transfer.imaging.color import luma_of, match_palette, palette_of
from style_transfer.imaging.tensors import to_tensor
from style_transfer.pipeline.canvas import PREVIEW_SIDE, Canvas

CPU = torch.device("cpu")


def noise(width: int, height: int, mode: str = "RGB") -> Image.Image:
    pixels = np.random.default_rng(0).integers(0, 256, (height, width, 4), dtype=np.uint8)
    return Image.fromarray(pixels).convert(mode)


def prepare(image: Image.Image, spec: TransferSpec | None = None) -> Canvas:
    return Canvas.prepare(image, spec or TransferSpec(), CPU)


class TestSize:
    @settings(max_examples=15, deadline=None)
    @given(st.integers(1, 90), st.integers(1, 90))
    def test_returns_the_size_of_the_photo(self, width: int, height: int) -> None:
        canvas = prepare(noise(width, height))
        assert canvas.resized == ""
        assert canvas.photo.shape == (1, 3, height, width)
        assert canvas.result(canvas.photo).size == (width, height)

    @pytest.mark.parametrize("size", [64, 300])
    def test_resizes_when_asked_and_says_so(self, size: int) -> None:
        canvas = prepare(noise(120, 80), TransferSpec(size=size))
        assert canvas.size == (size, round(size * 2 / 3))
        assert canvas.resized == f"resized from 120 x 80 to {size} x {canvas.size[1]}: as asked"
        assert canvas.result(canvas.photo).size == canvas.size

    def test_keeps_the_longest_side_within_bounds(self) -> None:
        canvas = prepare(noise(5000, 3))
        assert canvas.size == (4096, 2)
        assert "the longest side may have 4096 pixels" in canvas.resized

    def test_paints_large_pictures_smaller(self) -> None:
        canvas = Canvas.prepare(noise(400, 200), TransferSpec(), CPU, 100 * 50)
        assert canvas.photo.shape == (1, 3, 50, 100)
        assert canvas.resized == "painted at 100 x 50 and enlarged, to fit memory"
        assert canvas.result(canvas.photo).size == (400, 200)

    @pytest.mark.parametrize("side", [300, 100])
    def test_keeps_the_brightness_of_fine_patterns(self, side: int) -> None:
        # A checkerboard of black and white pixels has half the light of white, which is level 188.
        board = np.indices((400, 600)).sum(0) % 2 * 255
        canvas = prepare(Image.fromarray(board.astype(np.uint8)), TransferSpec(size=side))
        assert canvas.photo.mean().item() * 255 == pytest.approx(188, abs=1)

    def test_shows_all_previews_in_one_size(self) -> None:
        canvas = prepare(noise(800, 400))
        for side in (8, 100, 800):
            preview = canvas.preview(torch.rand(1, 3, side // 2, side))
            assert preview.size == (PREVIEW_SIDE, PREVIEW_SIDE // 2)

    def test_shows_small_pictures_in_their_own_size(self) -> None:
        canvas = prepare(noise(40, 30))
        assert canvas.preview(torch.rand(1, 3, 6, 8)).size == (40, 30)


class TestPixels:
    def test_returns_bytes_and_floats_of_the_painted_size(self) -> None:
        canvas = Canvas.prepare(noise(60, 40), TransferSpec(), CPU, 30 * 20)
        assert canvas.painted_size == (30, 20)
        assert canvas.pixels.shape == canvas.photo.shape == (1, 3, 20, 30)
        assert torch.equal(canvas.pixels.float() / 255, canvas.photo)

    @pytest.mark.parametrize("color", list(Color))
    def test_shows_bytes_and_halves_as_floats(self, color: Color) -> None:
        canvas = prepare(noise(60, 40), TransferSpec(color=color))
        painted = (torch.rand(1, 3, 40, 60) * 255).round() / 255
        shown = canvas.result(painted).tobytes()
        assert canvas.result((painted * 255).round().byte()).tobytes() == shown
        halved = np.asarray(canvas.result(painted.half())).astype(int)
        assert np.abs(halved - np.asarray(canvas.result(painted)).astype(int)).max() <= 1

    @pytest.mark.parametrize("color", list(Color))
    def test_shows_a_large_picture_band_by_band(
        self, color: Color, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        canvas = prepare(noise(60, 40), TransferSpec(color=color))
        painted = torch.rand(1, 3, 40, 60)
        shown = canvas.result(painted).tobytes()
        monkeypatch.setattr("style_transfer.imaging.tensors._AT_ONCE", 60 * 7)
        assert canvas.result(painted).tobytes() == shown


class TestTransparency:
    def test_restores_the_alpha(self) -> None:
        image = noise(20, 10, "RGBA")
        canvas = prepare(image)
        result = canvas.result(torch.rand_like(canvas.photo))
        assert result.mode == "RGBA"
        assert result.getchannel("A").tobytes() == image.getchannel("A").tobytes()

    def test_shows_it_in_previews(self) -> None:
        canvas = prepare(noise(20, 10, "RGBA"))
        assert canvas.preview(canvas.photo).mode == "RGBA"


class TestColor:
    SOFT = Image.new("RGB", (32, 32), (200, 90, 40))

    def test_keeps_the_hue_of_the_photo_when_asked(self) -> None:
        canvas = prepare(self.SOFT, TransferSpec(color=Color.CONTENT))
        result = np.asarray(canvas.result(torch.rand_like(canvas.photo) * 0.4 + 0.3)).astype(int)
        assert (result[..., 0] >= result[..., 1]).all()
        assert (result[..., 1] >= result[..., 2]).all()

    def test_allows_any_color_otherwise(self) -> None:
        canvas = prepare(self.SOFT, TransferSpec())
        painted = torch.zeros_like(canvas.photo)
        assert canvas.result(painted).getextrema() == ((0, 0), (0, 0), (0, 0))

    @pytest.mark.parametrize(("method", "recolors"), [("gatys", True), ("fast", False)])
    def test_is_kept_at_strength_0_by_methods_that_read_it(
        self, method: str, *, recolors: bool
    ) -> None:
        spec = TransferSpec(method=method, color=Color.CONTENT, strength=0)
        canvas = prepare(self.SOFT, spec)
        painted = torch.rand_like(canvas.photo)
        plain = prepare(self.SOFT, TransferSpec(method=method)).result(painted)
        assert (canvas.result(painted).tobytes() != plain.tobytes()) == recolors

    def test_gives_the_painting_the_palette_of_the_photo_for_match(self) -> None:
        canvas = prepare(noise(40, 30), TransferSpec(method="fast", color=Color.MATCH))
        painted = 0.25 + 0.5 * torch.rand_like(canvas.photo)
        for image in (canvas.result(painted), canvas.preview(painted)):
            recolored = palette_of(to_tensor(image, CPU))
            wanted = palette_of(canvas.photo)
            assert torch.allclose(recolored.mean, wanted.mean, atol=0.03)

    @pytest.mark.parametrize("method", ["fast", "optimize", "network"])
    def test_moves_each_pixel_half_way_to_its_photo_color_for_match(self, method: str) -> None:
        canvas = prepare(self.SOFT, TransferSpec(method=method, color=Color.MATCH))
        painted = 1 - canvas.photo
        before = match_palette(painted, palette_of(canvas.photo))
        after = to_tensor(canvas.result(painted), CPU)
        own = canvas.photo - luma_of(canvas.photo)
        distances = [float((each - luma_of(each) - own).abs().mean()) for each in (before, after)]
        assert distances[1] == pytest.approx(distances[0] / 2, rel=0.15)

    @pytest.mark.parametrize("color", list(Color))
    def test_returns_the_photo_at_strength_0(self, color: Color) -> None:
        photo = noise(40, 30)
        canvas = prepare(photo, TransferSpec(strength=0, color=color))
        assert canvas.result(canvas.photo).tobytes() == photo.tobytes()


class TestMask:
    @staticmethod
    def half(width: int, height: int) -> Image.Image:
        mask = Image.new("L", (width, height), 0)
        mask.paste(255, (0, 0, width // 2, height))
        return mask

    @pytest.mark.parametrize("color", list(Color))
    def test_keeps_the_photo_to_the_bit_where_it_is_black(self, color: Color) -> None:
        photo, mask = noise(60, 40), self.half(60, 40)
        spec = TransferSpec(color=color, mask_feather=0)
        painted = torch.rand(1, 3, 40, 60)
        shown = np.asarray(Canvas.prepare(photo, spec, CPU, mask=mask).result(painted))
        whole = np.asarray(Canvas.prepare(photo, spec, CPU).result(painted))
        assert np.array_equal(shown[:, 30:], np.asarray(photo)[:, 30:])
        assert np.array_equal(shown[:, :30], whole[:, :30])

    def test_paints_the_other_part_when_inverted(self) -> None:
        photo, mask = noise(60, 40), self.half(60, 40)
        spec = TransferSpec(mask_feather=0.1, mask_invert=True)
        shown = np.asarray(
            Canvas.prepare(photo, spec, CPU, mask=mask).result(torch.ones(1, 3, 40, 60))
        )
        assert np.array_equal(shown[:, :30], np.asarray(photo)[:, :30])
        assert (shown[:, 40:] == 255).all()

    def test_mixes_both_in_between(self) -> None:
        photo, mask = Image.new("RGB", (60, 40), 0), Image.new("L", (60, 40), 51)
        shown = Canvas.prepare(photo, TransferSpec(), CPU, mask=mask).result(
            torch.ones(1, 3, 40, 60)
        )
        assert shown.getextrema() == ((51, 51),) * 3

    def test_is_seen_in_previews_and_other_sizes(self) -> None:
        photo, mask = noise(800, 400), self.half(200, 100)
        canvas = Canvas.prepare(photo, TransferSpec(size=640), CPU, 100 * 50, mask=mask)
        kept = photo.resize((640, 320), Image.Resampling.LANCZOS)
        result = np.asarray(canvas.result(torch.ones(1, 3, 50, 100)))
        assert np.array_equal(result[:, 324:], np.asarray(kept)[:, 324:])
        assert (result[:, :300] == 255).all()
        preview = np.asarray(canvas.preview(torch.ones(1, 3, 50, 100)))
        assert (preview[:, :240] == 255).all()
        assert (preview[:, 260:] != 255).any(2).mean() > 0.9

    def test_keeps_transparency(self) -> None:
        photo = noise(60, 40, "RGBA")
        canvas = Canvas.prepare(photo, TransferSpec(), CPU, mask=self.half(60, 40))
        shown = canvas.result(torch.ones(1, 3, 40, 60))
        assert np.array_equal(np.asarray(shown)[..., 3], np.asarray(photo)[..., 3])

    def test_shows_a_large_picture_band_by_band(self, monkeypatch: pytest.MonkeyPatch) -> None:
        canvas = Canvas.prepare(noise(60, 40), TransferSpec(), CPU, mask=self.half(60, 40))
        painted = torch.rand(1, 3, 40, 60)
        shown = canvas.result(painted).tobytes()
        monkeypatch.setattr("style_transfer.imaging.tensors._AT_ONCE", 60 * 7)
        assert canvas.result(painted).tobytes() == shown
