"""Style embeddings: their views and blends, their bytes, and the bytes that are refused."""

import copy
import io
import math
import pickle
import struct
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from safetensors.torch import load, save
from torch import Tensor

from style_transfer.features.losses import Moments
from style_transfer.imaging.tensors import to_tensor
from style_transfer.methods.fast import embedding as embedding_module
from style_transfer.methods.fast.contrast import BANDS, band_contrast
from style_transfer.methods.fast.decoder import LEVELS
from style_transfer.methods.fast.embedding import (
    FORMAT,
    LARGEST,
    MOST_BYTES,
    SMALLEST,
    StyleEmbedding,
    StyleEmbeddingError,
    blend_embeddings,
)
from style_transfer.methods.fast.network import Painter, load_painter
from style_transfer.methods.fast.textons import SIZE, Textons


def soft(seed: int, width: int = 400, height: int = 300) -> Image.Image:
    small = np.random.default_rng(seed).integers(0, 256, (20, 20, 3), dtype=np.uint8)
    return Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC)


_made: dict[str, StyleEmbedding] = {}


@pytest.fixture
def code(painter: Painter) -> StyleEmbedding:
    """Return an embedding of its own; making one takes a while, so a first one is copied."""
    if painter.sha256 not in _made:
        _made[painter.sha256] = StyleEmbedding.from_picture(soft(0), painter)
    return copy.deepcopy(_made[painter.sha256])


def assert_same(one: dict[int, Moments], other: dict[int, Moments], tolerance: float = 0) -> None:
    for level in LEVELS:
        for name in ("mean", "covariance"):
            values = (getattr(each[level], name) for each in (one, other))
            torch.testing.assert_close(*values, rtol=tolerance, atol=tolerance)


class TestViews:
    def test_halves_the_side_from_view_to_view(self, code: StyleEmbedding) -> None:
        own = (400 * 300) ** 0.5
        torch.testing.assert_close(code.sides, torch.tensor([own / 2, own]))
        assert code.sides[0] >= SMALLEST

    @pytest.mark.parametrize("size", [(1, 1), (1, 300), (64, 64), (191, 191)])
    def test_has_one_view_of_a_small_picture(self, painter: Painter, size: tuple[int, int]) -> None:
        code = StyleEmbedding.from_picture(soft(1, *size), painter)
        assert len(code.sides) == 1
        assert all(code.means[level].isfinite().all() for level in LEVELS)

    def test_has_no_view_above_the_largest_side(
        self, painter: Painter, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(embedding_module, "LARGEST", 200.0)
        code = StyleEmbedding.from_picture(soft(1, 800, 600), painter)
        assert code.sides.tolist() == [100, 200]
        assert LARGEST > 1024

    @pytest.mark.parametrize("mode", ["L", "RGBA", "CMYK", "P", "1"])
    def test_accepts_pictures_of_any_mode(self, painter: Painter, mode: str) -> None:
        StyleEmbedding.from_picture(soft(1, 40, 30).convert(mode), painter)

    def test_holds_the_moments_of_each_level(self, code: StyleEmbedding, painter: Painter) -> None:
        for level in LEVELS:
            size = painter.live(level)
            assert code.means[level].shape == (2, size)
            assert code.covariances[level].shape == (2, size, size)


class TestSize:
    def test_gives_a_view_at_its_own_size(self, code: StyleEmbedding) -> None:
        for view, side in enumerate(code.sides.tolist()):
            seen = code.at(side)
            expected = {
                level: Moments(code.means[level][view], code.covariances[level][view])
                for level in LEVELS
            }
            assert_same(seen, expected, 1e-5)

    def test_gives_the_nearest_view_beyond_the_ends(self, code: StyleEmbedding) -> None:
        low, high = code.sides.tolist()
        assert_same(code.at(low / 8), code.at(low))
        assert_same(code.at(high * 8), code.at(high))

    def test_mixes_two_views_by_the_logarithm_of_the_size(self, code: StyleEmbedding) -> None:
        low, high = code.sides.tolist()
        between = code.at((low * high) ** 0.5)
        ends = code.at(low), code.at(high)
        mean = (ends[0][3].mean + ends[1][3].mean) / 2
        torch.testing.assert_close(between[3].mean, mean, rtol=1e-4, atol=1e-5)

    @settings(max_examples=20, deadline=None)
    @given(st.floats(1, 8000))
    def test_lies_between_two_views_at_any_size(self, side: float) -> None:
        code = plain_code(torch.tensor([100.0, 200.0, 400.0]))
        assert 0 <= code.at(side)[1].mean[0] <= 2

    def test_uses_the_marks_of_the_nearest_view(self) -> None:
        code = plain_code(torch.tensor([100.0, 200.0, 400.0]))
        sides = (0, 1, 100, 135, 145, 280, 290, 9000)
        views = [code.textons_at(side).keys[0, 0].item() for side in sides]
        assert views == [0, 0, 0, 0, 1, 1, 2, 2]

    def test_uses_all_views_in_turn(self) -> None:
        code = plain_code(torch.tensor([100.0, 200.0, 400.0]))
        sides = (50, 100, 150, 200, 300, 400, 800)
        values = [float(code.at(side)[1].mean[0]) for side in sides]
        assert values == sorted(values)
        assert values[1::2] == [0, 1, 2]


def marks(view: int) -> Textons:
    """Make a small dictionary whose entries are the number of its view."""
    return Textons(torch.zeros(SIZE), torch.eye(SIZE)[:, :2], torch.full((3, 2), float(view)))


def plain_code(sides: Tensor) -> StyleEmbedding:
    """Make an embedding whose values are the number of their view."""
    views = torch.arange(float(len(sides)))
    return StyleEmbedding(
        sides,
        {level: views[:, None].repeat(1, 4) for level in LEVELS},
        {level: views[:, None, None].repeat(1, 4, 4) for level in LEVELS},
        views[:, None].repeat(1, BANDS),
        [marks(view) for view in range(len(sides))],
        "0" * 64,
    )


class TestContrast:
    def test_is_that_of_the_artwork_at_its_own_size(self, painter: Painter) -> None:
        code = StyleEmbedding.from_picture(soft(0, 256, 256), painter)
        whole = band_contrast(to_tensor(soft(0, 256, 256), painter.device))
        torch.testing.assert_close(code.contrast_at(256.0), whole, rtol=0, atol=1e-3)

    def test_lies_between_the_views(self) -> None:
        code = plain_code(torch.tensor([100.0, 200.0, 400.0]))
        assert code.contrast_at(50.0).tolist() == [0.0] * BANDS
        assert code.contrast_at(200.0 * 2**0.5)[0].item() == pytest.approx(1.5)
        assert code.contrast_at(900.0).tolist() == [2.0] * BANDS

    def test_is_kept_in_bytes(self, code: StyleEmbedding, painter: Painter) -> None:
        again = StyleEmbedding.from_bytes(code.to_bytes(), painter)
        assert torch.equal(again.contrasts, code.contrasts)


class TestBytes:
    def test_keep_the_embedding(self, code: StyleEmbedding, painter: Painter) -> None:
        again = StyleEmbedding.from_bytes(code.to_bytes(), painter)
        assert again.encoder == code.encoder == painter.sha256
        assert again.artwork == code.artwork != ""
        assert torch.equal(again.sides, code.sides)
        for level in LEVELS:
            assert torch.equal(again.means[level], code.means[level])
            exact = code.covariances[level]
            torch.testing.assert_close(again.covariances[level], exact, rtol=1e-3, atol=1e-4)
            assert torch.equal(again.covariances[level], again.covariances[level].mT)
        for book, exact_book in zip(again.textons, code.textons, strict=True):
            torch.testing.assert_close(book.patches(), exact_book.patches(), rtol=0, atol=5e-3)

    def test_are_the_same_when_written_again(self, code: StyleEmbedding, painter: Painter) -> None:
        content = code.to_bytes()
        assert StyleEmbedding.from_bytes(content, painter).to_bytes() == content

    def test_are_smaller_than_900_kb(self) -> None:
        painter = load_painter(torch.device("cpu"))
        content = StyleEmbedding.from_picture(soft(0, 512, 512), painter).to_bytes()
        assert len(content) < 900_000 < MOST_BYTES

    def test_keep_covariances_finite(self, painter: Painter) -> None:
        loud = plain_like(painter, covariance=1e9)
        again = StyleEmbedding.from_bytes(loud.to_bytes(), painter)
        assert again.covariances[1].isfinite().all()


def plain_like(painter: Painter, covariance: float = 1.0) -> StyleEmbedding:
    sizes = {level: painter.live(level) for level in LEVELS}
    return StyleEmbedding(
        torch.tensor([128.0]),
        {level: torch.zeros(1, size) for level, size in sizes.items()},
        {level: covariance * torch.eye(size)[None] for level, size in sizes.items()},
        torch.full((1, BANDS), 0.1),
        [marks(0)],
        painter.sha256,
    )


def changed(content: bytes, **tensors: Tensor) -> bytes:
    """Write a style code again with other tensors."""
    return save({**load(content), **tensors}, {"format": FORMAT, "encoder": "0" * 64})


def header_of(text: bytes) -> bytes:
    return struct.pack("<Q", len(text)) + text


class TestRefusal:
    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"x",
            b"not a code at all, but long enough to hold a length",
            pickle.dumps({"mean": [1.0]}),
            header_of(b"[" * 100_000),
            header_of(b"{}"),
            header_of(b'{"__metadata__": 5}'),
            header_of(b'{"__metadata__": {"format": "styleweb-code-2"}}'),
            struct.pack("<Q", 2**63) + b"{}",
            save({"sides": torch.ones(1)}),
            save({"sides": torch.ones(1)}, {"format": "another"}),
            b"\0" * (MOST_BYTES + 1),
        ],
        ids=[
            "empty",
            "one-byte",
            "text",
            "pickle",
            "nested",
            "no-tensors",
            "odd-metadata",
            "no-encoder",
            "endless-header",
            "no-metadata",
            "another-format",
            "too-large",
        ],
    )
    def test_refuses_other_bytes(self, painter: Painter, content: bytes) -> None:
        with pytest.raises(StyleEmbeddingError) as caught:
            StyleEmbedding.from_bytes(content, painter)
        assert caught.value.code == "style_code_unusable"

    def test_never_runs_code_from_a_pickle(self, painter: Painter, tmp_path: Path) -> None:
        trap = tmp_path / "sprung"
        content = io.BytesIO()
        torch.save({"sides": Trap(trap)}, content)
        with pytest.raises(StyleEmbeddingError):
            StyleEmbedding.from_bytes(content.getvalue(), painter)
        assert not trap.exists()

    @pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
    def test_refuses_an_incomplete_code(
        self, code: StyleEmbedding, painter: Painter, share: float
    ) -> None:
        content = code.to_bytes()
        with pytest.raises(StyleEmbeddingError, match="not a style code"):
            StyleEmbedding.from_bytes(content[: int(share * len(content))], painter)

    def test_names_the_earlier_version(self, code: StyleEmbedding, painter: Painter) -> None:
        tensors = load(code.to_bytes())
        del tensors["contrasts"]
        content = save(tensors, {"format": "styleweb-code-1", "encoder": painter.sha256})
        with pytest.raises(StyleEmbeddingError, match="an earlier version"):
            StyleEmbedding.from_bytes(content, painter)

    @pytest.mark.parametrize("contrasts", [torch.ones(1, 3), torch.full((1, BANDS), math.nan)])
    def test_refuses_damaged_contrasts(self, painter: Painter, contrasts: Tensor) -> None:
        tensors = {**load(plain_like(painter).to_bytes()), "contrasts": contrasts}
        content = save(tensors, {"format": FORMAT, "encoder": painter.sha256})
        with pytest.raises(StyleEmbeddingError):
            StyleEmbedding.from_bytes(content, painter)

    def test_refuses_a_code_of_another_encoder(
        self, code: StyleEmbedding, painter: Painter
    ) -> None:
        content = code.to_bytes()
        painter.sha256 = "1" * 64
        with pytest.raises(StyleEmbeddingError, match="made with other weights"):
            StyleEmbedding.from_bytes(content, painter)

    def test_refuses_a_code_without_a_level(self, code: StyleEmbedding, painter: Painter) -> None:
        tensors = load(code.to_bytes())
        del tensors["covariance3"]
        content = save(tensors, {"format": FORMAT, "encoder": "0" * 64})
        with pytest.raises(StyleEmbeddingError, match="does not fit"):
            StyleEmbedding.from_bytes(content, painter)

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("mean3", torch.zeros(2, 1)),
            ("mean3", torch.zeros(7)),
            ("covariance2", torch.zeros(2, 3)),
            ("sides", torch.ones(3)),
            ("sides", torch.tensor(128.0)),
            ("sides", torch.ones(0)),
            ("textons0.mean", torch.zeros(9)),
            ("textons1.basis", torch.zeros(SIZE, 5)),
            ("textons1.keys", torch.zeros(0, 32)),
            ("textons0.keys", torch.zeros(32)),
        ],
        ids=[
            "channels",
            "flat",
            "triangle",
            "views",
            "scalar",
            "no-view",
            "patch",
            "axes",
            "no-marks",
            "flat-marks",
        ],
    )
    def test_refuses_a_code_of_another_shape(
        self, code: StyleEmbedding, painter: Painter, name: str, value: Tensor
    ) -> None:
        with pytest.raises(StyleEmbeddingError):
            StyleEmbedding.from_bytes(changed(code.to_bytes(), **{name: value}), painter)

    @pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
    @pytest.mark.parametrize(
        "name",
        ["sides", "mean1", "covariance5", "textons0.mean", "textons1.basis", "textons0.keys"],
    )
    def test_refuses_values_that_are_not_finite(
        self, code: StyleEmbedding, painter: Painter, name: str, value: float
    ) -> None:
        tensor = load(code.to_bytes())[name].clone()
        tensor.view(-1)[0] = value
        with pytest.raises(StyleEmbeddingError, match="not numbers"):
            StyleEmbedding.from_bytes(changed(code.to_bytes(), **{name: tensor}), painter)

    @pytest.mark.parametrize("sides", [[200.0, 100.0], [100.0, 100.0], [0.0, 100.0], [-5.0, 1.0]])
    def test_refuses_sizes_that_do_not_ascend(
        self, code: StyleEmbedding, painter: Painter, sides: list[float]
    ) -> None:
        content = changed(code.to_bytes(), sides=torch.tensor(sides))
        with pytest.raises(StyleEmbeddingError, match="sizes"):
            StyleEmbedding.from_bytes(content, painter)

    def test_accepts_numbers_of_another_precision(
        self, code: StyleEmbedding, painter: Painter
    ) -> None:
        mean = load(code.to_bytes())["mean4"]
        again = StyleEmbedding.from_bytes(changed(code.to_bytes(), mean4=mean.double()), painter)
        assert again.means[4].dtype == torch.float32

    @settings(max_examples=50, deadline=None)
    @given(place=st.floats(0, 1, exclude_max=True), value=st.integers(0, 255))
    def test_reads_or_refuses_a_code_with_one_byte_changed(self, place: float, value: int) -> None:
        painter = load_painter(torch.device("cpu"))
        content = bytearray(PLAIN)
        content[int(place * len(content))] = value
        try:
            StyleEmbedding.from_bytes(bytes(content), painter)
        except StyleEmbeddingError as error:
            assert str(error)  # noqa: PT017 - either outcome is right, any other exception is not


PLAIN = plain_like(load_painter(torch.device("cpu"))).to_bytes()


class Trap:
    """Makes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[Path]]:
        return (Path.touch, (self.path,))


class TestBlend:
    def test_is_that_style_for_one_style(self, code: StyleEmbedding) -> None:
        assert_same(blend_embeddings([code], [1.0], 250.0), code.at(250.0))

    def test_is_the_weighted_mean(self, code: StyleEmbedding, painter: Painter) -> None:
        other = StyleEmbedding.from_picture(soft(5), painter)
        mixed = blend_embeddings([code, other], [0.25, 0.75], 300.0)
        expected = 0.25 * code.at(300.0)[2].mean + 0.75 * other.at(300.0)[2].mean
        torch.testing.assert_close(mixed[2].mean, expected)

    def test_does_not_depend_on_the_order(self, code: StyleEmbedding, painter: Painter) -> None:
        other = StyleEmbedding.from_picture(soft(5), painter)
        one = blend_embeddings([code, other], [0.25, 0.75], 300.0)
        assert_same(one, blend_embeddings([other, code], [0.75, 0.25], 300.0), 1e-6)
