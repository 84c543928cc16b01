"""Style embeddings: the numbers that the any-style network needs to know about an artwork.

An embedding has the moments of each level of features at several sizes of the artwork, so that it
can be painted with strokes of any size later. It is computed once and cached (embedding_cache.py).
Several embeddings are blended by weighted means. An embedding can be used without the picture: its
file is called a style code, and the name of the file ends in .code.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import torch
from PIL import Image
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from style_transfer.core.embedding_header import read_words, sort_words
from style_transfer.core.errors import EngineError
from style_transfer.core.sizes import fitted
from style_transfer.features.losses import Moments, blend_moments
from style_transfer.imaging.color import Palette
from style_transfer.imaging.images import to_picture
from style_transfer.imaging.perceptual_hash import perceptual_hash
from style_transfer.imaging.tensors import to_tensor
from style_transfer.imaging.tones import RANKS
from style_transfer.methods.fast.contrast import BANDS, band_contrast
from style_transfer.methods.fast.decoder import LEVELS, STRIDE
from style_transfer.methods.fast.network import Painter
from style_transfer.methods.fast.textons import SIZE, Textons
from style_transfer.methods.guide import ColorGrade, grade_of
from style_transfer.methods.patch_bank import SIZE as BANK_SIZE
from style_transfer.methods.patch_bank import PatchBank

FORMAT = "styleweb-code-3"
# The first has no contrasts, the second no grade and no banks.
_EARLIER = frozenset({"styleweb-code-1", "styleweb-code-2"})
_BOOK = ("mean", "basis", "keys")  # the fields of a dictionary of marks, and of a bank
# The square roots of the areas of views, in pixels: 2 megapixels show the finest strokes.
LARGEST, SMALLEST = 1448.0, 96.0
MOST_BYTES = 4 * 2**20  # of a file; the shipped ones have 200 to 300 kB
_GRADE = 512  # pixels: the longest side of the picture on which the grade is measured


class StyleEmbeddingError(EngineError):
    """The bytes are not a style code, or are one that was made with other weights."""

    code = "style_code_unusable"
    hint = "Create the code again from the picture with these weights."


@dataclass(frozen=True)
class StyleEmbedding:
    """Statistics of an artwork in V views, which show it at different sizes.

    sides        (V,) square roots of the areas of the views, in pixels, ascending
    means        level -> (V, L) means of the L live channels, each divided by its usual deviation
    covariances  level -> (V, L, L) of the same channels
    contrasts    (V, BANDS) RMS contrast by band, fine to coarse
    grade         palette and tones of the artwork
    textons      V dictionaries of marks
    banks        V banks of patches
    encoder      sha256 of the encoder's weights
    artwork      perceptual hash of the artwork (perceptual_hash.py); empty if unknown
    """

    sides: Tensor
    means: Mapping[int, Tensor]
    covariances: Mapping[int, Tensor]
    contrasts: Tensor
    grade: ColorGrade
    textons: Sequence[Textons]
    banks: Sequence[PatchBank]
    encoder: str
    artwork: str = ""

    @classmethod
    def from_picture(cls, image: Image.Image, painter: Painter) -> "StyleEmbedding":
        """Compute the embedding of an artwork of any mode and size.

        The largest view has the size of the artwork, up to LARGEST. Each further view has half the
        side, down to SMALLEST.
        """
        rgb = to_picture(image).rgb
        own = (rgb.width * rgb.height) ** 0.5
        sides = [min(own, LARGEST)]
        while sides[-1] / 2 >= SMALLEST:
            sides.append(sides[-1] / 2)
        views = [_measure_view(rgb, side / own, painter) for side in sides[::-1]]
        moments = [view.moments for view in views]
        return cls(
            torch.tensor(sides[::-1]),
            {level: torch.stack([each[level].mean for each in moments]) for level in LEVELS},
            {level: torch.stack([each[level].covariance for each in moments]) for level in LEVELS},
            torch.stack([view.contrast for view in views]),
            _measure_grade(rgb, painter.device),
            [view.textons for view in views],
            [view.bank for view in views],
            painter.sha256,
            perceptual_hash(rgb),
        )

    def at(self, side: float) -> dict[int, Moments]:
        """Interpolate the moments, (L,) and (L, L) by level, to the view of area side**2.

        A side beyond the smallest or the largest view gives the moments of that view.
        """
        low, high, share = self._views_around(side)
        return {
            level: Moments(
                self.means[level][low].lerp(self.means[level][high], share),
                self.covariances[level][low].lerp(self.covariances[level][high], share),
            )
            for level in LEVELS
        }

    def contrast_at(self, side: float) -> Tensor:
        """Interpolate the contrasts (BANDS,) to the view of area side**2, in the same way."""
        low, high, share = self._views_around(side)
        return self.contrasts[low].lerp(self.contrasts[high], share)

    def _views_around(self, side: float) -> tuple[int, int, float]:
        """Find the two views around a side, and the share of the larger one, 0 to 1.

        The share is linear in the logarithm of the side, because the sides of views double.
        """
        above = int((self.sides < side).sum())  # index of the first view that is not smaller
        high = min(above, len(self.sides) - 1)
        low = max(0, above - 1)
        share = 0.0
        if high > low:
            logs = self.sides.log2()
            share = float((torch.tensor(side).log2() - logs[low]) / (logs[high] - logs[low]))
        return low, high, min(1.0, max(0.0, share))

    def to(self, device: torch.device) -> "StyleEmbedding":
        """Return the same embedding on a device."""
        if self.means[LEVELS[0]].device == device:
            return self
        return replace(
            self,
            means={level: mean.to(device) for level, mean in self.means.items()},
            covariances={level: each.to(device) for level, each in self.covariances.items()},
            contrasts=self.contrasts.to(device),
            grade=self.grade.to(device),
            textons=[book.to(device) for book in self.textons],
            banks=[bank.to(device) for bank in self.banks],
        )

    def textons_at(self, side: float) -> Textons:
        """Return the dictionary of the view that is nearest to a side."""
        return self.textons[self._view_nearest(side)]

    def bank_at(self, side: float) -> PatchBank:
        """Return the bank of patches of the view that is nearest to a side."""
        return self.banks[self._view_nearest(side)]

    def _view_nearest(self, side: float) -> int:
        """Find the view that is nearest to a side, by logarithms.

        Marks and patches cannot be interpolated: their entries do not correspond.
        """
        distances = (self.sides.log2() - torch.tensor(max(side, 1.0)).log2()).abs()
        return int(distances.argmin())

    def to_bytes(self) -> bytes:
        """Write the embedding as a safetensors file, the style code; the larger part in float16.

        Equal embeddings give equal bytes.
        """
        tensors = {
            "sides": self.sides.float(),
            "contrasts": self.contrasts.float().cpu().contiguous(),
            "grade.mean": self.grade.palette.mean.float().cpu().contiguous(),
            "grade.covariance": self.grade.palette.covariance.float().cpu().contiguous(),
            "grade.tones": self.grade.tones.float().cpu().contiguous(),
        }
        for level in LEVELS:
            # A covariance is symmetric, so half of it is enough.
            rows, columns = _triangle(self.means[level].shape[1])
            tensors[f"mean{level}"] = self.means[level].float().cpu().contiguous()
            packed = self.covariances[level].cpu()[:, rows, columns]  # (V, L * (L + 1) / 2)
            # float16 ends at 65504; a larger value would be stored as infinity.
            tensors[f"covariance{level}"] = packed.clamp(-6e4, 6e4).half().contiguous()
        for view, book in enumerate(self.textons):
            for name in _BOOK:
                tensors[f"textons{view}.{name}"] = getattr(book, name).half().cpu().contiguous()
        for view, bank in enumerate(self.banks):
            tensors[f"bank{view}.mean"] = bank.mean.half().cpu().contiguous()
            tensors[f"bank{view}.basis"] = bank.basis.half().cpu().contiguous()
            tensors[f"bank{view}.keys"] = bank.keys.cpu().contiguous()
        words = {"format": FORMAT, "encoder": self.encoder, "artwork": self.artwork}
        return sort_words(save(tensors, words))  # `save` writes the words in any order

    @classmethod
    def from_bytes(cls, content: bytes, painter: Painter) -> "StyleEmbedding":
        """Read the bytes that `to_bytes` wrote; the tensors are on the painter's device.

        Raises StyleEmbeddingError for all other bytes, for values that are not finite, and for an
        embedding of another encoder.
        """
        if len(content) > MOST_BYTES:
            raise StyleEmbeddingError("The style code is larger than any style code.")
        try:
            # The safetensors library reads first. It refuses a header that is nested or large
            # enough to harm `read_words`.
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
    """Blend the moments of styles at `side` by weighted means; the weights sum to one.

    The result has (L,) and (L, L) by level.
    """
    each_style = [each.at(side) for each in embeddings]
    return {
        level: blend_moments([moments[level] for moments in each_style], weights)
        for level in LEVELS
    }


@dataclass(frozen=True)
class _View:
    """The statistics of one view: moments (L,) and (L, L) by level, and contrast (BANDS,)."""

    moments: dict[int, Moments]
    contrast: Tensor
    textons: Textons
    bank: PatchBank


@torch.no_grad()
def _measure_view(rgb: Image.Image, factor: float, painter: Painter) -> _View:
    # The encoder halves the sides several times, so they are rounded to multiples of STRIDE.
    width, height = (
        max(STRIDE, round(side * factor / STRIDE) * STRIDE) for side in (rgb.width, rgb.height)
    )
    resized = rgb.resize((width, height), Image.Resampling.LANCZOS)
    picture = to_tensor(resized, painter.device)  # (1, 3, H, W)
    levels = painter.encode(picture)  # level -> (1, C, h, w)
    found = {level: painter.measure(level, levels[level]) for level in LEVELS}
    moments = {level: Moments(each.mean[0], each.covariance[0]) for level, each in found.items()}
    return _View(
        moments,
        band_contrast(picture),
        Textons.from_picture(picture),
        PatchBank.from_picture(picture),
    )


def _measure_grade(rgb: Image.Image, device: torch.device) -> ColorGrade:
    width, height = rgb.size
    small = rgb.resize(fitted(width, height, min(_GRADE, max(width, height))), Image.Resampling.BOX)
    return grade_of(to_tensor(small, device))


def _triangle(size: int) -> tuple[Tensor, Tensor]:
    """List the rows and the columns of the lower triangle of a matrix of this size."""
    rows, columns = torch.tril_indices(size, size)
    return rows, columns


def _unpack(tensors: Mapping[str, Tensor], painter: Painter) -> StyleEmbedding:
    """Check the tensors of a file and make an embedding of them; raises StyleEmbeddingError."""
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
            full[:, rows, columns] = packed  # (V, L, L), the lower triangle
            full[:, columns, rows] = packed  # and its mirror image
            means[level], covariances[level] = mean.to(painter.device), full.to(painter.device)
        contrasts = tensors["contrasts"].to(painter.device, torch.float32)
        if contrasts.shape != (len(sides), BANDS):
            raise StyleEmbeddingError("The style code does not fit these weights.")
        grade = _read_grade(tensors, painter)
        books = [_read_textons(tensors, view, painter) for view in range(len(sides))]
        banks = [_read_bank(tensors, view, painter) for view in range(len(sides))]
    except (KeyError, IndexError, RuntimeError, TypeError) as error:
        raise StyleEmbeddingError("The style code does not fit these weights.") from error
    marks = [getattr(book, name) for book in (*books, *banks) for name in _BOOK]
    numbers = [sides, contrasts, *means.values(), *covariances.values(), *marks]
    if not len(sides) or not all(bool(each.isfinite().all()) for each in numbers):
        raise StyleEmbeddingError("The style code holds values that are not numbers.")
    if sides[0] <= 0 or not bool((sides.diff() > 0).all()):
        raise StyleEmbeddingError("The style code holds sizes that do not ascend.")
    return StyleEmbedding(sides, means, covariances, contrasts, grade, books, banks, painter.sha256)


def _read_grade(tensors: Mapping[str, Tensor], painter: Painter) -> ColorGrade:
    mean, covariance, tones = (
        tensors[f"grade.{name}"].to(painter.device) for name in ("mean", "covariance", "tones")
    )
    if (mean.shape, covariance.shape, tones.shape) != ((3,), (3, 3), (RANKS,)):
        raise StyleEmbeddingError("The style code does not fit these weights.")
    palette = Palette(mean.double(), covariance.double())
    if not all(bool(each.isfinite().all()) for each in (mean, covariance, tones)):
        raise StyleEmbeddingError("The style code holds values that are not numbers.")
    return ColorGrade(palette, tones.float())


def _read_textons(tensors: Mapping[str, Tensor], view: int, painter: Painter) -> Textons:
    mean, basis, keys = (
        tensors[f"textons{view}.{name}"].to(painter.device, torch.float32) for name in _BOOK
    )
    # The basis is (SIZE, D), and the entries in it are (K, D).
    fits = basis.ndim == keys.ndim == 2 and keys.shape[1] == basis.shape[1] and len(keys) > 0
    if not fits or mean.shape != (SIZE,) or len(basis) != SIZE:
        raise StyleEmbeddingError("The style code does not fit these weights.")
    return Textons(mean, basis, keys)


def _read_bank(tensors: Mapping[str, Tensor], view: int, painter: Painter) -> PatchBank:
    mean, basis, keys = (tensors[f"bank{view}.{name}"].to(painter.device) for name in _BOOK)
    fits = mean.shape == (BANK_SIZE,) and basis.shape == (BANK_SIZE, keys.shape[1])
    if not fits or not len(keys) or keys.dtype is not torch.int8:
        raise StyleEmbeddingError("The style code does not fit these weights.")
    return PatchBank(mean.float(), basis.float(), keys)
