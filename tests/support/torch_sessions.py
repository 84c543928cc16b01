"""Sessions that run the parts of a network by torch, so that tests need not trace and load them."""

import torch
from torch import Tensor

from style_transfer.export.graphs import Part, part_of_network, parts_of_painter
from style_transfer.methods.fast.network import Painter
from style_transfer.methods.network.johnson import PaintingNet


class TorchSession:
    """Runs a part as a Session does; `poison` is added to every output."""

    def __init__(self, part: Part, poison: float = 0.0) -> None:
        self.part, self.poison, self.runs = part, poison, 0

    def run(self, *inputs: Tensor) -> list[Tensor]:
        """Compute the outputs."""
        self.runs += 1
        with torch.no_grad():
            found = self.part.module(*inputs)
        outputs: tuple[Tensor, ...] = found if isinstance(found, tuple) else (found,)
        return [each + self.poison for each in outputs]


def painter_sessions(painter: Painter, poison: float = 0.0) -> dict[str, TorchSession]:
    """Make the sessions of a painter."""
    return {part.name: TorchSession(part, poison) for part in parts_of_painter(painter)}


def network_session(network: PaintingNet, poison: float = 0.0) -> TorchSession:
    """Make the session of a painting network."""
    return TorchSession(part_of_network(network), poison)
