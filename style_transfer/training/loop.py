"""The training loop: a generator that yields a published state about every second."""

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
    """The losses or the weights of a run are no longer finite."""

    code = "training_diverged"
    hint = "Go on from the last checkpoint with --resume and a lower --rate."


class Objective(Protocol):
    """What a network learns: the losses of a batch by name."""

    def losses(self, x: Tensor, fraction: float) -> Mapping[str, Tensor]:
        """Compute the losses of x (B, C, H, W) in [0, 1]; `fraction` of the training is 0 to 1."""
        ...


class Adversary(Protocol):
    """What learns beside a network, from what the objective showed it; see adversarial.py."""

    def learn_(self, step: int, factor: float) -> Mapping[str, Tensor]:
        """Take one step, at `factor` times its own learning rate; give its losses by name."""
        ...

    def is_sound(self) -> bool:
        """Tell whether all its weights are finite."""
        ...

    def state(self) -> Mapping[str, Tensor]:
        """Give what a checkpoint keeps of it."""
        ...


@dataclass(frozen=True)
class Plan:
    """The length and the learning rate of a run.

    The run ends after `steps` steps in all, or after `seconds` of this session, whichever is first.
    """

    seconds: float = math.inf
    steps: float = math.inf
    rate: float = 0.05

    def fraction(self, progress: Progress, begun: Progress) -> float:
        """Compute how much of the run is done, 0 to 1; `begun` is where this session began."""
        # The seconds of earlier sessions count too, so that the learning rate does not rise again.
        by_time = progress.seconds / (begun.seconds + self.seconds)
        return min(1.0, max(progress.step / self.steps, by_time))


@dataclass(frozen=True)
class TrainingState:
    """A published moment of a run; losses are means since the previous one."""

    progress: Progress
    fraction: float
    losses: Mapping[str, float]
    saved: bool = False


def warmed_cosine(fraction: float) -> float:
    """Give the factor on the learning rate: a short rise, then half a cosine down to 0.01."""
    rise = min(1.0, (fraction + 1e-3) / 0.01)
    return rise * (0.01 + 0.99 * (0.5 + 0.5 * math.cos(math.pi * fraction)))


@dataclass
class Run:
    """One training run: a network, its optimizer, its objective, its crops and its folder.

    `extra` are tensors that the objective needs again when the run is continued. An `adversary`
    takes its steps after those of the network.
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
    adversary: Adversary | None = None

    def stop(self) -> None:
        """Stop after the current step; safe to call from a signal handler."""
        self.stopping = True

    def save(self) -> None:
        """Write the checkpoint, once for all processes of a distributed run.

        Weights that are not finite are not written, because the previous checkpoint is better.
        """
        if self.crops.rank == 0 and self.is_sound():
            kept = {**self.extra, **(self.adversary.state() if self.adversary else {})}
            save_checkpoint(self.folder, self.progress, self.network, self.optimizer, kept)

    def is_sound(self) -> bool:
        """Tell whether all weights are finite."""
        sound = all(bool(weight.isfinite().all()) for weight in self.network.parameters())
        return sound and (self.adversary is None or self.adversary.is_sound())

    def train_(self, plan: Plan) -> Iterator[TrainingState]:
        """Train until the plan ends; yield a state about every second and after each save.

        A checkpoint of the last finished step is always saved, even if the caller leaves the loop
        or an error is raised. Raises TrainingDivergedError if losses or weights are not finite.
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
            # torch raises one, for example, if it decomposes a matrix that is not finite.
            if self.is_sound():
                raise
            raise TrainingDivergedError("The weights are no numbers any more.") from error
        finally:
            batches.close()  # ends the threads that decode
            self.save()
        if meter.counts:
            yield TrainingState(self.progress, 1.0, meter.read(clock), saved=True)

    def _agree(self, fraction: float) -> float:
        """Give all processes of a run the same fraction, so that all stop at the same step."""
        fraction = 1.0 if self.stopping else fraction
        if not dist.is_initialized():
            return fraction
        # The largest fraction counts: if one process stops, all stop.
        furthest = torch.tensor(fraction, dtype=torch.float64, device=self.device)
        dist.all_reduce(furthest, dist.ReduceOp.MAX)
        return furthest.item()

    def _step_(self, batch: Tensor, fraction: float, rate: float) -> dict[str, Tensor]:
        factor = warmed_cosine(fraction)
        for group in self.optimizer.param_groups:
            group["lr"] = rate * factor
        losses = self.objective.losses(batch, fraction)
        self.optimizer.zero_grad(set_to_none=True)
        torch.stack(list(losses.values())).sum().backward()
        average_gradients_(self.network)
        self.optimizer.step()
        learned = self.adversary.learn_(self.progress.step, factor) if self.adversary else {}
        return {name: value.detach() for name, value in losses.items()} | {**learned}


class _Meter:
    """Means of losses between two published states; in between, no value leaves the device."""

    def __init__(self) -> None:
        self.sums: dict[str, Tensor] = {}
        self.counts: Counter[str] = Counter()  # a step may lack some of the losses
        self.published = -math.inf

    def add(self, losses: Mapping[str, Tensor]) -> None:
        self.sums |= {name: value + self.sums.get(name, 0) for name, value in losses.items()}
        self.counts.update(losses.keys())

    def due(self, now: float) -> bool:
        return now - self.published >= PUBLISH_SECONDS

    def read(self, now: float) -> dict[str, float]:
        # Each item() waits for the device.
        means = {name: value.item() / self.counts[name] for name, value in self.sums.items()}
        lost = [name for name, mean in means.items() if not math.isfinite(mean)]
        if lost:
            raise TrainingDivergedError(f"No numbers any more: {', '.join(lost)}.")
        self.sums, self.counts, self.published = {}, Counter(), now
        return means


def average_gradients_(network: nn.Module) -> None:
    """Replace the gradients of all processes by their mean; a single process keeps its own.

    They are sent as one tensor: a network has dozens, and each message waits for all processes.
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
