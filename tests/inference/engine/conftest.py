"""A feature network of a few channels, and one thread, for fast tests that share a machine."""

from collections.abc import Iterator

import pytest
import torch

from inference.engine.features import FeatureNet
from inference.engine.networks.vgg import LAYERS, SlimVGG

TinyFeatures = FeatureNet


@pytest.fixture(autouse=True, scope="session")
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def features() -> TinyFeatures:
    """Make an untrained network of the real layout, always with the same weights."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        network = SlimVGG((4, 4, 6, 6, 6))
        maps = network(torch.rand(1, 3, 64, 64), LAYERS)
    scale = {name: value.std((0, 2, 3)).detach() for name, value in maps.items()}
    return FeatureNet(network, scale)
