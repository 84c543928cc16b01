"""Noise that runs along the lines of a picture, so that strokes follow them as a brush does.

A painter draws a stroke along the hair, the branch or the wave, and turns it slowly where there is
no line. So the lines of the picture are found by its structure tensor (Kass & Witkin 1987,
"Analyzing Oriented Patterns"), and noise is averaged along them (Cabral & Leedom 1993, "Imaging
Vector Fields Using Line Integral Convolution"). A patch with such noise is most like a patch of the
artwork whose stroke runs that way, and its neighbors along the line get the same stroke.

How strong the noise is comes from the artwork's patches. Dots, tesserae and flat paper have no
direction, and get none.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from style_transfer.core.sizes import scaled
from style_transfer.imaging.blur import mean_blur
from style_transfer.imaging.color import luma_of
from style_transfer.imaging.pyramid import resize
from style_transfer.imaging.tensors import as_floats, bands_of_rows
from style_transfer.methods.subject import enlarged

_SIDE = 320  # pixels: the root of the area on which lines are searched
_NEAR = 3.0  # sigma, in those pixels, of what sets the direction of a place that has lines
# Wider sigmas and their shares: flat places take the direction of what is around them. They are
# measured on a picture that is smaller by _COARSER.
_AROUND = ((20.0, 0.1), (60.0, 0.1))
_COARSER = 8
_FAINT = 1e-3  # gradients below this have no direction
_LEVEL = 1e-4  # where there is no direction at all, lines are level, on every device
_HALF = 2  # noise is drawn at half the size, because a stroke is broader than a pixel
# Noise is averaged with itself at these distances along the line, near to far, in its own pixels.
# The reach grows with each round: nine samples do the work of fifteen.
_STEPS = (1.0, 2.0, 4.0)
_STRENGTH = 1.1  # times the contrast that three of four patches exceed
# Coherence of patches, 0 to 1: none of the noise up to the first, all of it from the second on.
_DOTS, _STROKES = 0.45, 0.55
# Where the guide has this share of the mix, the noise begins to fade; _BUSY of it is gone where the
# guide has all. Busy places have lines of their own. In a subject _SUBJECT of it is gone.
_QUIET, _BUSY, _SUBJECT = 0.23, 0.85, 0.9


def stroke_contrast(patches: Tensor, side: int) -> float:
    """Measure how much directed noise suits an artwork: an RMS of lightness, mostly 0 to 0.1.

    `patches` (N, 3*side*side) are RGB in [0, 1]. The contrast of the quiet ones counts, so that
    flat paper beside dark lines stays flat. The coherence of gradients is 0 for dots and 1 for
    parallel lines.
    """
    light = luma_of(patches.view(-1, 3, side, side))[:, 0]  # (N, side, side)
    across = (light[:, 1:-1, 2:] - light[:, 1:-1, :-2]) / 2
    down = (light[:, 2:, 1:-1] - light[:, :-2, 1:-1]) / 2
    energy = (across.square() + down.square()).mean((1, 2))  # (N,)
    turned = torch.hypot(
        (across.square() - down.square()).mean((1, 2)), (2 * across * down).mean((1, 2))
    )
    weight = energy.sqrt()
    coherences = turned / energy.clamp_min(1e-8)
    coherence = float((coherences * weight).sum() / weight.sum().clamp_min(1e-8))
    share = min(1.0, max(0.0, (coherence - _DOTS) / (_STROKES - _DOTS)))
    return share * _STRENGTH * float(light.flatten(1).std(1).quantile(0.25))


def spare(share: Tensor, subject: Tensor | None) -> Tensor:
    """Tell how much less noise each place gets: (1, 1, h, w), 0 for all of it, 1 for none.

    `share` (1, 1, h, w) in [0, 1] is that of the photo in the mix that strokes are laid on.
    `subject` (1, 1, h, w) in [0, 1] is kept clear: a face would get wrinkles.
    """
    spared = _BUSY * ((share - _QUIET) / (1 - _QUIET)).clamp_min(0)
    if subject is None:
        return spared
    return torch.maximum(spared, _SUBJECT * enlarged(subject, *share.shape[2:]))


def find_lines(picture: Tensor) -> Tensor:
    """Find the direction of lines in a picture (1, 3, H, W): (1, 2, h, w), twice the angle.

    The vectors (cos 2a, sin 2a) can be averaged, where opposite directions would cancel out.
    """
    height, width = picture.shape[-2:]
    width, height = scaled(width, height, min(1.0, _SIDE / (height * width) ** 0.5))
    size = (max(2, width), max(2, height))
    light = F.pad(luma_of(resize(as_floats(picture), size)), (1,) * 4, mode="replicate")
    across = light[..., 1:-1, 2:] - light[..., 1:-1, :-2]
    down = light[..., 2:, 1:-1] - light[..., :-2, 1:-1]
    # The direction of the steepest change; strong edges count by the root of their energy.
    steepest = torch.cat([across.square() - down.square(), 2 * across * down], 1)
    steepest /= (across.square() + down.square()).sqrt() + _FAINT
    found = mean_blur(steepest, _NEAR)
    coarse = F.avg_pool2d(steepest, _COARSER, ceil_mode=True)
    around = torch.zeros_like(coarse)
    for sigma, share in _AROUND:
        around += share * mean_blur(coarse, sigma / _COARSER)
    found += F.interpolate(around, found.shape[2:], mode="bilinear", align_corners=False)
    found[:, 0] -= _LEVEL
    return -found  # lines run at a right angle to it


def noise_along(lines: Tensor, height: int, width: int, generator: torch.Generator) -> Tensor:
    """Draw noise (1, 1, height, width) that runs along lines (1, 2, h, w), with an RMS near 1.

    The generator is that of the CPU, so that all devices get the same noise.
    """
    size = (1, 1, -(-height // _HALF), -(-width // _HALF))
    noise = torch.randn(size, generator=generator).to(lines.device)
    for step in _STEPS:
        moved = torch.empty_like(noise)
        for rows in bands_of_rows(noise):
            ahead, behind = (
                F.grid_sample(noise, places, padding_mode="reflection", align_corners=False)
                for places in _places(noise, rows, lines, step)
            )
            moved[..., rows, :] = (noise[..., rows, :] + ahead + behind) / 3
        noise = moved
    noise /= noise.square().mean().sqrt().clamp_min(1e-8)
    return F.interpolate(noise, (height, width), mode="bicubic", align_corners=False)


def _places(noise: Tensor, rows: slice, lines: Tensor, step: float) -> tuple[Tensor, Tensor]:
    """Give the places `step` pixels ahead and behind, for some rows: (1, rows, W, 2), -1 to 1."""
    height, width = noise.shape[-2:]
    down = (torch.arange(rows.start, rows.stop, device=noise.device) + 0.5) * (2 / height) - 1
    across = (torch.arange(width, device=noise.device) + 0.5) * (2 / width) - 1
    here = torch.stack(torch.meshgrid(across, down, indexing="xy"), -1)[None]  # (1, rows, W, 2)
    doubled = F.grid_sample(lines, here, padding_mode="border", align_corners=False)
    angle = torch.atan2(doubled[:, 1], doubled[:, 0]) / 2  # (1, rows, W)
    away = torch.stack([angle.cos() * (2 * step / width), angle.sin() * (2 * step / height)], -1)
    return here + away, here - away
