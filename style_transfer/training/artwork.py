"""The artwork of a training for one style: the name that it gives the result, and its size."""

import re
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor

from style_transfer.core.sizes import scaled
from style_transfer.imaging.tensors import to_tensor
from style_transfer.training.recipe import TrainingOptionsError

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


def name_after(style: Path) -> str:
    """Make a name from a file name: lowercase letters, digits and hyphens; it may be empty."""
    return re.sub(r"[^a-z0-9]+", "-", style.stem.lower()).strip("-")[:64]


def require_name(name: str) -> None:
    """Raise TrainingOptionsError for a name that is not valid."""
    if not _NAME.fullmatch(name):
        raise TrainingOptionsError(
            f"{name!r} is no name.",
            hint="Choose lowercase letters, digits and hyphens, 64 at most: --name the-scream.",
        )


def shown_at(artwork: Image.Image, factor: float, device: torch.device) -> Tensor:
    """Give an RGB artwork as a tensor (1, 3, H, W) in [0, 1], scaled by a factor of at most 1."""
    size = scaled(*artwork.size, min(1.0, factor))
    return to_tensor(artwork.resize(size, Image.Resampling.LANCZOS), device)
