"""Feature networks: names, shapes, gradients, normalization, one copy per process."""

import hashlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from safetensors.torch import save
from torch import Tensor

from style_transfer.core import manifest
from style_transfer.core.errors import ModelMissingError
from style_transfer.core.manifest import Card, write_card
from style_transfer.features.builtin import load_features
from style_transfer.features.vgg import LAYERS, TAPS, SlimVGG

CPU = torch.device("cpu")
ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def _fresh_cache() -> Iterator[None]:
    load_features.cache_clear()
    yield
    load_features.cache_clear()


def install(folder: Path, tensors: dict[str, Tensor]) -> None:
    """Install tensors as the engine's shipped `builtin` weights."""
    content = save(tensors)
    (folder / "builtin.safetensors").write_bytes(content)
    sha256 = hashlib.sha256(content).hexdigest()
    write_card(folder, "builtin", Card("builtin.safetensors", sha256, "MIT", "here"))


def test_returns_the_requested_layers() -> None:
    features = load_features("builtin", CPU)
    found = features(torch.rand(2, 3, 64, 48), ["relu1_1", "relu3_1"])
    assert set(found) == {"relu1_1", "relu3_1"}
    assert found["relu1_1"].shape[2:] == (64, 48)
    assert found["relu3_1"].shape[2:] == (16, 12)
    assert all(maps.dtype == torch.float32 for maps in found.values())


def test_lists_all_layers_with_their_scale() -> None:
    features = load_features("builtin", CPU)
    assert features.layers == LAYERS
    found = features(torch.rand(1, 3, 32, 32), features.layers)
    for name in LAYERS:
        assert features.channel_scale[name].shape == (found[name].shape[1],)
        assert features.channel_scale[name].min() >= 0
        assert features.channel_scale[name].max() > 0


def test_passes_gradients_to_the_picture_and_not_to_the_weights() -> None:
    features = load_features("builtin", CPU)
    picture = torch.rand(1, 3, 32, 32, requires_grad=True)
    sum(maps.mean() for maps in features(picture, TAPS).values()).backward()
    assert picture.grad is not None
    assert picture.grad.isfinite().all()
    assert picture.grad.abs().sum() > 0
    assert all(not parameter.requires_grad for parameter in features.parameters())


def test_distinguishes_a_flat_picture_from_a_busy_one() -> None:
    features = load_features("builtin", CPU)
    torch.manual_seed(0)
    flat, busy = torch.full((1, 3, 64, 64), 0.5), torch.rand(1, 3, 64, 64)
    for name in TAPS:
        calm = features(flat, [name])[name].std((2, 3)).mean()
        assert features(busy, [name])[name].std((2, 3)).mean() > 4 * calm


def test_is_the_same_object_for_the_same_device() -> None:
    assert load_features("builtin", CPU) is load_features("builtin", torch.device("cpu"))


@pytest.mark.slow
def test_loads_in_half_a_second_in_a_new_process() -> None:
    code = (
        "import time, torch\n"
        "from style_transfer.features.builtin import load_features\n"
        "started = time.process_time()\n"  # of this process, without other work on the machine
        "load_features('builtin', torch.device('cpu'))\n"
        "print(time.process_time() - started)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert float(done.stdout) < 0.5


def test_does_not_change_the_global_random_state() -> None:
    torch.manual_seed(3)
    expected = torch.rand(4)
    torch.manual_seed(3)
    load_features("builtin", CPU)
    assert torch.equal(torch.rand(4), expected)


def test_refuses_other_names() -> None:
    with pytest.raises(ModelMissingError, match="no features called vgg11"):
        load_features("vgg11", CPU)


def test_says_how_to_get_vgg19(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STYLEWEB_WEIGHTS_DIR", str(tmp_path))
    with pytest.raises(ModelMissingError) as caught:
        load_features("vgg19", CPU)
    assert "fetch_weights vgg19" in caught.value.hint


def test_reads_the_widths_from_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manifest, "SHIPPED", tmp_path)
    network = SlimVGG((2, 3, 4, 5, 6))
    scale = {f"channel_scale.{name}": torch.ones(2) for name in ("relu1_1", "relu1_2")}
    install(tmp_path, network.state_dict() | scale)
    features = load_features("builtin", CPU)
    picture = torch.rand(1, 3, 16, 16)
    assert features.layers == ("relu1_1", "relu1_2")
    expected = network(picture, ["relu1_2"])["relu1_2"]
    torch.testing.assert_close(features(picture, ["relu1_2"])["relu1_2"], expected)


@pytest.mark.parametrize("lost", ["conv3_1.weight", "conv3_2.bias"])
def test_refuses_weights_that_do_not_fit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lost: str
) -> None:
    monkeypatch.setattr(manifest, "SHIPPED", tmp_path)
    state = SlimVGG((2, 2, 2, 2, 2)).state_dict()
    del state[lost]
    install(tmp_path, state)
    with pytest.raises(ModelMissingError, match="do not fit"):
        load_features("builtin", CPU)
