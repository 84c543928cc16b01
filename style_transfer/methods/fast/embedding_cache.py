"""The embeddings of known pictures, so that each is computed once."""

import hashlib
from collections import OrderedDict
from pathlib import Path

from PIL import Image

from style_transfer.imaging.saving import write_whole
from style_transfer.methods.fast.embedding import FORMAT, StyleEmbedding, StyleEmbeddingError
from style_transfer.methods.fast.network import Painter

_KEPT = 64  # embeddings in memory, about 1 MB each; the longest unused one is dropped


class EmbeddingCache:
    """The embeddings of known pictures, in memory and, if there is a folder, also in files.

    The name of a file has the sha256 of the picture and of the encoder, so a file is never stale.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._embeddings: OrderedDict[str, StyleEmbedding] = OrderedDict()

    def embedding_of(self, image: Image.Image, painter: Painter) -> StyleEmbedding:
        """Return the embedding of an artwork; compute it if it is not in the cache."""
        key = _key(image, painter)
        embedding = self._embeddings.get(key) or self._read(key, painter)
        if embedding is None:
            content = StyleEmbedding.from_picture(image, painter).to_bytes()
            self._write(key, content)
            # Bytes round to float16. Reading them back gives the same painting, to the bit, before
            # and after a restart.
            embedding = StyleEmbedding.from_bytes(content, painter)
        self._embeddings[key] = embedding
        self._embeddings.move_to_end(key)
        if len(self._embeddings) > _KEPT:
            self._embeddings.popitem(last=False)
        return embedding

    def knows(self, image: Image.Image, painter: Painter) -> bool:
        """Tell whether the embedding of an artwork is in the cache."""
        key = _key(image, painter)
        return key in self._embeddings or self._read(key, painter) is not None

    def _read(self, key: str, painter: Painter) -> StyleEmbedding | None:
        if self._folder is None:
            return None
        try:
            return StyleEmbedding.from_bytes((self._folder / key).read_bytes(), painter)
        except (OSError, StyleEmbeddingError):
            return None  # the file is missing or damaged, so the embedding is computed again

    def _write(self, key: str, content: bytes) -> None:
        if self._folder is None:
            return
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            write_whole(self._folder / key, content)
        except OSError:
            return  # on a full disk there is no file, but the picture is painted


def _key(image: Image.Image, painter: Painter) -> str:
    return f"{digest_of(image)[:32]}-{painter.sha256[:32]}-{FORMAT}"


def digest_of(image: Image.Image) -> str:
    """Compute the sha256 of a picture's mode, size and pixels."""
    head = f"{image.mode} {image.width} {image.height} "
    return hashlib.sha256(head.encode() + image.tobytes()).hexdigest()
