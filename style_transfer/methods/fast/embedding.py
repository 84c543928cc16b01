"""Style embeddings: all that the any-style network remembers of an artwork, as numbers.

An embedding holds the moments of each level of features at several sizes of the artwork, so that
strokes can be laid at any size later. It is computed once, cached, and blended by weighted means.
It travels without the picture, as a style code: a file whose name ends in .code.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from PIL import Image
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from style_transfer.core.embedding_header import read_words, sort_words
from style_transfer.core.errors import EngineError
from style_transfer.features.losses import Moments, blend_moments
from style_transfer.imaging.images import to_picture
from style_transfer.imaging.perceptual_hash import perceptual_hash
from style_transfer.imaging.saving import write_whole
from style_transfer.imaging.tensors import to_tensor
from style_transfer.methods.fast.contrast import BANDS, band_contrast
from style_transfer.methods.fast.decoder import LEVELS, STRIDE
from style_transfer.methods.fast.network import Painter
from style_transfer.methods.fast.textons import SIZE, Textons

FORMAT = "styleweb-code-2"
_EARLIER = frozenset({"styleweb-code-1"})  # without contrasts
_BOOK = ("mean", "basis", "keys")
LARGEST = 1448.0  # of a view, as the root of its area: 2 megapixels show any stroke
SMALLEST = 96.0
MOST_BYTES = 4 * 2**20
_KEPT = 64  # embeddings held in memory, about 800 kB each


class StyleEmbeddingError(EngineError):
    """The bytes are no style code, or one that was made with other weights."""

    code = "style_code_unusable"
    hint = "Create the code again from the picture with these weights."


@dataclass(frozen=True)
class StyleEmbedding:
    """Moments of an artwork, by level and view.

    sides        (V,) roots of the areas at which the artwork was seen, in pixels, ascending
    means        level -> (V, L) means of the L live channels, in units of their usual spread
    covariances  level -> (V, L, L)
    contrasts    (V, BANDS) RMS contrast of the artwork by band, fine to coarse
    textons      V dictionaries of its marks, one a view
    encoder      sha256 of the weights of the encoder that saw it
    artwork      perceptual_hash of the artwork (perceptual_hash.py), if it is known
    """

    sides: Tensor
    means: Mapping[int, Tensor]
    covariances: Mapping[int, Tensor]
    contrasts: Tensor
    textons: Sequence[Textons]
    encoder: str
    artwork: str = ""

    @classmethod
    def from_picture(cls, image: Image.Image, painter: Painter) -> "StyleEmbedding":
        """See an artwork of any mode and size at each of its views."""
        rgb = to_picture(image).rgb
        own = (rgb.width * rgb.height) ** 0.5
        sides = [min(own, LARGEST)]
        while sides[-1] / 2 >= SMALLEST:
            sides.append(sides[-1] / 2)
        views = [_see(rgb, side / own, painter) for side in sides[::-1]]
        seen = [view.moments for view in views]
        return cls(
            torch.tensor(sides[::-1]),
            {level: torch.stack([each[level].mean for each in seen]) for level in LEVELS},
            {level: torch.stack([each[level].covariance for each in seen]) for level in LEVELS},
            torch.stack([view.contrast for view in views]),
            [view.textons for view in views],
            painter.sha256,
            perceptual_hash(rgb),
        )

    def at(self, side: float) -> dict[int, Moments]:
        """Give the moments of the artwork at a size between its smallest and largest view."""
        low, high, share = self._views_around(side)
        return {
            level: Moments(
                self.means[level][low].lerp(self.means[level][high], share),
                self.covariances[level][low].lerp(self.covariances[level][high], share),
            )
            for level in LEVELS
        }

    def contrast_at(self, side: float) -> Tensor:
        """Give the contrast of the artwork by band, (BANDS,), at such a size."""
        low, high, share = self._views_around(side)
        return self.contrasts[low].lerp(self.contrasts[high], share)

    def _views_around(self, side: float) -> tuple[int, int, float]:
        """Find the views below and above a size, and the share of the upper: by its logarithm."""
        above = int((self.sides < side).sum())
        high = min(above, len(self.sides) - 1)
        low = max(0, above - 1)
        share = 0.0
        if high > low:
            logs = self.sides.log2()
            share = float((torch.tensor(side).log2() - logs[low]) / (logs[high] - logs[low]))
        return low, high, min(1.0, max(0.0, share))

    def to(self, device: torch.device) -> "StyleEmbedding":
        """Give the same embedding on a device."""
        if self.means[LEVELS[0]].device == device:
            return self
        return replace(
            self,
            means={level: mean.to(device) for level, mean in self.means.items()},
            covariances={level: each.to(device) for level, each in self.covariances.items()},
            contrasts=self.contrasts.to(device),
            textons=[book.to(device) for book in self.textons],
        )

    def textons_at(self, side: float) -> Textons:
        """Give the dictionary of the view nearest to a size."""
        distances = (self.sides.log2() - torch.tensor(max(side, 1.0)).log2()).abs()
        return self.textons[int(distances.argmin())]

    def to_bytes(self) -> bytes:
        """Write the code as a safetensors file; mostly in float16.

        The same code gives the same bytes.
        """
        tensors = {
            "sides": self.sides.float(),
            "contrasts": self.contrasts.float().cpu().contiguous(),
        }
        for level in LEVELS:
            rows, columns = _triangle(self.means[level].shape[1])
            tensors[f"mean{level}"] = self.means[level].float().cpu().contiguous()
            packed = self.covariances[level].cpu()[:, rows, columns]
            tensors[f"covariance{level}"] = packed.clamp(-6e4, 6e4).half().contiguous()
        for view, book in enumerate(self.textons):
            for name in _BOOK:
                tensors[f"textons{view}.{name}"] = getattr(book, name).half().cpu().contiguous()
        words = {"format": FORMAT, "encoder": self.encoder, "artwork": self.artwork}
        return sort_words(save(tensors, words))

    @classmethod
    def from_bytes(cls, content: bytes, painter: Painter) -> "StyleEmbedding":
        """Read what `to_bytes` wrote, onto the painter's device.

        Raises StyleEmbeddingError for anything else, for numbers that are not finite, and for what
        another encoder made.
        """
        if len(content) > MOST_BYTES:
            raise StyleEmbeddingError("The style code is larger than any style code.")
        try:
            # Rust reads first: a header that it takes is neither deep nor odd enough to hurt here.
            tensors, meta = load(content), read_words(content)
        except (SafetensorError, ValueError, KeyError, TypeError) as error:
            raise StyleEmbeddingError("This is not a style code.") from error
        if meta.get("format") in _EARLIER:
            raise StyleEmbeddingError("The style code was made by an earlier version.")
        if meta.get("format") != FORMAT:
            raise StyleEmbeddingError("This is not a style code.")
        if meta.get("encoder") != painter.sha256:
            raise StyleEmbeddingError("The style code was made with other weights.")
        return replace(_unpack(tensors, painter), artwork=meta.get("artwork", ""))


def blend_embeddings(
    embeddings: Sequence[StyleEmbedding], weights: Sequence[float], side: float
) -> dict[int, Moments]:
    """Mix styles, each seen at `side`, by weighted means of their moments; weights sum to one."""
    seen = [each.at(side) for each in embeddings]
    return {level: blend_moments([moments[level] for moments in seen], weights) for level in LEVELS}


class EmbeddingCache:
    """Embeddings of pictures that were seen before, in memory and, if there is a folder, in files.

    A file is named for the sha256 of the picture and that of the encoder, so it never grows stale.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._embeddings: OrderedDict[str, StyleEmbedding] = OrderedDict()

    def embedding_of(self, image: Image.Image, painter: Painter) -> StyleEmbedding:
        """Give the embedding of an artwork, computing it at its first use."""
        key = _key(image, painter)
        embedding = self._embeddings.get(key) or self._read(key, painter)
        if embedding is None:
            content = StyleEmbedding.from_picture(image, painter).to_bytes()
            self._write(key, content)
            # Read back, so that the picture is the same to the bit before and after a restart.
            embedding = StyleEmbedding.from_bytes(content, painter)
        self._embeddings[key] = embedding
        self._embeddings.move_to_end(key)
        if len(self._embeddings) > _KEPT:
            self._embeddings.popitem(last=False)
        return embedding

    def knows(self, image: Image.Image, painter: Painter) -> bool:
        """Tell whether the embedding of an artwork is at hand and need not be computed."""
        key = _key(image, painter)
        return key in self._embeddings or self._read(key, painter) is not None

    def _read(self, key: str, painter: Painter) -> StyleEmbedding | None:
        if self._folder is None:
            return None
        try:
            return StyleEmbedding.from_bytes((self._folder / key).read_bytes(), painter)
        except (OSError, StyleEmbeddingError):
            return None  # absent or damaged: it is created again

    def _write(self, key: str, content: bytes) -> None:
        if self._folder is None:
            return
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            write_whole(self._folder / key, content)
        except OSError:
            return  # a full disk costs the cache, not the picture


def _key(image: Image.Image, painter: Painter) -> str:
    return f"{digest_of(image)[:32]}-{painter.sha256[:32]}-{FORMAT}"


def digest_of(image: Image.Image) -> str:
    """Give the sha256 of a picture's size, mode and pixels."""
    head = f"{image.mode} {image.width} {image.height} "
    return hashlib.sha256(head.encode() + image.tobytes()).hexdigest()


@dataclass(frozen=True)
class _View:
    moments: dict[int, Moments]
    contrast: Tensor
    textons: Textons


@torch.no_grad()
def _see(rgb: Image.Image, factor: float, painter: Painter) -> _View:
    width, height = (
        max(STRIDE, round(side * factor / STRIDE) * STRIDE) for side in (rgb.width, rgb.height)
    )
    seen = rgb.resize((width, height), Image.Resampling.LANCZOS)
    picture = to_tensor(seen, painter.device)
    levels = painter.encode(picture)
    found = {level: painter.measure(level, levels[level]) for level in LEVELS}
    moments = {level: Moments(each.mean[0], each.covariance[0]) for level, each in found.items()}
    return _View(moments, band_contrast(picture), Textons.from_picture(picture))


def _triangle(size: int) -> tuple[Tensor, Tensor]:
    rows, columns = torch.tril_indices(size, size)
    return rows, columns


def _unpack(tensors: Mapping[str, Tensor], painter: Painter) -> StyleEmbedding:
    try:
        sides = tensors["sides"].float()
        means, covariances = {}, {}
        for level in LEVELS:
            size = painter.live(level)
            rows, columns = _triangle(size)
            mean, packed = tensors[f"mean{level}"].float(), tensors[f"covariance{level}"].float()
            if mean.shape != (len(sides), size) or packed.shape != (len(sides), len(rows)):
                raise StyleEmbeddingError("The style code does not fit these weights.")
            full = packed.new_zeros(len(sides), size, size)
            full[:, rows, columns] = packed
            full[:, columns, rows] = packed
            means[level], covariances[level] = mean.to(painter.device), full.to(painter.device)
        contrasts = tensors["contrasts"].to(painter.device, torch.float32)
        if contrasts.shape != (len(sides), BANDS):
            raise StyleEmbeddingError("The style code does not fit these weights.")
        books = [_read_textons(tensors, view, painter) for view in range(len(sides))]
    except (KeyError, IndexError, RuntimeError, TypeError) as error:
        raise StyleEmbeddingError("The style code does not fit these weights.") from error
    marks = [getattr(book, name) for book in books for name in _BOOK]
    numbers = [sides, contrasts, *means.values(), *covariances.values(), *marks]
    if not len(sides) or not all(bool(each.isfinite().all()) for each in numbers):
        raise StyleEmbeddingError("The style code holds values that are not numbers.")
    if sides[0] <= 0 or not bool((sides.diff() > 0).all()):
        raise StyleEmbeddingError("The style code holds sizes that do not ascend.")
    return StyleEmbedding(sides, means, covariances, contrasts, books, painter.sha256)


def _read_textons(tensors: Mapping[str, Tensor], view: int, painter: Painter) -> Textons:
    mean, basis, keys = (
        tensors[f"textons{view}.{name}"].to(painter.device, torch.float32) for name in _BOOK
    )
    wide = basis.ndim == keys.ndim == 2 and keys.shape[1] == basis.shape[1] and len(keys) > 0
    if not wide or mean.shape != (SIZE,) or len(basis) != SIZE:
        raise StyleEmbeddingError("The style code does not fit these weights.")
    return Textons(mean, basis, keys)
