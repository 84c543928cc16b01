"""A feature network with a few channels, and a limit of one thread, for fast tests."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import torch

from style_transfer.features.builtin import FeatureNet
from style_transfer.features.vgg import LAYERS, TAPS, SlimVGG
from style_transfer.methods.fast.decoder import Decoder
from style_transfer.methods.fast.network import Painter

TinyFeatures = FeatureNet


@pytest.fixture(autouse=True, scope="session")
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def features() -> TinyFeatures:
    """Return an untrained network of the real layout, always with the same weights."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        network = SlimVGG((4, 4, 6, 6, 6))
        maps = network(torch.rand(1, 3, 64, 64), LAYERS)
    scale = {name: value.std((0, 2, 3)).detach() for name, value in maps.items()}
    return FeatureNet(network, scale)


@pytest.fixture
def painter(features: TinyFeatures) -> Painter:
    """Return an untrained any-style network of the real layout, always with the same weights."""
    with torch.random.fork_rng():
        torch.manual_seed(1)
        decoder = Decoder((4, 4, 6, 6, 6))
        maps = features(torch.rand(1, 3, 64, 64), TAPS)
        for level, name in enumerate(TAPS, 1):
            decoder.standardize_(level, maps[name].mean((0, 2, 3)), maps[name].std((0, 2, 3)))
    return Painter(features, decoder, sha256="0" * 64).eval().requires_grad_(False)


@contextmanager
def full_disk() -> Iterator[None]:
    """Limit the size of every file, so that a write fails in the same way as on a full disk.

    Use it only around the tested call, because the limit also applies to the test run's own files.
    """
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
