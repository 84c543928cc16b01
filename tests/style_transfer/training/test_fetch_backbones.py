"""Networks of torchvision are read from a file or an address; no code from the file runs."""

import hashlib
import os
import pickle
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import torch
from torch import nn

from style_transfer.__main__ import main
from style_transfer.core.backbones import FETCHED
from style_transfer.core.errors import ModelMissingError
from style_transfer.core.manifest import read_manifest
from style_transfer.features.builtin import load_features
from style_transfer.features.torchvision_shim import import_torchvision
from style_transfer.features.vgg import LAYERS
from style_transfer.training.dead_leaves import draw_dead_leaves
from style_transfer.training.fetch_backbones import (
    FetchError,
    default_url,
    expected_prefix,
    fetch_backbone,
    install,
    read_pth,
)

URL = "https://example.org/models/vgg19-00000000.pth"


@pytest.fixture(scope="module")
def pth(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file with torchvision's names and shapes, random weights and no classifier."""
    torch.manual_seed(0)
    vgg = import_torchvision().models.vgg
    layers: nn.Module = vgg.make_layers(vgg.cfgs["E"])
    state = {f"features.{name}": value for name, value in layers.state_dict().items()}
    path = tmp_path_factory.mktemp("origin") / "vgg19.pth"
    torch.save(state, path)
    return path


@pytest.fixture(scope="module")
def sha256(pth: Path) -> str:
    return hashlib.sha256(pth.read_bytes()).hexdigest()


@pytest.fixture(scope="module")
def installed(pth: Path, sha256: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("weights")
    fetch_backbone("vgg19", folder, file=pth, url=URL, sha256=sha256)
    return folder


@pytest.fixture
def fresh_cache() -> Iterator[None]:
    load_features.cache_clear()
    yield
    load_features.cache_clear()


def test_writes_safetensors_with_a_card(installed: Path, sha256: str) -> None:
    card = read_manifest(installed)["vgg19"]
    assert card.file == "vgg19.safetensors"
    assert sha256 in card.origin
    assert {path.name for path in installed.iterdir()} == {card.file, "manifest.json"}


@pytest.mark.usefixtures("fresh_cache")
def test_is_loaded_by_the_engine(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STYLEWEB_WEIGHTS_DIR", str(installed))
    features = load_features("vgg19", torch.device("cpu"))
    assert features.layers == LAYERS
    with torch.no_grad():
        found = features(torch.rand(1, 3, 32, 32), ["relu4_1"])["relu4_1"]
    assert found.shape == (1, 512, 4, 4)
    assert features.channel_scale["relu4_1"].shape == (512,)
    assert features.channel_scale["relu1_1"].max() > 0


def test_refuses_a_file_with_another_hash(pth: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelMissingError, match="not torchvision's VGG-19"):
        fetch_backbone("vgg19", tmp_path, file=pth, url=URL)
    assert list(tmp_path.iterdir()) == []


def test_says_that_a_file_is_missing(tmp_path: Path) -> None:
    with pytest.raises(ModelMissingError, match="cannot be read"):
        fetch_backbone("vgg19", tmp_path, file=tmp_path / "nowhere.pth", url=URL)


def test_runs_no_code_from_a_file(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return os.mkdir, (str(tmp_path / "sprung"),)

    path = tmp_path / "trap.pth"
    torch.save({"features.0.weight": Trap()}, path)
    with pytest.raises(ModelMissingError, match="not a file of plain tensors"):
        read_pth(path)
    path.write_bytes(pickle.dumps(Trap(), protocol=2))
    with pytest.raises(ModelMissingError, match="not a file of plain tensors"):
        read_pth(path)
    assert not (tmp_path / "sprung").exists()


def test_refuses_what_is_not_a_dictionary_of_tensors(tmp_path: Path) -> None:
    path = tmp_path / "other.pth"
    torch.save([torch.zeros(1)], path)
    with pytest.raises(ModelMissingError, match="not a file of plain tensors"):
        read_pth(path)


def test_refuses_another_network(tmp_path: Path) -> None:
    path = tmp_path / "small.pth"
    torch.save({"features.0.weight": torch.zeros(64, 3, 3, 3)}, path)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    with pytest.raises(ModelMissingError, match="not the weights of VGG-19"):
        fetch_backbone("vgg19", tmp_path / "to", file=path, url=URL, sha256=sha256)


@pytest.mark.parametrize("name", ["vgg16", "resnet50", "mobilenet_v3_large"])
def test_refuses_the_keys_of_another_architecture(name: str, pth: Path, tmp_path: Path) -> None:
    state = read_pth(pth)
    if name == "vgg16":  # its keys are among those of VGG-19, but not its shapes
        state = {"features.0.weight": state["features.0.weight"]}
    with pytest.raises(ModelMissingError, match="not the weights of") as caught:
        install(name, tmp_path, state, origin="")
    assert caught.value.code == "model_missing"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", FETCHED)
def test_knows_the_hash_of_each_network(name: str) -> None:
    assert default_url(name).startswith("https://")
    assert len(expected_prefix(default_url(name))) == 8


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder without a log line per request."""

    def log_message(self, *_: object) -> None:
        """Log nothing."""


@pytest.fixture
def address(pth: Path) -> Iterator[str]:
    """Return the address of the file on a local server."""
    handler = partial(Quiet, directory=str(pth.parent))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_downloads_when_asked(address: str, sha256: str, tmp_path: Path) -> None:
    card = fetch_backbone("vgg19", tmp_path, file=None, url=f"{address}/vgg19.pth", sha256=sha256)
    assert {path.name for path in tmp_path.iterdir()} == {card.file, "manifest.json"}


def test_leaves_nothing_behind_when_a_download_fails(address: str, tmp_path: Path) -> None:
    with pytest.raises(FetchError, match="404") as caught:
        fetch_backbone("vgg19", tmp_path, file=None, url=f"{address}/nothing.pth")
    assert "--weights" in caught.value.hint
    with pytest.raises(FetchError, match="not an http address"):
        fetch_backbone("vgg19", tmp_path, file=None, url="file:///etc/hostname")
    assert list(tmp_path.iterdir()) == []


def test_says_that_the_folder_cannot_be_made(pth: Path, sha256: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(FetchError, match="cannot be made") as caught:
        fetch_backbone("vgg19", tmp_path / "file" / "weights", file=pth, sha256=sha256)
    assert "STYLEWEB_WEIGHTS_DIR" in caught.value.hint


def test_takes_the_address_and_hash_from_torchvision() -> None:
    assert default_url("vgg19").startswith("https://")
    assert expected_prefix(default_url("vgg19")) == "dcbb9e9d"
    assert expected_prefix("vgg19.pth") == ""
    assert expected_prefix("vgg19-abcdefgh.pth") == ""


def run_command(*line: str) -> int:
    return main(["fetch_weights", *line])


def test_has_a_command(
    pth: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("STYLEWEB_WEIGHTS_DIR", str(tmp_path / "added"))
    assert run_command("vgg19", "--file", str(pth)) == 2  # random numbers are not torchvision's
    assert "its sha256 begins with" in " ".join(capfd.readouterr().err.split())
    digits = hashlib.sha256(pth.read_bytes()).hexdigest()[:8]
    monkeypatch.setattr(
        "style_transfer.training.fetch_backbones.expected_prefix", lambda _name: digits
    )
    assert run_command("vgg19", "--file", str(pth)) == 0
    assert (tmp_path / "added" / "vgg19.safetensors").is_file()


@pytest.mark.parametrize("line", [[], ["builtin"], ["vgg19", "--file", "a", "--url", "b"]])
def test_refuses_other_command_lines(line: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        run_command(*line)
    assert "error" in capfd.readouterr().err


def test_draws_random_dead_leaves() -> None:
    picture = draw_dead_leaves(3, 96)
    assert picture.shape == (1, 3, 96, 96)
    assert 0 <= picture.min() < picture.max() <= 1
    assert torch.equal(picture, draw_dead_leaves(3, 96))
    assert not torch.equal(picture, draw_dead_leaves(4, 96))
    flat = (picture[..., 1:] == picture[..., :-1]).all(1).float().mean()
    assert 0.5 < flat < 0.98  # areas of one color, with edges between them
