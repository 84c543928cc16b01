"""An adversarial loss: discriminators that learn to tell patches of paintings from an artwork's.

Li and Wand 2016, "Precomputed Real-Time Texture Synthesis with Markovian Generative Adversarial
Networks": a score for each patch instead of one for the picture, so one artwork has enough patches
to learn from. The paper reads patches of VGG features. These discriminators read pixels, because a
painting network learns to satisfy a frozen network with a hatch, and pixels show the hatch. The
losses are hinges (Lim and Ye 2017), spectral normalization bounds the slope of the discriminators
(Miyato et al. 2018), and a penalty on their gradient at the artwork, R1, keeps them from learning
the artwork by heart (Mescheder et al. 2018).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from style_transfer.core.errors import ModelMissingError
from style_transfer.training.checkpoint import pack_optimizer, restore_optimizer_
from style_transfer.training.loop import average_gradients_
from style_transfer.training.recipe import TrainingOptionsError

SCALES = 3
PATCH = 18  # side in pixels of a patch at the first scale; 36 and 72 at the others
MAX_WEIGHT = 100.0
_WIDTH = 24  # channels of the first layer, half of the deeper ones
_SLOPE = 0.2
_RATE = 4e-4  # of the discriminators; the rate of the painting network does not change it
_BETAS = (0.0, 0.99)  # without momentum, as is usual where two networks learn from each other
_R1 = 1.0
_R1_EVERY = 8  # steps; its gradient costs as much as a step of the discriminators
_PREFIX, _OPTIMIZER = "discriminator.", "optimizer."


def require_adversarial_weight(weight: float) -> None:
    """Raise TrainingOptionsError for a weight that is not between 0 and MAX_WEIGHT."""
    if not (math.isfinite(weight) and 0 <= weight <= MAX_WEIGHT):
        raise TrainingOptionsError(
            f"--adversarial-weight must be between 0 and {MAX_WEIGHT:g}, not {weight:g}.",
            hint="Begin with 0.05; 0 trains without a discriminator.",
        )


class PatchDiscriminator(nn.Module):
    """Scores the patches of pictures at several scales, each with a network of its own.

    A network sees PATCH pixels of the picture that it reads. The first one reads the picture as it
    is, and each further one at half the size of the one before.
    """

    def __init__(self, scales: int = SCALES, width: int = _WIDTH) -> None:
        """Create the networks from torch's global generator."""
        super().__init__()
        self.networks = nn.ModuleList(_build_network(width) for _ in range(scales))

    def forward(self, x: Tensor) -> list[Tensor]:
        """Score pictures (B, 3, H, W) in [0, 1]: (B, 1, h, w) for each scale, large for real.

        A scale whose patches are larger than the picture is left out. No side may be below PATCH.
        """
        scores = []
        for scale, network in enumerate(self.networks):
            if scale and min(x.shape[2:]) < PATCH * 2**scale:
                break
            scores.append(network(2 * F.avg_pool2d(x, 2**scale) - 1))
        return scores


def _build_network(width: int) -> nn.Module:
    # No borders are added: no score may depend on where a picture ends.
    return nn.Sequential(
        spectral_norm(nn.Conv2d(3, width, 4, stride=2)),
        nn.LeakyReLU(_SLOPE),
        spectral_norm(nn.Conv2d(width, 2 * width, 4, stride=2)),
        nn.LeakyReLU(_SLOPE),
        spectral_norm(nn.Conv2d(2 * width, 2 * width, 3)),
        nn.LeakyReLU(_SLOPE),
        spectral_norm(nn.Conv2d(2 * width, 1, 1)),
    )


@dataclass
class PatchAdversary:
    """Discriminators that learn beside a painting network, and the loss that they give it.

    `loss` keeps the pictures that it compared; after the step of the painting network, `learn_`
    lets the discriminators learn from them.
    """

    weight: float
    device: torch.device
    seed: int = 0
    discriminator: PatchDiscriminator = field(init=False)
    optimizer: torch.optim.Optimizer = field(init=False)
    seen: tuple[Tensor, Tensor] | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        """Create the discriminators; other random numbers of the training stay the same."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self.seed)
            built = PatchDiscriminator()
        self.discriminator = built.to(self.device).eval().requires_grad_(requires_grad=False)
        self.optimizer = torch.optim.Adam(built.parameters(), lr=_RATE, betas=_BETAS)

    def loss(self, painted: Tensor, artwork: Tensor) -> Tensor:
        """Compute the weighted loss of paintings (B, 3, H, W): how clearly they are told apart.

        `artwork` (N, 3, h, w) is what the discriminators learn to tell them from in `learn_`.
        """
        if torch.is_grad_enabled():
            self.seen = painted.detach().clamp(0, 1), artwork.detach()
        return self.weight * mean_over_scales([-score for score in self._score(painted)])

    def learn_(self, step: int, factor: float) -> dict[str, Tensor]:
        """Let the discriminators take one step from the pictures of the last `loss`.

        `factor` is that of the learning rate. Returns their losses, for the record.
        """
        if self.seen is None:
            return {}
        painted, artwork = self.seen
        self.seen = None
        for group in self.optimizer.param_groups:
            group["lr"] = _RATE * factor
        self.discriminator.train().requires_grad_()
        try:
            losses = self._compare(painted, artwork, penalized=step % _R1_EVERY == 0)
            self.optimizer.zero_grad(set_to_none=True)
            torch.stack(list(losses.values())).sum().backward()
            average_gradients_(self.discriminator)
            self.optimizer.step()
        finally:
            self.discriminator.eval().requires_grad_(requires_grad=False)
        return {name: value.detach() for name, value in losses.items()}

    def _compare(self, painted: Tensor, artwork: Tensor, *, penalized: bool) -> dict[str, Tensor]:
        artwork = artwork.clone()
        artwork.requires_grad = penalized
        real, false = self._score(artwork), self._score(painted)
        apart = [F.relu(1 - score) for score in real], [F.relu(1 + score) for score in false]
        found = {"discriminator": mean_over_scales(apart[0]) + mean_over_scales(apart[1])}
        if penalized:
            total = torch.stack([score.sum() for score in real]).sum()
            (gradient,) = torch.autograd.grad(total, artwork, create_graph=True)
            # Divided by the number of patches, so that it does not depend on the size.
            steepness = gradient.square().sum() / real[0].numel()
            found["gradient_penalty"] = _R1 / 2 * _R1_EVERY * steepness
        return found

    def _score(self, x: Tensor) -> list[Tensor]:
        return self.discriminator(x.float())  # type: ignore[no-any-return]

    def is_sound(self) -> bool:
        """Tell whether all weights are finite."""
        return all(bool(weight.isfinite().all()) for weight in self.discriminator.parameters())

    def state(self) -> dict[str, Tensor]:
        """Give the tensors from which `restore_` continues: weights, norms and optimizer."""
        found = {f"{_PREFIX}{name}": v for name, v in self.discriminator.state_dict().items()}
        packed = pack_optimizer(self.optimizer)
        return found | {f"{_PREFIX}{_OPTIMIZER}{name}": value for name, value in packed.items()}

    def restore_(self, tensors: Mapping[str, Tensor]) -> None:
        """Continue from `state`; without such tensors, start again with random weights."""
        own = {k.removeprefix(_PREFIX): v for k, v in tensors.items() if k.startswith(_PREFIX)}
        if not own:
            return
        slots = {k: v for k, v in own.items() if k.startswith(_OPTIMIZER)}
        try:
            self.discriminator.load_state_dict({k: own[k] for k in own.keys() - slots.keys()})
            taken = {k.removeprefix(_OPTIMIZER): v for k, v in slots.items()}
            restore_optimizer_(self.optimizer, taken)
        except (KeyError, ValueError, RuntimeError) as error:
            message = "The checkpoint has another discriminator."
            raise ModelMissingError(message, hint="Train into another folder.") from error


def mean_over_scales(scores: list[Tensor]) -> Tensor:
    """Average scores (B, 1, h, w) over patches, then over scales."""
    return torch.stack([score.mean() for score in scores]).mean()


def cut_at_random(picture: Tensor, count: int, side: int, generator: torch.Generator) -> Tensor:
    """Cut squares out of a picture (1, 3, H, W) at random places: (count, 3, side, side).

    They are smaller if the picture is.
    """
    side = min(side, *picture.shape[2:])
    cut = []
    for _ in range(count):
        top, left = (
            int(torch.randint(length - side + 1, (), generator=generator))
            for length in picture.shape[2:]
        )
        cut.append(picture[0, :, top : top + side, left : left + side])
    return torch.stack(cut)
