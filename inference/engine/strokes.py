"""The artwork's own strokes: each patch of the picture is drawn to its likeness in the artwork.

Means and covariances say which strokes there are on the whole; a patch says what one looks like.
After Kwatra et al. 2005, "Texture Optimization for Example-Based Synthesis", and Elad & Milanfar
2017, "Style-Transfer via Texture-Synthesis"; the share that keeps one patch from being used
everywhere is that of Granot et al. 2022, "Drop the GAN". Here on pixels, where Li & Wand 2016
compare patches of features: a small feature network forgets what the pixels still show.
"""

from collections.abc import Sequence
from functools import lru_cache

import torch
import torch.nn.functional as F  # noqa: N812 the name the whole field uses
from torch import Tensor

from inference.engine.methods.frame import Artwork

PATCH = 9
_BANK = 8000
_DIMENSIONS = 28
_ROWS = 1024
# How strongly patches used elsewhere are avoided: smaller spreads the artwork more evenly.
_EVENNESS = 0.003


class StrokeBank:
    """Patches drawn at random from artworks, ready to be searched."""

    def __init__(self, artworks: Sequence[Artwork], generator: torch.Generator) -> None:
        """Take patches (N, 3*PATCH*PATCH) of each artwork according to its share."""
        drawn = [_draw(artwork, generator) for artwork in artworks]
        self._patches = torch.cat(drawn)
        self._mean = self._patches.mean(0)
        centered = self._patches - self._mean
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
        keys = (patches - self._mean) @ self._basis
        room = torch.empty(_ROWS, len(self._keys), dtype=keys.dtype, device=keys.device)
        sample = keys[:: max(1, len(keys) // 4096)]
        closest = torch.full_like(self._norms, torch.inf)
        for rows in sample.split(_ROWS):
            closest = torch.minimum(closest, self._distances(rows, room).amin(0))
        rarity = 1 / (_EVENNESS * patches.shape[1] + closest)
        return torch.cat(
            [self._distances(rows, room).mul_(rarity).argmin(1) for rows in keys.split(_ROWS)]
        )

    def _distances(self, keys: Tensor, room: Tensor) -> Tensor:
        """Give squared distances (M, N) of keys (M, _DIMENSIONS) to the bank, in `room`."""
        out = room[: len(keys)]
        torch.addmm(self._norms, keys, self._keys.T, alpha=-2, out=out)
        return out.add_(keys.square().sum(1, keepdim=True)).clamp_min_(0)


def _draw(artwork: Artwork, generator: torch.Generator) -> Tensor:
    image = artwork.image
    if min(image.shape[-2:]) < PATCH:
        image = F.pad(image, (PATCH, PATCH, PATCH, PATCH), mode="replicate")
    patches = F.unfold(image, PATCH)[0].T
    wanted = max(1, round(_BANK * artwork.share))
    chosen = torch.randperm(len(patches), generator=generator)[:wanted]
    return patches[chosen.to(patches.device)]


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
