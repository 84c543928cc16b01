"""Convert images to tensors and back, without a large picture in floats in memory."""

from collections.abc import Callable, Iterator

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from style_transfer.core.errors import InternalError

_AT_ONCE = 2**20  # pixels that are in memory as floats at one time


def to_pixels(image: Image.Image, device: torch.device) -> Tensor:
    """Turn an image of mode RGB or L into a tensor of bytes (1, C, H, W)."""
    pixels = torch.from_numpy(np.array(image)).to(device)  # (H, W, 3) or (H, W)
    return pixels.view(*pixels.shape[:2], -1).permute(2, 0, 1)[None]


def to_tensor(image: Image.Image, device: torch.device) -> Tensor:
    """Turn an image of mode RGB or L into a float tensor (1, C, H, W) in [0, 1]."""
    return as_floats(to_pixels(image, device))


def as_floats(picture: Tensor) -> Tensor:
    """Give a picture of bytes, or of floats in [0, 1] of any type, as float32 in [0, 1]."""
    return picture.float().div_(255) if picture.dtype is torch.uint8 else picture.float()


def bands_of_rows(picture: Tensor) -> Iterator[slice]:
    """Cut a picture (B, C, H, W) into bands of rows with at most _AT_ONCE pixels each."""
    rows = max(1, _AT_ONCE // (len(picture) * picture.shape[3]))
    height = picture.shape[2]
    return (slice(first, min(first + rows, height)) for first in range(0, height, rows))


def to_image(
    picture: Tensor, change: Callable[[Tensor, slice], Tensor] | None = None
) -> Image.Image:
    """Turn a picture (1, 3, H, W), bytes or floats in [0, 1], into an RGB image.

    `change` gets each band of rows (1, 3, h, W) as floats, with the slice of its rows, and returns
    the band to show. Raises InternalError if a value is not finite.
    """
    height, width = picture.shape[2:]
    pixels = np.empty((height, width, 3), dtype=np.uint8)  # (H, W, 3)
    for rows in bands_of_rows(picture):
        band = as_floats(picture.detach()[:, :, rows])
        band = change(band, rows) if change else band
        if not band.isfinite().all():
            raise InternalError("The picture came out with values that are not numbers.")
        shown = band[0].clamp(0, 1).mul_(255).round_().byte()
        pixels[rows] = shown.permute(1, 2, 0).cpu().numpy()
    return Image.fromarray(pixels)
