"""Train a small feature network to give the activations of a larger or older one.

The student never gets the teacher's weights, only its activations, as in Hinton et al. 2015 and
Romero et al. 2015 (FitNets). Every block learns alone: five shallow problems replace one deep one
and converge in minutes on a CPU. At first the input of a block is the teacher's activations, then
more and more the student's own, so that the block learns to handle the errors of the blocks before
it. With a sudden change the deep blocks would get unknown inputs and their units would die. No
gradient passes from block to block: deep layers depend on details that shallow ones hardly measure,
and their gradients would harm what the shallow ones have learned.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file
from torch import Tensor, nn

from style_transfer.core.errors import ModelMissingError
from style_transfer.features.builtin import FeatureNet, find_live
from style_transfer.features.light import LightVGG
from style_transfer.features.vgg import TAPS, SlimVGG, max_pool, read_widths, strip_heads

FREE = 0.5  # after this share of the training, blocks get only the student's own activations
TIGHT = 0.25  # after this share, tapped layers have slope 0 below zero
FIRST_LEAK = 0.1  # their slope below zero at the start
_SPIKE = 3.0  # errors above this many standard deviations count linearly


def load_teacher(path: Path) -> SlimVGG:
    """Load a slimmed VGG-19 (safetensors; layers conv1_1 ... conv5_1, max pooling), frozen.

    Raises ModelMissingError if the file is missing or has another layout.
    """
    if not path.is_file():
        raise ModelMissingError(f"There is no teacher at {path}.")
    try:
        state = strip_heads(load_file(path))
        teacher = SlimVGG(read_widths(state), max_pool, slope=0.0)
        teacher.load_state_dict(state)
    except (SafetensorError, KeyError, RuntimeError) as error:
        message = f"{path} is not a slimmed VGG-19 in safetensors form."
        raise ModelMissingError(message, hint="Give the file that the manual names.") from error
    return teacher.eval().requires_grad_(requires_grad=False)


def describe_teacher(path: Path) -> str:
    """Name a teacher file with the source and the license in its header, if it has them."""
    with safe_open(path, framework="pt") as opened:
        header = opened.metadata() or {}
    stated = "; ".join(header[key] for key in ("source", "licence") if key in header)
    return f"{path.name} ({stated})" if stated else path.name


class LiveFeatures(nn.Module):
    """The channels of a feature network that vary at all, as the teacher of a light network.

    `channel_std` holds their standard deviations over many artworks, (L,) per layer.
    """

    def __init__(self, features: FeatureNet) -> None:
        """Find the live channels at the taps, by the rule of the any-style network."""
        super().__init__()
        self.features = features
        self.live = {name: find_live(features.channel_scale[name]) for name in TAPS}
        self.channel_std = {
            name: features.channel_scale[name][live] for name, live in self.live.items()
        }

    @property
    def widths(self) -> tuple[int, ...]:
        """Count the live channels, shallow to deep."""
        return tuple(len(live) for live in self.live.values())

    def forward(self, x: Tensor, layers: Sequence[str]) -> dict[str, Tensor]:
        """Compute layer -> (B, L, h, w) for x (B, 3, H, W), RGB in [0, 1]."""
        return {name: maps[:, self.live[name]] for name, maps in self.features(x, layers).items()}


@dataclass
class Distillation:
    """The objective: teacher, student, and the teacher's standard deviation of each channel."""

    teacher: nn.Module
    student: SlimVGG | LightVGG
    channel_std: Mapping[str, Tensor]
    bfloat16: bool = True

    @torch.no_grad()
    def targets(self, x: Tensor) -> dict[str, Tensor]:
        """Compute the wanted activations for x (B, 3, H, W): layer -> (B, C, h, w).

        Each channel is divided by its standard deviation.
        """
        seen: dict[str, Tensor] = self.teacher(x, TAPS)
        return {name: maps / self.channel_std[name][:, None, None] for name, maps in seen.items()}

    def losses(self, x: Tensor, fraction: float) -> dict[str, Tensor]:
        """Compute one loss per tapped layer for x (B, 3, H, W), RGB in [0, 1].

        `fraction` of the training is 0 to 1.
        """
        # A unit that starts with the wrong sign would get no gradient and die. With a slope below
        # zero, which shrinks step by step, its sign can change.
        self.student.leak = FIRST_LEAK * max(0.0, 1 - fraction / TIGHT)
        targets = self.targets(x)
        seen = self._see(x, targets, trust=min(1.0, fraction / FREE))
        return {
            name: F.huber_loss(seen[name].float(), targets[name], delta=_SPIKE) for name in TAPS
        }

    def _see(self, x: Tensor, targets: Mapping[str, Tensor], trust: float) -> dict[str, Tensor]:
        # The first layer has fine differences between pixels, which bfloat16 would lose.
        seen: dict[str, Tensor] = self.student(x, TAPS[:1])
        with self._autocast(x):
            for before, name in pairwise(TAPS):
                fed = torch.lerp(targets[before], seen[before].detach().float(), trust)
                seen |= self.student(fed, (name,), start=before)
        return seen

    def _autocast(self, x: Tensor) -> torch.autocast:
        return torch.autocast(x.device.type, dtype=torch.bfloat16, enabled=self.bfloat16)
