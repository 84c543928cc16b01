"""The textbook recipe with each backbone, with random weights of the right shapes."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from style_transfer.__main__ import main
from style_transfer.core.backbones import BACKBONES, FeaturesMissingError, require_backbone
from style_transfer.core.manifest import MANIFEST
from style_transfer.core.spec import TransferSpec
from style_transfer.features.builtin import load_features
from style_transfer.features.torchvision_backbones import NETWORKS
from style_transfer.methods.gatys.recipe import Recipe, descend
from style_transfer.training.dead_leaves import draw_dead_leaves
from style_transfer.training.fetch_backbones import install
from tests.support.factories import make_picture

CPU = torch.device("cpu")
PHOTO, ARTWORK = draw_dead_leaves(1, 64), draw_dead_leaves(2, 64)
RANDOM = ("vgg16", "resnet50", "mobilenet_v3_large")


@pytest.fixture(scope="module")
def random_weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with random weights of three networks, in place of torchvision's."""
    folder = tmp_path_factory.mktemp("weights")
    torch.manual_seed(0)
    for name in RANDOM:
        install(name, folder, NETWORKS[name]().state_dict(), origin="random")
    return folder


@pytest.fixture
def installed(random_weights: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Let the engine find those weights, and forget them at the end."""
    monkeypatch.setenv("STYLEWEB_WEIGHTS_DIR", str(random_weights))
    load_features.cache_clear()
    yield random_weights
    load_features.cache_clear()


@pytest.mark.slow
@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize("name", [name for name in BACKBONES if name != "vgg19"])
def test_descends_the_losses_of_each_backbone(name: str) -> None:
    spec = TransferSpec("gatys", features=name)
    recipe = Recipe(load_features(name, CPU), PHOTO, [(ARTWORK, 1.0)], spec)
    first, *_, last = [losses for _, _, losses in descend(recipe.losses, 2 * PHOTO - 1, 5)]
    # No loss is so large or so small beside the others that the default weights make no sense.
    assert 1 < first["style"] < 1e5
    assert last["style"] < 0.9 * first["style"]
    assert last["content"] > first["content"]
    assert last["total"] < first["total"] < 10 * recipe.empty_loss()


@pytest.mark.slow
@pytest.mark.usefixtures("installed")
def test_uses_one_file_with_and_without_smoothing() -> None:
    plain, cured = (load_features(name, CPU) for name in ("resnet50-plain", "resnet50"))
    with torch.no_grad():
        maps, smoothed = (each(PHOTO, ["relu5_1"])["relu5_1"] for each in (plain, cured))
    assert float(maps.max() / maps.mean()) > 2 * float(smoothed.max() / smoothed.mean())


def test_names_the_command_that_installs_a_missing_network(tmp_path: Path) -> None:
    with pytest.raises(FeaturesMissingError, match="ResNet-50") as caught:
        require_backbone("resnet50-plain")
    assert caught.value.code == "features_missing"
    assert "fetch_weights resnet50`" in caught.value.hint


class TestWeightsOption:
    @pytest.fixture
    def pth(self, tmp_path: Path) -> Path:
        torch.manual_seed(0)
        path = tmp_path / "mobilenet.pth"
        torch.save(NETWORKS["mobilenet_v3_large"]().state_dict(), path)
        return path

    def paint(self, folder: Path, monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
        monkeypatch.setenv("STYLEWEB_WEIGHTS_DIR", str(folder / "mine"))
        for name in ("photo", "art"):
            make_picture((72, 64), seed=len(name)).save(folder / f"{name}.png")
        files = [str(folder / "photo.png"), "--style", str(folder / "art.png")]
        out = ["-o", str(folder / "out.png"), "--method", "gatys", "--steps", "2", "--size", "64"]
        return main(["stylize", *files, *out, *words])

    @pytest.mark.slow
    def test_installs_a_file_with_the_right_hash_and_paints(
        self, pth: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        digits = hashlib.sha256(pth.read_bytes()).hexdigest()[:8]
        monkeypatch.setattr(
            "style_transfer.training.fetch_backbones.expected_prefix", lambda _name: digits
        )
        words = ("--features", "mobilenet_v3_large", "--weights", str(pth))
        assert self.paint(tmp_path, monkeypatch, *words) == 0
        assert (tmp_path / "out.png").is_file()
        assert (tmp_path / "mine" / MANIFEST).is_file()

    def test_refuses_a_file_with_another_hash(
        self,
        pth: Path,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        words = ("--features", "mobilenet_v3_large", "--weights", str(pth))
        assert self.paint(tmp_path, monkeypatch, *words) == 2
        assert "not torchvision's MobileNetV3" in " ".join(capsys.readouterr().err.split())
        assert not (tmp_path / "out.png").exists()
        assert list((tmp_path / "mine").iterdir()) == []

    @pytest.mark.parametrize("words", [(), ("--features", "builtin")])
    def test_refuses_a_network_that_has_no_such_file(
        self,
        words: tuple[str, ...],
        pth: Path,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        assert self.paint(tmp_path, monkeypatch, *words, "--weights", str(pth)) == 2
        assert "resnet50-plain" in " ".join(capsys.readouterr().err.split())
