"""A photo made by code, and the defects that pictures of it can have."""

import torch
from torch import Tensor

from style_transfer.bench.measures.blur import gaussian_blur


def scene(height: int = 192, width: int = 256) -> Tensor:
    """Make a photo (1, 3, H, W): a sky with a little grain above dark blocks with windows.

    The sky ends at row 110 or 122.
    """
    generator = torch.Generator().manual_seed(0)
    sky = torch.linspace(0.55, 0.65, width).expand(height, width)
    photo = torch.stack([sky - 0.1, sky, sky + 0.2])[None].clone()
    photo[..., 110:, :] = 0.2
    for left in range(0, width, 64):  # every other block begins 12 pixels lower
        photo[..., 110:122, left : left + 32] = photo[..., 98:110, left : left + 32]
    for row in range(126, height, 12):
        photo[..., row : row + 4, 2::8] = photo[..., row : row + 4, 3::8] = 0.7
    photo += 0.004 * torch.randn(photo.shape, generator=generator)
    return gaussian_blur(photo, 0.7).clamp(0, 1)


def with_noise(picture: Tensor, deviation: float = 0.05) -> Tensor:
    """Add gray noise."""
    generator = torch.Generator().manual_seed(1)
    noise = torch.randn(1, 1, *picture.shape[2:], generator=generator)
    return (picture + deviation * noise).clamp(0, 1)


def with_lattice(picture: Tensor, period: int, deviation: float = 0.05) -> Tensor:
    """Add a gray pattern that repeats every `period` pixels."""
    height, width = picture.shape[2:]
    cell = torch.randn(1, 1, period, period, generator=torch.Generator().manual_seed(2))
    cell = (cell - cell.mean()) / cell.std()
    pattern = cell.repeat(1, 1, -(-height // period), -(-width // period))
    return (picture + deviation * pattern[..., :height, :width]).clamp(0, 1)


def with_halos(picture: Tensor, amount: float = 1.0) -> Tensor:
    """Sharpen a picture by an unsharp mask so wide that edges get rims on both sides."""
    return (picture + amount * (picture - gaussian_blur(picture, 4))).clamp(0, 1)


def with_islands(picture: Tensor, amount: float = 0.12) -> Tensor:
    """Turn round patches of the upper half greener and redder, with the luminance of before."""
    height, width = picture.shape[2:]
    y, x = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    patches = torch.sin(x / 12) * torch.sin(y / 12) * (y < height * 0.4)
    # A step by these has the luminance zero.
    greener = torch.tensor([-0.587, 0.299, 0.0])[:, None, None]
    return (picture + amount / 0.45 * greener * patches).clamp(0, 1)


def with_dark_contours(picture: Tensor) -> Tensor:
    """Draw a dark line along every strong edge."""
    soft = gaussian_blur(picture.mean(1, keepdim=True), 1.5)
    down, across = torch.gradient(soft[0, 0])
    line = gaussian_blur((torch.hypot(down, across) > 0.05).float()[None, None], 1)
    return picture * (1 - line)


def blurred(picture: Tensor) -> Tensor:
    """Blur a picture, as averaging of many guesses does."""
    return gaussian_blur(picture, 2)


def recolored(picture: Tensor) -> Tensor:
    """Change colors by one linear map, as a palette match does."""
    matrix = torch.tensor([[0.8, 0.1, 0.1], [0.1, 0.6, 0.1], [0.0, 0.2, 0.5]])
    return torch.einsum("ij,bjhw->bihw", matrix, picture)
