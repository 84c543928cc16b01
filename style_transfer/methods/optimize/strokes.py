"""The artwork's own strokes: each patch of the picture is drawn to its likeness in the artwork.

Means and covariances say which strokes there are on the whole; a patch says what one looks like.
After Kwatra et al. 2005, "Texture Optimization for Example-Based Synthesis", and Elad & Milanfar
2017, "Style-Transfer via Texture-Synthesis"; the share that keeps one patch from being used
everywhere is that of Granot et al. 2022, "Drop the GAN". Here on pixels, where Li & Wand 2016
compare patches of features: a small feature network forgets what the pixels still show.

Patches are compared by their shape more than by their mean tone, and by lightness more than by
hue: flat parts of a photo then take flat parts of the artwork, whatever their color, and skies and
skin stay calm.
"""

from collections.abc import Sequence
from functools import lru_cache

import torch
import torch.nn.functional as F  # noqa: N812 the name the whole field uses
from torch import Tensor

from style_transfer.imaging.color import LUMA
from style_transfer.methods.frame import Artwork

PATCH = 7
_BANK = 8000
_DIMENSIONS = 28
_ROWS = 1024
_SAMPLE = 2048
# How strongly patches used elsewhere are avoided: smaller spreads the artwork more evenly.
_EVENNESS = 0.0005
# How many times as rarely as most a patch may count as used: the one blue cloth of a brown portrait
# is not to be laid over faces only because nothing in the photo is like it.
_RAREST = 3.0
# What the mean of a patch, and its colors beside its lightness, count in a comparison.
_TONE = 0.6
_HUE = 0.6


class StrokeBank:
    """Patches drawn at random from artworks, ready to be searched."""

    def __init__(self, artworks: Sequence[Artwork], generator: torch.Generator) -> None:
        """Take patches (N, 3*PATCH*PATCH) of each artwork according to its share."""
        self._patches = torch.cat([_draw(artwork, generator) for artwork in artworks])
        seen = _as_compared(self._patches)
        self._mean = seen.mean(0)
        centered = seen - self._mean
        # Distances in the directions of most variance are nearly those of whole patches.
        spread = (centered.T @ centered).double()
        self._basis = torch.linalg.eigh(spread).eigenvectors[:, -_DIMENSIONS:].to(centered.dtype)
        self._keys = centered @ self._basis  # (N, _DIMENSIONS)
        self._norms = self._keys.square().sum(1)

    @torch.no_grad()
    def repaint(self, image: Tensor, stride: int, offset: int) -> Tensor:
        """Return image (1, 3, H, W) with each patch replaced by the one most like it.

        Patches stand `stride` apart, shifted by `offset`; where they overlap, their middles count
        most. Varying the offset from call to call keeps their grid out of the picture.
        """
        height, width = image.shape[-2:]
        lead = PATCH + offset
        # The last patch of each row ends with the padded picture, at whatever stride.
        right, below = (-(side + lead) % stride + PATCH for side in (width, height))
        mode = "reflect" if min(height, width) > 2 * PATCH + stride else "replicate"
        padded = F.pad(image, (lead, right, lead, below), mode=mode)
        seen = F.unfold(padded, PATCH, stride=stride)[0].T  # (M, 3*PATCH*PATCH)
        found = self._patches[self._nearest(seen)]
        painted = _overlay(found, (padded.shape[-2], padded.shape[-1]), stride)
        return painted[..., lead : lead + height, lead : lead + width]

    def _nearest(self, patches: Tensor) -> Tensor:
        """Find the row of the bank that is most like each of patches (M, 3*PATCH*PATCH)."""
        keys = (_as_compared(patches) - self._mean) @ self._basis
        keys = _beside(keys, keys.square().sum(1), torch.ones_like(keys[:, 0]))
        table = _beside(-2 * self._keys, torch.ones_like(self._norms), self._norms).T
        # From here on, keys @ table are squared distances.
        sample = keys[:: max(1, len(keys) // _SAMPLE)]
        closest = torch.full_like(self._norms, torch.inf)
        for rows in torch.split(sample, _ROWS):
            closest = torch.minimum(closest, (rows @ table).amin(0))
        closest = closest.clamp_max(float(_RAREST * closest.median()))
        # Held in the table, the rarity of a patch costs nothing when all rows are compared.
        table = table / (_EVENNESS * patches.shape[1] + closest.clamp_min(0))
        return torch.cat([(rows @ table).argmin(1) for rows in torch.split(keys, _ROWS)])


def _draw(artwork: Artwork, generator: torch.Generator) -> Tensor:
    image = artwork.image
    if min(image.shape[-2:]) < PATCH:
        image = F.pad(image, (PATCH, PATCH, PATCH, PATCH), mode="replicate")
    patches = F.unfold(image, PATCH)[0].T
    wanted = max(1, round(_BANK * artwork.share))
    chosen = torch.randperm(len(patches), generator=generator)[:wanted]
    return patches[chosen.to(patches.device)]


def _beside(matrix: Tensor, *columns: Tensor) -> Tensor:
    """Add columns (N,) at the right of a matrix (N, C)."""
    return torch.cat([matrix, *(column[:, None] for column in columns)], 1)


def _as_compared(patches: Tensor) -> Tensor:
    """Weigh patches (N, 3*PATCH*PATCH) as they count in a comparison."""
    planes = patches.reshape(len(patches), 3, -1)
    weights = torch.tensor(LUMA, dtype=patches.dtype, device=patches.device)
    light = (planes * weights[:, None]).sum(1, keepdim=True)
    planes = light + _HUE * (planes - light)
    mean = planes.mean(2, keepdim=True)
    return (planes + (_TONE - 1) * mean).flatten(1)


def _overlay(patches: Tensor, size: tuple[int, int], stride: int) -> Tensor:
    """Lay patches (M, 3*PATCH*PATCH) over each other to a picture (1, 3, height, width)."""
    window = _window().to(patches)
    weights = window.expand(len(patches), -1).T[None]
    laid = F.fold((patches * window.repeat(3)).T[None], size, PATCH, stride=stride)
    covered = F.fold(weights.contiguous(), size, PATCH, stride=stride)
    return laid / covered.clamp_min(1e-6)


@lru_cache(maxsize=1)
def _window() -> Tensor:
    """Make the weights (PATCH*PATCH,) of a patch's pixels, highest in the middle."""
    slope = torch.hann_window(PATCH + 2, periodic=False)[1:-1]
    return torch.outer(slope, slope).flatten()


def detail(photo: Tensor) -> Tensor:
    """Measure where photo (1, 3, H, W) is busy: a map (1, 1, H, W) from 0, flat, to 2.

    Faces, lettering and windows are busy; skies and walls are not, and can take broader strokes.
    """
    luma = photo.mean(1, keepdim=True)
    spread = (_smooth(luma.square()) - _smooth(luma).square()).clamp_min(0).sqrt()
    spread = _smooth(_smooth(spread))
    return 2 * spread / (spread + spread.mean() + 1e-6)


def _smooth(image: Tensor) -> Tensor:
    return F.avg_pool2d(F.pad(image, (2, 2, 2, 2), mode="replicate"), 5, 1)
