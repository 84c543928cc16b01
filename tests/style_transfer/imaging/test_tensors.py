import numpy as np
import pytest
import torch
from PIL import Image

from style_transfer.core.errors import InternalError
from style_transfer.imaging import tensors
from style_transfer.imaging.tensors import as_floats, bands_of_rows, to_image, to_pixels, to_tensor

CPU = torch.device("cpu")


def test_is_unchanged_after_conversion_to_a_tensor_and_back() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (9, 7, 3), dtype=np.uint8)
    image = Image.fromarray(noise)
    tensor = to_tensor(image, CPU)
    assert tensor.shape == (1, 3, 9, 7)
    assert tensor.max() <= 1
    assert to_image(tensor).tobytes() == image.tobytes()


def test_clips_values_out_of_range() -> None:
    image = to_image(torch.tensor([-1.0, 0.5, 2.0]).reshape(1, 3, 1, 1))
    assert image.getpixel((0, 0)) == (0, 128, 255)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_refuses_values_that_are_not_finite(value: float) -> None:
    tensor = torch.zeros(1, 3, 2, 2)
    tensor[0, 1, 0, 1] = value
    with pytest.raises(InternalError, match="not numbers"):
        to_image(tensor)


def test_returns_bytes_and_floats_of_the_same_picture() -> None:
    image = Image.effect_noise((7, 9), 50).convert("RGB")
    pixels = to_pixels(image, CPU)
    assert pixels.dtype is torch.uint8
    assert pixels.shape == (1, 3, 9, 7)
    assert torch.equal(as_floats(pixels), to_tensor(image, CPU))
    assert to_image(pixels).tobytes() == image.tobytes()


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_accepts_any_float_type(dtype: torch.dtype) -> None:
    picture = torch.rand(1, 3, 4, 5)
    floats = as_floats(picture.to(dtype))
    assert floats.dtype is torch.float32
    torch.testing.assert_close(floats, picture, atol=0.01, rtol=0)


def test_does_not_change_its_input() -> None:
    picture = torch.rand(1, 3, 4, 5)
    before = picture.clone()
    to_image(picture, lambda band, _rows: band * 0.5)
    assert torch.equal(picture, before)


@pytest.mark.parametrize("at_once", [1, 40, 100, 10_000])
def test_processes_a_picture_in_bands(monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
    monkeypatch.setattr(tensors, "_AT_ONCE", at_once)
    picture = torch.rand(2, 3, 13, 9)
    bands = list(bands_of_rows(picture))
    assert torch.equal(torch.cat([picture[:, :, band] for band in bands], 2), picture)
    assert all(
        band.stop - band.start == 1 or (band.stop - band.start) * 18 <= at_once for band in bands
    )
    whole = to_image(picture[:1])
    monkeypatch.undo()
    assert whole.tobytes() == to_image(picture[:1]).tobytes()


def test_changes_each_band(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tensors, "_AT_ONCE", 14)
    asked: list[slice] = []

    def shade(band: torch.Tensor, rows: slice) -> torch.Tensor:
        asked.append(rows)
        return torch.full_like(band, rows.start / 255)

    image = to_image(torch.zeros(1, 3, 5, 7), shade)
    assert [(rows.start, rows.stop) for rows in asked] == [(0, 2), (2, 4), (4, 5)]
    assert [image.getpixel((3, row)) for row in range(5)] == [
        (value, value, value) for value in (0, 0, 2, 2, 4)
    ]
