"""Evaluate a trained network on pictures that it was not trained on."""

from collections.abc import Sequence

import torch
from torch import Tensor

from style_transfer.features.vgg import TAPS
from style_transfer.training.distillation import Distillation
from style_transfer.training.loop import Objective

_LIVE = 0.05  # share of the usual standard deviation; a channel below it has no correlation here


@torch.no_grad()
def evaluate(objective: Distillation, pictures: Sequence[Tensor]) -> dict[str, dict[str, float]]:
    """Measure a student per layer over pictures (1, 3, H, W); each channel has the same weight.

    `error` is the squared difference divided by the variance, as a mean over live channels: 0 is
    perfect, and 1 is no better than the channel's mean. `correlation` is Pearson's.
    """
    objective.student.leak = 0.0
    sums = {name: torch.zeros(6, objective.channel_std[name].numel()).double() for name in TAPS}
    count = dict.fromkeys(TAPS, 0)
    for picture in pictures:
        targets, seen = objective.targets(picture), objective.student(picture, TAPS)
        for name in TAPS:
            sums[name] += _add_up(targets[name], seen[name])
            count[name] += targets[name][:, 0].numel()
    return {name: _summarize(sums[name] / count[name]) for name in TAPS}


@torch.no_grad()
def measure_losses(objective: Objective, batches: Sequence[Tensor]) -> dict[str, float]:
    """Compute the mean losses of an objective over batches (B, 3, H, W) of equal weight.

    The index of a batch seeds its random numbers, so they are the same for every training.
    """
    sums: dict[str, float] = {}
    for index, batch in enumerate(batches):
        for name, value in objective.losses(batch, (index + 0.5) / len(batches)).items():
            sums[name] = sums.get(name, 0.0) + value.item()
    return {name: round(value / len(batches), 4) for name, value in sums.items()}


def _add_up(target: Tensor, seen: Tensor) -> Tensor:
    t, s = (each.transpose(0, 1).flatten(1).double() for each in (target, seen))  # (C, B*H*W)
    parts = (t, s, t * t, s * s, t * s, (t - s).square())
    return torch.stack([part.sum(1) for part in parts]).cpu()  # (6, C)


def _summarize(means: Tensor) -> dict[str, float]:
    t, s, tt, ss, ts, error = means
    live = (tt - t * t) > _LIVE**2
    t, s, tt, ss, ts, error = (each[live] for each in (t, s, tt, ss, ts, error))
    # Variance and covariance, from the means of squares and products.
    correlation = (ts - t * s) / ((tt - t * t) * (ss - s * s).clamp_min(1e-12)).sqrt()
    return {
        "error": round((error / (tt - t * t)).mean().item(), 4),
        "median_error": round((error / (tt - t * t)).median().item(), 4),
        "correlation": round(correlation.mean().item(), 4),
        "channels": int(live.sum()),
    }
