"""Style codes: the bytes of embeddings, and what is refused as such."""

import io
import math
import pickle
import struct
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import load, save
from torch import Tensor

from style_transfer.imaging.tones import RANKS
from style_transfer.methods.fast.contrast import BANDS
from style_transfer.methods.fast.decoder import LEVELS
from style_transfer.methods.fast.embedding import (
    FORMAT,
    MOST_BYTES,
    StyleEmbedding,
    StyleEmbeddingError,
)
from style_transfer.methods.fast.network import Painter, load_painter
from style_transfer.methods.fast.textons import SIZE
from style_transfer.methods.patch_bank import SIZE as BANK_SIZE
from tests.support.embeddings import plain_like, soft


def changed(content: bytes, **tensors: Tensor) -> bytes:
    """Write a style code again with other tensors."""
    return save({**load(content), **tensors}, {"format": FORMAT, "encoder": "0" * 64})


def header_of(text: bytes) -> bytes:
    return struct.pack("<Q", len(text)) + text


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
            header_of(b'{"__metadata__": {"format": "styleweb-code-3"}}'),
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

    @pytest.mark.parametrize("version", [1, 2])
    def test_names_the_earlier_versions(
        self, code: StyleEmbedding, painter: Painter, version: int
    ) -> None:
        tensors = load(code.to_bytes())
        del tensors["grade.tones"]
        meta = {"format": f"styleweb-code-{version}", "encoder": painter.sha256}
        with pytest.raises(StyleEmbeddingError, match="an earlier version"):
            StyleEmbedding.from_bytes(save(tensors, meta), painter)

    @pytest.mark.parametrize(
        ("name", "damaged"),
        [
            ("contrasts", torch.ones(1, 3)),
            ("contrasts", torch.full((1, BANDS), math.nan)),
            ("bank0.mean", torch.ones(2)),
            ("bank0.mean", torch.full((BANK_SIZE,), math.nan)),
            ("bank0.basis", torch.ones(BANK_SIZE, 5)),
            ("bank0.keys", torch.ones(3, 2)),
            ("bank0.keys", torch.ones(0, 2, dtype=torch.int8)),
            ("grade.mean", torch.ones(2)),
            ("grade.mean", torch.full((3,), math.inf)),
            ("grade.covariance", torch.full((3, 3), math.nan)),
            ("grade.tones", torch.ones(7)),
            ("grade.tones", torch.full((RANKS,), math.nan)),
        ],
    )
    def test_refuses_damaged_statistics(self, painter: Painter, name: str, damaged: Tensor) -> None:
        tensors = {**load(plain_like(painter).to_bytes()), name: damaged}
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
