"""The training loop: a generator that the caller pulls, one published state every few seconds."""

import math
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import torch
import torch.distributed as dist
from torch import Tensor, nn

from style_transfer.core.errors import EngineError
from style_transfer.training.checkpoint import Progress, save_checkpoint
from style_transfer.training.crops import Crops

CHECKPOINT_SECONDS = 120.0
PUBLISH_SECONDS = 1.0


class TrainingDivergedError(EngineError):
    """The losses or the weights of a run are no numbers any more."""

    code = "training_diverged"
    hint = "Go on from the last checkpoint with --resume and a lower --rate."


class Objective(Protocol):
    """What is to be learned: losses by name for a batch, at a point of the training, 0 to 1."""

    def losses(self, x: Tensor, fraction: float) -> Mapping[str, Tensor]:
        """Compute the losses of (B, 3, H, W)."""
        ...


@dataclass(frozen=True)
class Plan:
    """How long and how fast: a run ends at the first of `steps` in all and `seconds` from now."""

    seconds: float = math.inf
    steps: float = math.inf
    rate: float = 0.05

    def fraction(self, progress: Progress, begun: Progress) -> float:
        """Say how much of the run is over, 0 to 1, given where this session began."""
        by_time = progress.seconds / (begun.seconds + self.seconds)
        return min(1.0, max(progress.step / self.steps, by_time))


@dataclass(frozen=True)
class TrainingState:
    """A published moment of a run; losses are means since the one before."""

    progress: Progress
    fraction: float
    losses: Mapping[str, float]
    saved: bool = False


def warmed_cosine(fraction: float) -> float:
    """Shape the learning rate: a short rise, then half a cosine down to one hundredth."""
    rise = min(1.0, (fraction + 1e-3) / 0.01)
    return rise * (0.01 + 0.99 * (0.5 + 0.5 * math.cos(math.pi * fraction)))


@dataclass
class Run:
    """One training run: a network, its optimizer, its objective, its crops and its folder.

    `extra` are tensors that the objective needs again when the run goes on.
    """

    network: nn.Module
    optimizer: torch.optim.Optimizer
    objective: Objective
    crops: Crops
    folder: Path
    device: torch.device
    extra: Mapping[str, Tensor]
    progress: Progress = field(default_factory=Progress)
    stopping: bool = False

    def stop(self) -> None:
        """Let the step that is running be the last one; safe to call from a signal handler."""
        self.stopping = True

    def save(self) -> None:
        """Write the checkpoint, once for all processes of a distributed run.

        Weights that are no numbers are not written: the checkpoint before them is worth more.
        """
        if self.crops.rank == 0 and self.is_sound():
            save_checkpoint(self.folder, self.progress, self.network, self.optimizer, self.extra)

    def is_sound(self) -> bool:
        """Tell whether all weights are finite."""
        return all(bool(weight.isfinite().all()) for weight in self.network.parameters())

    def train_(self, plan: Plan) -> Iterator[TrainingState]:
        """Train until the plan is fulfilled, publishing about every second and after each save.

        However the caller leaves, a checkpoint of the last finished step stays behind. Raises
        TrainingDivergedError when there are no numbers left to learn from.
        """
        begun, meter = self.progress, _Meter()
        batches = self.crops.follow(self.progress.step, self.device)
        saved = clock = time.monotonic()
        try:
            while (fraction := self._agree(plan.fraction(self.progress, begun))) < 1:
                meter.add(self._step_(next(batches), fraction, plan.rate))
                now = time.monotonic()
                self.progress = self.progress.after(now - clock)
                clock = now
                due = now - saved >= CHECKPOINT_SECONDS
                if due:
                    self.save()
                    saved = now
                if due or meter.due(now):
                    yield TrainingState(self.progress, fraction, meter.read(now), saved=due)
        except RuntimeError as error:
            if self.is_sound():
                raise
            raise TrainingDivergedError("The weights are no numbers any more.") from error
        finally:
            batches.close()
            self.save()
        if meter.counts:
            yield TrainingState(self.progress, 1.0, meter.read(clock), saved=True)

    def _agree(self, fraction: float) -> float:
        """Make all processes of a run see the same fraction, so that none waits for one gone."""
        fraction = 1.0 if self.stopping else fraction
        if not dist.is_initialized():
            return fraction
        furthest = torch.tensor(fraction, dtype=torch.float64, device=self.device)
        dist.all_reduce(furthest, dist.ReduceOp.MAX)
        return furthest.item()

    def _step_(self, batch: Tensor, fraction: float, rate: float) -> dict[str, Tensor]:
        for group in self.optimizer.param_groups:
            group["lr"] = rate * warmed_cosine(fraction)
        losses = self.objective.losses(batch, fraction)
        self.optimizer.zero_grad(set_to_none=True)
        torch.stack(list(losses.values())).sum().backward()
        average_gradients_(self.network)
        self.optimizer.step()
        return {name: value.detach() for name, value in losses.items()}


class _Meter:
    """Means of losses between two published states; nothing leaves the device in between."""

    def __init__(self) -> None:
        self.sums: dict[str, Tensor] = {}
        self.counts: Counter[str] = Counter()  # a step need not have every loss
        self.published = -math.inf

    def add(self, losses: Mapping[str, Tensor]) -> None:
        self.sums |= {name: value + self.sums.get(name, 0) for name, value in losses.items()}
        self.counts.update(losses.keys())

    def due(self, now: float) -> bool:
        return now - self.published >= PUBLISH_SECONDS

    def read(self, now: float) -> dict[str, float]:
        means = {name: value.item() / self.counts[name] for name, value in self.sums.items()}
        lost = [name for name, mean in means.items() if not math.isfinite(mean)]
        if lost:
            raise TrainingDivergedError(f"No numbers any more: {', '.join(lost)}.")
        self.sums, self.counts, self.published = {}, Counter(), now
        return means


def average_gradients_(network: nn.Module) -> None:
    """Make the gradients of all processes equal to their mean; alone, leave them as they are.

    They travel as one tensor: a network has dozens, and each message waits for all processes.
    """
    if not dist.is_initialized():
        return
    gradients = [each.grad for each in network.parameters() if each.grad is not None]
    together = torch.cat([gradient.flatten() for gradient in gradients])
    dist.all_reduce(together)
    together /= dist.get_world_size()
    means = torch.split(together, [gradient.numel() for gradient in gradients])
    for gradient, mean in zip(gradients, means, strict=True):
        gradient.copy_(mean.view_as(gradient))
