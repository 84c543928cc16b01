"""How far the painting of a variant is from that of the reference, and how far it may be."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from style_transfer.backends.standard import (
    BORDER,
    COLOR,
    CONTENT,
    LATTICE,
    LIMITS,
    PSNR,
    STYLE,
)
from style_transfer.bench.distances import Metric, content_distance, style_distance
from style_transfer.bench.measures.flat_areas import find_flat_areas
from style_transfer.bench.measures.lattice import flat_lattice_share

_RING = 8  # pixels of the border that is compared with the inside
_SAME = 99.0  # dB that stand for equal pictures

Scores = dict[str, float]


def compare(
    painted: Tensor, wanted: Tensor, photo: Tensor, artwork: Tensor, metric: Metric
) -> Scores:
    """Score a painting against that of the reference, all (1, 3, H, W), RGB in [0, 1].

    content and style are how much larger the judge's distances have become, lattice how much more
    of the sky repeats, border how much more the border differs than the whole.
    """
    if not bool(painted.isfinite().all()):
        return dict.fromkeys(LIMITS, math.nan)
    difference = (painted - wanted).abs()
    inside = difference[..., _RING:-_RING, _RING:-_RING]
    ring = (difference.sum() - inside.sum()) / (difference.numel() - inside.numel())
    flat = find_flat_areas(photo)
    before, after = (flat_lattice_share(each, flat) for each in (wanted, painted))
    own, target = metric.encode(photo), metric.encode(artwork)
    one, other = metric.encode(painted), metric.encode(wanted)
    return {
        PSNR: psnr(painted, wanted),
        CONTENT: content_distance(one, own) - content_distance(other, own),
        STYLE: style_distance(one, target) - style_distance(other, target),
        COLOR: float((painted - wanted).mean((2, 3)).abs().max()),
        LATTICE: 0.0 if math.isnan(before) else after - before,
        BORDER: float(ring - difference.mean()),
    }


def seam_of(tiled: Tensor, whole: Tensor, side: int) -> float:
    """Measure the seams of a painting in tiles of a side, compared with the same in one piece.

    It is how much more the difference of the two changes from tile to tile than elsewhere.
    """
    found = []
    for each in (tiled - whole, (tiled - whole).mT):
        steps = (each[..., 1:] - each[..., :-1]).abs().mean((0, 1, 2))  # (W - 1,)
        found.append(float(steps[side - 1 :: side].mean() - steps.mean()))
    return max(found)


def psnr(one: Tensor, other: Tensor) -> float:
    """Measure the peak signal-to-noise ratio of two pictures in [0, 1], in dB; NaN of NaN."""
    error = float((one - other).square().mean())
    if math.isnan(error):  # `min` would take the other number
        return math.nan
    return min(_SAME, -10 * math.log10(max(error, 1e-12)))


def worst_of(scores: Sequence[Scores]) -> Scores:
    """Take the worst of each score over all pairs; NaN is the worst of all."""
    found: Scores = {}
    for name in LIMITS:
        values = torch.tensor([each[name] for each in scores])
        found[name] = float(values.min() if name == PSNR else values.max())
    return found


def reasons_against(scores: Scores) -> list[str]:
    """List the scores that are beyond their limits, in words; none if the variant passes."""
    reasons = []
    for name, limit in LIMITS.items():
        score = scores[name]
        fits = score >= limit if name == PSNR else score <= limit  # NaN never fits
        if not fits:
            word = "below" if name == PSNR else "above"
            reasons.append(f"{name} {score:.3g} is {word} {limit:.3g}")
    return reasons
