"""The recipe of a network for one artwork: names, folders, sheet, card, and its command."""

import argparse
import dataclasses
import json
import math
from pathlib import Path

import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

from style_transfer.__main__ import build_parser, main
from style_transfer.core.backbones import FeaturesMissingError
from style_transfer.core.errors import InputUnreadableError, ModelMissingError
from style_transfer.core.manifest import user_folder
from style_transfer.features.builtin import FeatureNet
from style_transfer.features.torchvision_backbones import NETWORKS
from style_transfer.imaging.color import palette_of
from style_transfer.imaging.perceptual_hash import perceptual_hash
from style_transfer.imaging.tensors import to_tensor
from style_transfer.methods.fast.network import Painter
from style_transfer.methods.network.johnson import build_painting_net
from style_transfer.training.copying import Copying
from style_transfer.training.curve import read_losses
from style_transfer.training.evaluation import measure_losses
from style_transfer.training.fetch_backbones import install
from style_transfer.training.imitation import Imitation
from style_transfer.training.loop import Plan
from style_transfer.training.material import Material
from style_transfer.training.processes import Place
from style_transfer.training.recipe import TrainingOptionsError
from style_transfer.training.recipes.network import (
    Network,
    NetworkOptions,
    prepare,
    prepare_network,
)
from tests.style_transfer.training.conftest import CPU, Train, draw_picture


@pytest.fixture(autouse=True)
def _own_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STYLEWEB_WEIGHTS_DIR", str(tmp_path / "mine"))


@pytest.fixture
def artwork(tmp_path: Path) -> Path:
    path = tmp_path / "The Scream (1893).png"
    draw_picture(7, width=120, height=150).save(path)
    return path


@pytest.fixture
def options(artwork: Path, builtin: FeatureNet, tmp_path: Path) -> NetworkOptions:
    assert builtin.layers
    return NetworkOptions(
        tmp_path / "out",
        2,
        (64,),
        style=artwork,
        name="scream",
        teacher="none",
        style_size=96,
        light=True,
    )


@pytest.fixture
def training(options: NetworkOptions, material: Material) -> Network:
    return prepare_network(options, material, Place(CPU), options.out)


@pytest.fixture
def taught(options: NetworkOptions, material: Material, shipped: Painter) -> Network:
    """Prepare a training that has a teacher."""
    assert shipped.decoder
    few = dataclasses.replace(options, teacher="fast", examples=3)
    return prepare_network(few, material, Place(CPU), options.out)


@pytest.fixture
def train_network(builtin: FeatureNet, content: Path, artwork: Path, tmp_path: Path) -> Train:
    """Return a function that runs `train network` for the artwork with more arguments."""
    assert builtin.layers

    def run(*more: str) -> int:
        small = "--batch 2 --size 64 --style-size 96 --light --threads 1 --device cpu"
        fixed = ["--content", str(content), "--style", str(artwork), "--teacher", "none"]
        return main(["train", "network", *fixed, *small.split(), *more])

    return run


def arguments_for(content: Path, artwork: Path, *more: str) -> argparse.Namespace:
    """Parse the arguments of `train network`."""
    words = ["train", "network", "--content", str(content), "--style", str(artwork), *more]
    return build_parser().parse_args(words)


def test_is_named_after_the_artwork_and_stored_with_the_users_weights(
    content: Path, artwork: Path, material: Material, builtin: FeatureNet
) -> None:
    assert builtin.layers
    arguments = arguments_for(content, artwork, "--size", "64")
    recipe = prepare(arguments, material, Place(CPU))
    assert recipe.target == user_folder()
    assert recipe.run.folder == user_folder() / "training" / "the-scream-1893"


def test_writes_everything_into_one_folder_when_asked(
    content: Path, artwork: Path, material: Material, builtin: FeatureNet, tmp_path: Path
) -> None:
    assert builtin.layers
    arguments = arguments_for(content, artwork, "--size", "64", "--out", str(tmp_path / "here"))
    recipe = prepare(arguments, material, Place(CPU))
    assert recipe.target == recipe.run.folder == tmp_path / "here"


@pytest.mark.parametrize("name", ["", "The Scream", "../up", "-a", "a" * 65, "naïve"])
def test_refuses_an_invalid_name(options: NetworkOptions, material: Material, name: str) -> None:
    with pytest.raises(TrainingOptionsError, match="is no name"):
        prepare_network(dataclasses.replace(options, name=name), material, Place(CPU), options.out)


def test_refuses_crops_too_small_for_deep_statistics(
    options: NetworkOptions, material: Material
) -> None:
    with pytest.raises(TrainingOptionsError, match="--size must be 64 or more, not 48"):
        prepare_network(
            dataclasses.replace(options, sizes=(64, 48)), material, Place(CPU), options.out
        )


def test_refuses_an_artwork_that_is_not_a_picture(
    options: NetworkOptions, material: Material, artwork: Path
) -> None:
    artwork.write_text("not a picture")
    with pytest.raises(InputUnreadableError):
        prepare_network(options, material, Place(CPU), options.out)


def test_uses_the_artwork_at_the_requested_size(training: Network, artwork: Path) -> None:
    assert isinstance(training.objective, Imitation)
    plain = training.objective.style_loss.views[4]
    assert (plain.scale, plain.mirrored) == (1.0, False)
    assert max(plain.picture.shape) == 96
    with Image.open(artwork) as picture:
        wanted = palette_of(to_tensor(picture.convert("RGB"), CPU))
    own = training.network.get_buffer("mean").double()
    torch.testing.assert_close(own, wanted.mean, atol=0.02, rtol=0)


def test_has_a_loss_for_a_lattice(training: Network) -> None:
    lattice = training.objective.losses(training.run.crops.draw(0), 0.5)["lattice"]
    lattice.backward()
    assert float(lattice.detach()) > 0
    assert training.network.get_parameter("paint.weight").grad is not None


def test_shows_photos_recolored_and_painted(training: Network) -> None:
    sheet = training.draw_sheet()
    assert sheet.width == 3 * 120 + 2 * 4
    assert sheet.height == 16 + (150 + 4) + 3 * (72 + 4)


def test_learns_from_pictures_that_its_teacher_paints(taught: Network) -> None:
    assert isinstance(taught.objective, Copying)
    batch = taught.run.crops.draw(0)
    assert batch.shape == (2, 6, 64, 64)
    taught.run.crops.draw(1)
    (folder,) = (taught.options.out / "examples").iterdir()
    assert 1 <= len(list(folder.iterdir())) <= 3
    assert taught.objective.losses(batch, 0.5).keys() >= {"pixels", "style"}


def test_uses_the_same_examples_for_the_same_seed(
    taught: Network, options: NetworkOptions, material: Material
) -> None:
    chosen = taught.run.crops.folders
    assert len(chosen[0]) == 3
    few = dataclasses.replace(options, teacher="fast", examples=3)
    again = prepare_network(few, material, Place(CPU), options.out)
    assert again.run.crops.folders == chosen
    all_of_them = dataclasses.replace(few, examples=99)
    whole = prepare_network(all_of_them, material, Place(CPU), options.out)
    assert set(whole.run.crops.folders[0]) == set(material.content)


def test_shows_photos_in_the_version_of_the_teacher(taught: Network) -> None:
    sheet = taught.draw_sheet()
    assert sheet.width == 3 * 120 + 2 * 4
    assert sheet.height == 16 + (150 + 4) + 3 * (64 + 4)


def test_names_the_teacher_in_the_card(taught: Network, training: Network) -> None:
    card = taught.export()
    assert "as this project's method fast does" in card.origin
    assert "--teacher fast --examples 3" in card.command
    assert set(card.figures["held_out_losses"]) > {"pixels", "tones", "features"}
    assert card.figures["held_out_pictures"] == 4
    assert "the losses come from the features builtin" in training.export().origin


def test_registers_the_network_with_its_card(training: Network, artwork: Path) -> None:
    card = training.export()
    assert card.file == "network-scream.safetensors"
    with Image.open(artwork) as picture:
        assert card.figures["artwork"] == perceptual_hash(picture)
    losses = {"style", "content", "patches", "total_variation", "tones", "lattice"}
    assert set(card.figures["held_out_losses"]) == losses
    assert "--style The Scream (1893).png --name scream" in card.command
    assert (
        "--style-size 96 --content-weight 0.7 --tone-weight 5.0 --light --out OUT" in card.command
    )
    stored = load_file(training.target / card.file)
    assert {each.dtype for each in stored.values()} == {torch.float16}
    network = build_painting_net(stored)
    photo, noise = torch.rand(1, 3, 32, 32), torch.rand(1, 4, 8, 8)
    with torch.no_grad():
        torch.testing.assert_close(
            network(photo, noise), training.network(photo, noise), rtol=1e-4, atol=1e-4
        )


def test_continues_from_its_checkpoint(
    training: Network, options: NetworkOptions, material: Material
) -> None:
    with torch.no_grad():
        training.network.get_parameter("paint.bias").add_(1)
    training.run.save()
    again = dataclasses.replace(options, seed=5, resume=True)
    resumed = prepare_network(again, material, Place(CPU), options.out)
    kept = training.network.state_dict()
    taken = resumed.network.state_dict()
    assert all(torch.equal(kept[name], taken[name]) for name in kept)
    with pytest.raises(ModelMissingError, match="not a checkpoint of this network"):
        prepare_network(dataclasses.replace(again, light=False), material, Place(CPU), options.out)


def test_trains_into_the_users_own_weights(train_network: Train, tmp_path: Path) -> None:
    out = tmp_path / "mine" / "training" / "the-scream-1893"
    assert train_network("--steps", "3") == 0
    assert {path.name for path in out.iterdir()} >= {"sheet.png", "curve.png", "losses.jsonl"}
    card = json.loads((tmp_path / "mine" / "manifest.json").read_text())["network-the-scream-1893"]
    assert card["figures"]["steps"] == 3
    assert str(tmp_path) not in json.dumps(card)
    assert train_network("--steps", "4", "--resume") == 0
    assert json.loads((out / "checkpoint.json").read_text())["step"] == 4


def test_learns_from_a_teacher_and_continues(
    train_network: Train, shipped: Painter, tmp_path: Path
) -> None:
    assert shipped.decoder
    out = tmp_path / "o"
    fixed = ("--teacher", "fast", "--examples", "2", "--name", "mine", "--out", str(out))
    assert train_network("--steps", "3", *fixed) == 0
    assert read_losses(out)["tones"]
    (folder,) = (out / "examples").iterdir()
    painted = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    assert train_network("--steps", "5", "--resume", *fixed) == 0
    assert {path: path.stat().st_mtime_ns for path in painted} == painted
    assert json.loads((out / "checkpoint.json").read_text())["step"] == 5
    assert (out / "network-mine.safetensors").is_file()


def test_stops_at_its_time_limit_and_says_where_the_network_is(
    train_network: Train, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert train_network("--time-limit", "1s", "--name", "mine", "--out", str(tmp_path / "o")) == 0
    assert (tmp_path / "o" / "network-mine.safetensors").is_file()
    printed = "".join(capfd.readouterr().err.split())
    assert f"{tmp_path / 'o'}/network-mine.safetensors" in printed


def test_says_what_is_wrong(train_network: Train, capfd: pytest.CaptureFixture[str]) -> None:
    assert train_network("--steps", "1", "--style", "nowhere.jpg") == 2
    assert train_network("--steps", "1", "--name", "No Name") == 2
    printed = " ".join(capfd.readouterr().err.split())
    assert "nowhere.jpg" in printed
    assert "'No Name' is no name." in printed


@pytest.mark.slow
def test_learns_as_well_when_it_is_light(artwork: Path, material: Material, tmp_path: Path) -> None:
    def learn(*, light: bool) -> float:
        options = NetworkOptions(
            tmp_path / f"{light}", 2, (64,), style=artwork, name="a", style_size=96, light=light
        )
        training = prepare_network(options, material, Place(CPU), options.out)
        held_out = [training.run.crops.draw(100 + step) for step in range(4)]
        before = sum(measure_losses(training.objective, held_out).values())
        list(training.run.train_(Plan(steps=16, rate=0.003)))
        return sum(measure_losses(training.objective, held_out).values()) / before

    plain, light = learn(light=False), learn(light=True)
    assert plain < 0.9
    assert light < plain + 0.1


class TestFeatures:
    @pytest.mark.slow
    def test_takes_the_losses_from_another_network(
        self, options: NetworkOptions, material: Material
    ) -> None:
        torch.manual_seed(0)
        state = NETWORKS["mobilenet_v3_large"]().state_dict()
        user_folder().mkdir()
        install("mobilenet_v3_large", user_folder(), state, origin="random")
        other = dataclasses.replace(options, features="mobilenet_v3_large")
        training = prepare_network(other, material, Place(CPU), options.out)
        before = [each.clone() for each in training.network.parameters()]
        [*_, last] = training.run.train_(Plan(steps=1, rate=0.01))
        assert 0 < last.losses["style"] < math.inf
        assert any(
            not torch.equal(*both)
            for both in zip(before, training.network.parameters(), strict=True)
        )
        assert "the features mobilenet_v3_large and" in training.export().origin

    def test_says_which_network_is_missing(
        self, options: NetworkOptions, material: Material
    ) -> None:
        other = dataclasses.replace(options, features="vgg16")
        with pytest.raises(FeaturesMissingError, match="VGG-16"):
            prepare_network(other, material, Place(CPU), options.out)
