"""Teaching a small feature network what a larger or older one sees.

The student never sees the teacher's weights, only its activations, after Hinton et al. 2015 and
Romero et al. 2015 (FitNets). Every block learns alone: five shallow problems in place of one deep
one, which converge in minutes on a CPU. At first a block is fed with the teacher's activations,
then more and more with the student's own, so that it learns to live with the errors of the blocks
before it; changed at once, the deep blocks find nothing that they know and die. No gradient
passes from block to block: deep layers hang on details that shallow ones hardly measure, and
their gradients would spoil what the shallow ones have learned.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file
from torch import Tensor, nn

from style_transfer.core.errors import ModelMissingError
from style_transfer.features.vgg import TAPS, SlimVGG, max_pool, read_widths, strip_heads

FREE = 0.5  # the share of the training after which the student is on its own
TIGHT = 0.25  # the share after which tapped layers let nothing through below zero
FIRST_LEAK = 0.1
_SPIKE = 3.0  # standard deviations above which an error counts linearly


def load_teacher(path: Path) -> SlimVGG:
    """Load a slimmed VGG-19 (safetensors; layers conv1_1 ... conv5_1, max pooling), frozen.

    Raises ModelMissingError if the file is absent or is not of that layout.
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
    """Name a teacher file with the source and the licence that its own header states, if any."""
    with safe_open(path, framework="pt") as opened:
        header = opened.metadata() or {}
    stated = "; ".join(header[key] for key in ("source", "licence") if key in header)
    return f"{path.name} ({stated})" if stated else path.name


@dataclass
class Distillation:
    """The objective: a teacher, a student, and the teacher's spread that makes channels equal."""

    teacher: nn.Module
    student: SlimVGG
    channel_std: Mapping[str, Tensor]
    bfloat16: bool = True

    @torch.no_grad()
    def targets(self, x: Tensor) -> dict[str, Tensor]:
        """Compute what the student should see in (B, 3, H, W): each channel in its own spread."""
        seen: dict[str, Tensor] = self.teacher(x, TAPS)
        return {name: maps / self.channel_std[name][:, None, None] for name, maps in seen.items()}

    def losses(self, x: Tensor, fraction: float) -> dict[str, Tensor]:
        """Compute one loss per tapped layer at a point of the training, 0 to 1."""
        # A unit whose sign starts out wrong would get no gradient and die; a slope below zero,
        # taken away little by little, lets it turn around.
        self.student.leak = FIRST_LEAK * max(0.0, 1 - fraction / TIGHT)
        targets = self.targets(x)
        seen = self._see(x, targets, trust=min(1.0, fraction / FREE))
        return {
            name: F.huber_loss(seen[name].float(), targets[name], delta=_SPIKE) for name in TAPS
        }

    def _see(self, x: Tensor, targets: Mapping[str, Tensor], trust: float) -> dict[str, Tensor]:
        # The first layer holds fine differences of pixels that bfloat16 would round away.
        seen: dict[str, Tensor] = self.student(x, TAPS[:1])
        with self._autocast(x):
            for before, name in pairwise(TAPS):
                fed = torch.lerp(targets[before], seen[before].detach().float(), trust)
                seen |= self.student(fed, (name,), start=before)
        return seen

    def _autocast(self, x: Tensor) -> torch.autocast:
        return torch.autocast(x.device.type, dtype=torch.bfloat16, enabled=self.bfloat16)
