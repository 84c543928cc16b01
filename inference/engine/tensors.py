"""Between images and tensors."""

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from inference.engine.errors import InternalError


def to_tensor(image: Image.Image, device: torch.device) -> Tensor:
    """Turn an RGB image into a tensor (1, 3, H, W) in [0, 1]."""
    pixels = torch.from_numpy(np.array(image)).to(device)  # (H, W, 3)
    return pixels.permute(2, 0, 1)[None].float().div(255)


def to_image(tensor: Tensor) -> Image.Image:
    """Turn a tensor (1, 3, H, W) in [0, 1] into an RGB image.

    Raises InternalError if a value is not finite.
    """
    if not tensor.isfinite().all():
        raise InternalError("The picture came out with values that are not numbers.")
    pixels = tensor.detach()[0].clamp(0, 1).mul(255).round().byte()
    return Image.fromarray(pixels.permute(1, 2, 0).cpu().numpy())
