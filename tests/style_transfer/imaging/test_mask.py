"""Masks: any picture becomes one, black stays black, and what cannot be used has a code."""

import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from style_transfer.imaging.mask import (
    MaskEmptyError,
    MaskShapeError,
    MaskUnreadableError,
    check_mask_shape,
    fit_mask,
    gray_mask,
    load_mask,
    resize_mask,
)

SIZE = (90, 60)


def half(size: tuple[int, int] = SIZE, mode: str = "L") -> Image.Image:
    """Make a mask that is white on its left half."""
    mask = Image.new("L", size, 0)
    mask.paste(255, (0, 0, size[0] // 2, size[1]))
    return mask.convert(mode)


def levels(mask: Image.Image) -> np.ndarray:
    return np.asarray(mask).astype(int)


class TestGray:
    @pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK"])
    def test_reads_every_mode(self, mode: str) -> None:
        assert np.array_equal(levels(gray_mask(half(mode=mode))), levels(half()))

    def test_reads_16_bits(self) -> None:
        deep = Image.fromarray(np.asarray(half()).astype(np.uint16) * 257)
        assert np.array_equal(levels(gray_mask(deep)), levels(half()))

    def test_takes_transparent_places_as_black(self) -> None:
        brushed = Image.new("RGBA", SIZE, (255, 255, 255, 0))
        brushed.paste((255, 255, 255, 128), (0, 0, 10, 60))
        gray = levels(gray_mask(brushed))
        assert (gray[:, :10] == 128).all()
        assert (gray[:, 10:] == 0).all()


class TestShape:
    @settings(max_examples=60, deadline=None)
    @given(st.integers(1, 4000), st.integers(1, 4000), st.floats(0.02, 8))
    def test_accepts_every_size_of_the_same_proportions(
        self, width: int, height: int, factor: float
    ) -> None:
        scaled = (max(1, round(width * factor)), max(1, round(height * factor)))
        check_mask_shape(scaled, (width, height))

    @pytest.mark.parametrize("other", [(60, 90), (60, 60), (90, 50), (900, 620), (90, 1)])
    def test_refuses_other_proportions(self, other: tuple[int, int]) -> None:
        with pytest.raises(MaskShapeError, match="different proportions"):
            check_mask_shape(other, SIZE)


class TestFit:
    @pytest.mark.parametrize("feather", [0, 0.02, 0.25])
    def test_keeps_what_is_white_or_black_everywhere(self, feather: float) -> None:
        white = Image.new("L", SIZE, 255)
        assert fit_mask(white, SIZE, (45, 30), feather=feather).getextrema() == (255, 255)
        with pytest.raises(MaskEmptyError):
            fit_mask(white, SIZE, SIZE, feather=feather, invert=True)

    @pytest.mark.parametrize("feather", [0.02, 0.1, 0.25])
    @pytest.mark.parametrize("invert", [False, True])
    def test_softens_the_edge_on_its_inside_only(self, feather: float, *, invert: bool) -> None:
        fitted = levels(fit_mask(half(), SIZE, SIZE, feather=feather, invert=invert))
        plain = levels(half())
        plain = 255 - plain if invert else plain
        assert (fitted[plain == 0] == 0).all()
        row = fitted[30] if invert else fitted[30][::-1]
        rising = row[45:].astype(int)
        assert (np.diff(rising) >= 0).all()
        wide = round(feather * 90)  # pixels
        assert rising[0] < 300 / wide  # no step at the edge
        assert rising[wide] > 220

    def test_keeps_gray_levels_of_a_soft_mask(self) -> None:
        gray = Image.new("L", SIZE, 100)
        assert fit_mask(gray, SIZE, SIZE, feather=0.1).getextrema() == (100, 100)

    @pytest.mark.parametrize("size", [(30, 20), (360, 240), (91, 61)])
    def test_has_the_size_of_the_result(self, size: tuple[int, int]) -> None:
        fitted = fit_mask(half(), SIZE, size)
        assert (fitted.mode, fitted.size) == ("L", size)
        assert 0.45 < levels(fitted).mean() / 255 < 0.55

    def test_refuses_a_mask_that_lets_nothing_be_painted(self) -> None:
        with pytest.raises(MaskEmptyError) as caught:
            fit_mask(Image.new("L", SIZE, 0), SIZE, SIZE)
        assert caught.value.code == "mask_empty"

    def test_refuses_a_line_thinner_than_its_feather(self) -> None:
        line = Image.new("L", SIZE, 0)
        line.paste(255, (0, 20, 90, 21))
        assert fit_mask(line, SIZE, SIZE).getextrema() == (0, 255)
        with pytest.raises(MaskEmptyError):
            fit_mask(line, SIZE, SIZE, feather=0.2)

    def test_leaves_black_black_when_it_is_made_smaller(self) -> None:
        small = levels(resize_mask(half((900, 600)), SIZE))
        assert (small[:, 47:] == 0).all()
        assert (small[:, :43] == 255).all()


class TestFile:
    def test_reads_a_file_and_its_bytes(self, tmp_path: Path) -> None:
        half(mode="RGB").save(tmp_path / "mask.png")
        for source in (tmp_path / "mask.png", (tmp_path / "mask.png").read_bytes()):
            assert np.array_equal(levels(load_mask(source)), levels(half()))

    def test_reads_a_jpeg(self) -> None:
        file = io.BytesIO()
        half().save(file, "JPEG", quality=90)
        assert np.abs(levels(load_mask(file.getvalue())) - levels(half())).mean() < 3

    @pytest.mark.parametrize("content", [b"", b"no picture", b"\x89PNG\r\n\x1a\n"])
    def test_refuses_what_is_no_picture(self, content: bytes) -> None:
        with pytest.raises(MaskUnreadableError) as caught:
            load_mask(content)
        assert caught.value.code == "mask_unreadable"
        assert "mask" in str(caught.value)
