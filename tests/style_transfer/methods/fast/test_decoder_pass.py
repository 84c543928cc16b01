"""Tiles: they use the statistics of the whole picture, so no seam can appear."""

import pytest
import torch
from torch import Tensor

from style_transfer.core.tiling import (
    BLOCK_MARGIN,
    ENCODER_MARGIN,
    PictureTiling,
    Tiling,
    split_into_tiles,
)
from style_transfer.features.losses import Moments
from style_transfer.methods.fast.decoder import LEVELS, STRIDE
from style_transfer.methods.fast.decoder_pass import DecoderPass, LevelBlend, paint_whole
from style_transfer.methods.fast.network import Painter

BLEND = LevelBlend((0.6, 0.7, 0.8, 0.9, 1.0), (0.4, 0.3, 0.2, 0.1, 0.0))


@pytest.fixture
def photo() -> Tensor:
    torch.manual_seed(3)
    small = torch.rand(1, 3, 12, 15)
    return torch.nn.functional.interpolate(small, (19 * STRIDE, 23 * STRIDE), mode="bicubic").clamp(
        0, 1
    )


@pytest.fixture
def wanted(painter: Painter) -> dict[int, Moments]:
    torch.manual_seed(4)
    levels = painter.encode(torch.rand(1, 3, 64, 64))
    return {level: painter.measure(level, levels[level]) for level in LEVELS}


def small_tiles(photo: Tensor) -> PictureTiling:
    batch, _, height, width = photo.shape
    return PictureTiling(batch, height, width, Tiling(whole=0, tile=128))


def finish(decoding: DecoderPass) -> Tensor:
    *steps, last = decoding.run()
    assert all(step is None for step in steps)
    assert last is not None
    return last


def test_gives_the_same_result_as_paint_whole(
    painter: Painter, photo: Tensor, wanted: dict[int, Moments]
) -> None:
    with torch.no_grad():
        simple = paint_whole(painter, photo, wanted, BLEND).clamp(0, 1)
    whole = finish(DecoderPass(painter, photo, wanted, BLEND))
    torch.testing.assert_close(whole, simple, atol=1e-4, rtol=0)


def test_gives_the_same_result_in_tiles(
    painter: Painter, photo: Tensor, wanted: dict[int, Moments]
) -> None:
    whole = finish(DecoderPass(painter, photo, wanted, BLEND))
    painting = DecoderPass(painter, photo, wanted, BLEND, tiling=small_tiles(photo))
    tiled = finish(painting)
    # The remaining difference is the rounding of maps stored in float16.
    assert (tiled - whole).abs().max() < 0.01
    assert (tiled - whole).abs().mean() < 0.001


def test_shows_no_seam_where_tiles_meet(
    painter: Painter, photo: Tensor, wanted: dict[int, Moments]
) -> None:
    painting = DecoderPass(painter, photo, wanted, BLEND, tiling=small_tiles(photo))
    tiled = finish(painting)
    steps = (tiled[..., 1:] - tiled[..., :-1]).abs().mean((0, 1, 2))  # (W - 1,)
    whole = finish(DecoderPass(painter, photo, wanted, BLEND))
    plain = (whole[..., 1:] - whole[..., :-1]).abs().mean((0, 1, 2))
    seams = torch.tensor([127, 255])
    assert (steps[seams] / plain[seams] - 1).abs().max() < 0.05


def test_paints_several_at_once_like_one_by_one(
    painter: Painter, photo: Tensor, wanted: dict[int, Moments]
) -> None:
    other = photo.flip(3)
    both = finish(DecoderPass(painter, torch.cat([photo, other]), wanted, BLEND))
    for index, each in enumerate((photo, other)):
        alone = finish(DecoderPass(painter, each, wanted, BLEND))
        torch.testing.assert_close(both[index : index + 1], alone, atol=1e-4, rtol=0)


@pytest.mark.parametrize("margin", [ENCODER_MARGIN, BLOCK_MARGIN])
def test_reads_a_margin_around_each_tile(margin: int) -> None:
    tiles = split_into_tiles(300, 500, 128, margin)
    assert len(tiles) == 12
    covered = torch.zeros(300, 500)
    for tile in tiles:
        tile.crop(covered[None, None]).add_(1)
        for (low, high), (first, last), length in (
            (tile.rows, tile.input_rows, 300),
            (tile.columns, tile.input_columns, 500),
        ):
            assert first == max(0, low - margin)
            assert last == min(length, high + margin)
    assert (covered == 1).all()


def test_scales_a_tile_to_larger_and_smaller_maps() -> None:
    tile = split_into_tiles(256, 256, 128, 32)[3]
    assert tile.rows == (128, 256)
    assert tile.scaled_up(2).rows == (256, 512)
    assert tile.scaled_down(16).input_columns == (6, 16)
    assert tile.trim_margin(torch.zeros(1, 1, 160, 160)).shape == (1, 1, 128, 128)


@pytest.mark.parametrize("deepest", [3, 5])
def test_counts_its_steps(
    painter: Painter, photo: Tensor, wanted: dict[int, Moments], deepest: int
) -> None:
    blend = LevelBlend((1.0,) * deepest, (0.0,) * deepest)
    for tiling in (PictureTiling(1, *photo.shape[-2:]), small_tiles(photo)):
        painting = DecoderPass(painter, photo, wanted, blend, tiling=tiling)
        assert len([*painting.run()]) == tiling.count_steps(deepest)


def test_paints_in_tiles_like_in_one_piece_what_keeps_some_of_the_photo(
    painter: Painter, photo: Tensor, wanted: dict[int, Moments]
) -> None:
    blend = LevelBlend((1.0, 1.0, 1.0), (0.1, 0.2, 0.3))
    with torch.no_grad():
        simple = paint_whole(painter, photo, wanted, blend).clamp(0, 1)
    tiled = finish(DecoderPass(painter, photo, wanted, blend, tiling=small_tiles(photo)))
    assert (tiled - simple).abs().mean() < 0.001


def test_paints_bytes_like_floats(
    painter: Painter, photo: Tensor, wanted: dict[int, Moments]
) -> None:
    pixels = (photo * 255).round().byte()
    for tiling in (None, small_tiles(photo)):
        paintings = (
            finish(DecoderPass(painter, each, wanted, BLEND, tiling=tiling))
            for each in (pixels, pixels.float() / 255)
        )
        assert torch.equal(*paintings)


def test_stores_large_pictures_in_the_painters_precision(
    painter: Painter, photo: Tensor, wanted: dict[int, Moments]
) -> None:
    def kind(network: Painter, tiling: PictureTiling | None) -> torch.dtype:
        return finish(DecoderPass(network, photo, wanted, BLEND, tiling=tiling)).dtype

    assert kind(painter, None) is torch.float32
    assert kind(painter, small_tiles(photo)) is torch.float16
    assert kind(painter.in_full(), small_tiles(photo)) is torch.float32


@pytest.mark.parametrize(("height", "width"), [(1600, 800), (160, 4096), (16, 16)])
def test_cuts_strips_that_start_at_a_multiple(height: int, width: int) -> None:
    strips = PictureTiling(1, height, width, Tiling(whole=0, tile=256)).strips(48, 18)
    assert [strip.rows[0] % 48 for strip in strips] == [0] * len(strips)
    assert [strip.rows[1] for strip in strips[:-1]] == [strip.rows[0] for strip in strips[1:]]
    assert strips[-1].rows[1] == height
    assert all(strip.columns == strip.input_columns == (0, width) for strip in strips)
    assert all(strip.input_rows[0] == max(0, strip.rows[0] - 18) for strip in strips)
    assert len(strips) == 1 or strips[0].rows[1] * width <= max(256**2, 48 * width)


def test_uses_one_strip_for_a_picture_without_tiles() -> None:
    assert [strip.rows for strip in PictureTiling(1, 320, 480).strips(3, 18)] == [(0, 320)]
