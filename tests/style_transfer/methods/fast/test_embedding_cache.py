"""The cache of embeddings: in memory and in files; its failures never stop a painting."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from style_transfer.methods.fast import embedding_cache as cache_module
from style_transfer.methods.fast.decoder import LEVELS
from style_transfer.methods.fast.embedding import FORMAT, StyleEmbedding
from style_transfer.methods.fast.embedding_cache import EmbeddingCache, digest_of
from style_transfer.methods.fast.network import Painter
from tests.style_transfer.conftest import full_disk


def soft(seed: int, width: int = 400, height: int = 300) -> Image.Image:
    small = np.random.default_rng(seed).integers(0, 256, (20, 20, 3), dtype=np.uint8)
    return Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC)


class TestCache:
    def test_computes_an_embedding_once(self, painter: Painter) -> None:
        cache = EmbeddingCache()
        first = cache.embedding_of(soft(0), painter)
        assert cache.embedding_of(soft(0).copy(), painter) is first
        assert cache.embedding_of(soft(1), painter) is not first

    def test_also_distinguishes_pictures_by_size_and_mode(self) -> None:
        wide, tall = Image.new("L", (4, 2)), Image.new("L", (2, 4))
        assert len({digest_of(each) for each in (wide, tall, Image.new("P", (4, 2)))}) == 3

    def test_distinguishes_encoders(self, painter: Painter) -> None:
        cache = EmbeddingCache()
        first = cache.embedding_of(soft(0), painter)
        painter.sha256 = "1" * 64
        assert cache.embedding_of(soft(0), painter).encoder != first.encoder

    def test_drops_the_least_recently_used_embedding(
        self, painter: Painter, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(cache_module, "_KEPT", 2)
        cache = EmbeddingCache()
        first, second = (cache.embedding_of(soft(seed, 20, 20), painter) for seed in (0, 1))
        assert cache.embedding_of(soft(0, 20, 20), painter) is first
        cache.embedding_of(soft(2, 20, 20), painter)
        assert cache.embedding_of(soft(0, 20, 20), painter) is first
        assert cache.embedding_of(soft(1, 20, 20), painter) is not second

    def test_writes_a_file_at_first_use_and_reads_it_later(
        self, painter: Painter, tmp_path: Path
    ) -> None:
        folder = tmp_path / "made" / "when needed"
        EmbeddingCache(folder).embedding_of(soft(0), painter)
        (path,) = folder.iterdir()
        assert path.name == f"{digest_of(soft(0))[:32]}-{painter.sha256[:32]}-{FORMAT}"
        # The code of another picture shows that the cache reads the file and does not compute.
        other = StyleEmbedding.from_picture(soft(7), painter).to_bytes()
        path.write_bytes(other)
        assert EmbeddingCache(folder).embedding_of(soft(0), painter).to_bytes() == other

    def test_gives_the_same_numbers_before_and_after_a_restart(
        self, painter: Painter, tmp_path: Path
    ) -> None:
        computed = EmbeddingCache(tmp_path).embedding_of(soft(0), painter)
        read = EmbeddingCache(tmp_path).embedding_of(soft(0), painter)
        in_memory = EmbeddingCache().embedding_of(soft(0), painter)
        for level in LEVELS:
            assert torch.equal(read.covariances[level], computed.covariances[level])
            assert torch.equal(read.covariances[level], in_memory.covariances[level])
        assert torch.equal(read.textons[0].keys, in_memory.textons[0].keys)

    @pytest.mark.parametrize("content", [b"", b"damaged", b"P\3\0\0\0\0\0\0{"])
    def test_replaces_a_damaged_file(
        self, painter: Painter, tmp_path: Path, content: bytes
    ) -> None:
        good = EmbeddingCache(tmp_path).embedding_of(soft(0), painter).to_bytes()
        (path,) = tmp_path.iterdir()
        path.write_bytes(content)
        assert EmbeddingCache(tmp_path).embedding_of(soft(0), painter).to_bytes() == good
        assert path.read_bytes() == good

    def test_works_without_a_folder_that_cannot_be_made(
        self, painter: Painter, tmp_path: Path
    ) -> None:
        blocked = tmp_path / "file"
        blocked.write_text("in the way")
        cache = EmbeddingCache(blocked / "codes")
        assert cache.embedding_of(soft(0), painter) is cache.embedding_of(soft(0), painter)
        assert blocked.read_text() == "in the way"

    def test_works_with_a_full_disk(self, painter: Painter, tmp_path: Path) -> None:
        cache = EmbeddingCache(tmp_path)
        with full_disk():
            first = cache.embedding_of(soft(0), painter)
        assert cache.embedding_of(soft(0), painter) is first
        assert list(tmp_path.iterdir()) == []
