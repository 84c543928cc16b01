"""The inputs that the parts of a network get while it paints pictures that the engine draws.

The golden set of the gate has other pictures.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import torch
from PIL import Image
from torch import Tensor

from style_transfer.core.spec import StyleInput, TransferSpec
from style_transfer.export.graphs import Graph
from style_transfer.export.quantize import Sample
from style_transfer.features.vgg import TAPS
from style_transfer.imaging.drawn import PALETTES, draw_landscape, draw_portrait, draw_strokes
from style_transfer.imaging.tensors import to_image, to_tensor
from style_transfer.methods.fast.adapter import PROCESS_CACHE, StyleMix, paint
from style_transfer.methods.fast.network import NAME, Painter, load_painter
from style_transfer.methods.frame import Attempt
from style_transfer.methods.network.johnson import Norm, draw_noise
from style_transfer.methods.network.schedule import load_network
from style_transfer.training.dead_leaves import draw_dead_leaves

_CPU = torch.device("cpu")
_MOST = 8  # samples of a part


def calibration_pictures() -> list[Image.Image]:
    """Draw photos for the calibration; their sides are divisible by 16."""
    return [
        draw_landscape((288, 192), seed=21),
        draw_portrait((192, 240), seed=22),
        to_image(draw_dead_leaves(23, 208)),
        draw_strokes(24, PALETTES[1], (224, 176)),
    ]


def calibration_data() -> list[dict[str, Any]]:
    """Describe these pictures for a card."""
    return [
        {
            "name": "pictures drawn by style_transfer/imaging/drawn.py",
            "pictures": len(calibration_pictures()),
            "sources": [{"source": "this project", "license": "CC0-1.0"}],
        }
    ]


def samples_of(graph: Graph) -> dict[str, list[Sample]]:
    """Collect inputs of each part of a network, by its name."""
    return _samples_of_painter() if graph.network == NAME else _samples_of_network(graph.network)


def _samples_of_network(name: str) -> dict[str, list[Sample]]:
    network = load_network(name, _CPU)
    found: list[Sample] = []
    channels = sum(2 * len(each.weight) for each in network.modules() if isinstance(each, Norm))
    for seed, image in enumerate(calibration_pictures()):
        photo = network.recolor(to_tensor(image, _CPU))
        noise = draw_noise(photo, torch.Generator().manual_seed(seed))
        found.append((photo, noise, torch.zeros(1, channels), torch.zeros(1)))
    return {"paint": found}


class _Recorder(Painter):
    """A painter that remembers what its parts get."""

    def __init__(self, reference: Painter) -> None:
        super().__init__(reference.encoder, reference.decoder, sha256=reference.sha256)
        self.seen: defaultdict[str, list[Sample]] = defaultdict(list)

    def run_encoder(self, x: Tensor, taps: Sequence[str]) -> dict[str, Tensor]:
        deepest = max(TAPS.index(tap) for tap in taps) + 1
        found = super().run_encoder(x, TAPS[:deepest])
        for level, maps in enumerate([x, *found.values()][:deepest], 1):
            self.seen[f"encoder{level}"].append((maps,))
        return found

    def run_decoder(self, level: int, normalized: Tensor) -> Tensor:
        self.seen[f"decoder{level}"].append((normalized,))
        return super().run_decoder(level, normalized)


def _samples_of_painter() -> dict[str, list[Sample]]:
    recorder, spec = _Recorder(load_painter(_CPU)), TransferSpec(method=NAME)
    for photo, artwork in _pairs():
        shares = [StyleInput(artwork)]
        mix = StyleMix.mix(shares, spec.style_scale, load_painter(_CPU), PROCESS_CACHE)
        pixels = to_tensor(photo, _CPU)
        for _ in paint(pixels, [mix], spec.strength, recorder, Attempt(_CPU)):
            pass
    return {name: samples[-_MOST:] for name, samples in recorder.seen.items()}


def _pairs() -> Iterator[tuple[Image.Image, Image.Image]]:
    for number, photo in enumerate(calibration_pictures()):
        yield photo, draw_strokes(31 + number, PALETTES[number % len(PALETTES)])
