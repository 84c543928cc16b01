"""The recipe of a network for one artwork with discriminators beside it."""

import dataclasses
import json
import math
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from style_transfer.__main__ import build_parser
from style_transfer.features.builtin import FeatureNet
from style_transfer.training.imitation import Imitation
from style_transfer.training.loop import Plan, TrainingDivergedError
from style_transfer.training.material import Material
from style_transfer.training.processes import Place
from style_transfer.training.recipe import TrainingOptionsError
from style_transfer.training.recipes.network import Network, NetworkOptions, prepare_network
from tests.style_transfer.training.conftest import CPU, draw_picture


@pytest.fixture
def options(builtin: FeatureNet, tmp_path: Path) -> NetworkOptions:
    assert builtin.layers
    style = tmp_path / "artwork.png"
    draw_picture(7, width=120, height=150).save(style)
    return NetworkOptions(
        tmp_path / "out", 2, (64,), style=style, name="scream", style_size=96, light=True
    )


@pytest.fixture
def opposed(options: NetworkOptions) -> NetworkOptions:
    return dataclasses.replace(options, adversarial_weight=0.1)


def run_to(options: NetworkOptions, material: Material, out: Path, *, until: int = 4) -> Network:
    """Train to step `until` of four; later steps continue from the checkpoint in `out`."""
    placed = dataclasses.replace(options, out=out)
    training = prepare_network(placed, material, Place(CPU), out)
    for state in training.run.train_(Plan(steps=4, rate=0.003)):
        if state.progress.step >= until:
            training.run.stop()
    return training


def test_has_a_loss_and_records_those_of_the_discriminators(
    opposed: NetworkOptions, material: Material
) -> None:
    training = prepare_only(opposed, material)
    before = [each.clone() for each in training.network.parameters()]
    [*_, last] = training.run.train_(Plan(steps=1, rate=0.003))
    assert last.losses.keys() >= {"adversarial", "discriminator", "gradient_penalty"}
    assert all(map(math.isfinite, last.losses.values()))
    after = training.network.parameters()
    assert any(not torch.equal(*both) for both in zip(before, after, strict=True))


def prepare_only(options: NetworkOptions, material: Material) -> Network:
    """Prepare the training without a step."""
    return prepare_network(options, material, Place(CPU), options.out)


@pytest.mark.slow
def test_is_the_plain_training_without_a_weight(
    options: NetworkOptions, opposed: NetworkOptions, material: Material
) -> None:
    plain = prepare_only(options, material)
    assert plain.run.adversary is None
    with_one = prepare_only(opposed, material)
    batch = plain.run.crops.draw(0)
    losses, others = (each.objective.losses(batch, 0.5) for each in (plain, with_one))
    assert "adversarial" not in losses
    # The discriminators change no random number of the other losses, nor the first weights.
    assert all(torch.equal(value, others[name]) for name, value in losses.items())
    zero = prepare_only(dataclasses.replace(options, adversarial_weight=0.0), material)
    for each in (plain, zero):
        list(each.run.train_(Plan(steps=2, rate=0.003)))
    taken = zero.network.state_dict()
    assert all(torch.equal(v, taken[k]) for k, v in plain.network.state_dict().items())


@pytest.mark.slow
def test_continues_exactly(
    opposed: NetworkOptions,
    material: Material,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("style_transfer.training.loop.PUBLISH_SECONDS", 0)
    whole = run_to(opposed, material, tmp_path / "whole")
    run_to(opposed, material, tmp_path / "parts", until=2)
    resumed = dataclasses.replace(opposed, resume=True)
    second = run_to(resumed, material, tmp_path / "parts")
    assert second.run.progress.step == whole.run.progress.step == 4
    files = [load_file(tmp_path / each / "checkpoint.safetensors") for each in ("whole", "parts")]
    assert any("discriminator.optimizer" in name for name in files[0])
    assert files[0].keys() == files[1].keys()
    assert not [name for name, value in files[0].items() if not torch.equal(value, files[1][name])]


def test_can_begin_from_a_training_without_it(
    options: NetworkOptions, opposed: NetworkOptions, material: Material
) -> None:
    prepare_only(options, material).run.save()
    again = prepare_only(dataclasses.replace(opposed, resume=True), material)
    assert again.run.adversary is not None
    assert again.run.adversary.is_sound()


def test_keeps_the_last_good_weights_when_the_discriminator_diverges(
    opposed: NetworkOptions, material: Material, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("CHECKPOINT_SECONDS", "PUBLISH_SECONDS"):
        monkeypatch.setattr(f"style_transfer.training.loop.{name}", 0)
    training = prepare_only(opposed, material)
    assert isinstance(training.objective, Imitation)
    adversary = training.objective.adversary
    assert adversary is not None
    states = training.run.train_(Plan(steps=9, rate=0.003))
    assert next(states).saved
    with torch.no_grad():
        next(adversary.discriminator.parameters()).fill_(math.nan)
    with pytest.raises(TrainingDivergedError):
        list(states)
    kept = load_file(opposed.out / "checkpoint.safetensors")
    assert all(bool(value.isfinite().all()) for value in kept.values())
    assert json.loads((opposed.out / "checkpoint.json").read_text())["step"] == 1


def test_names_it_in_the_card(opposed: NetworkOptions, material: Material) -> None:
    card = prepare_only(opposed, material).export()
    assert "from discriminators of patches and from bare" in card.origin
    assert "--adversarial-weight 0.1" in card.command
    assert "adversarial" in card.figures["held_out_losses"]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"adversarial_weight": math.nan}, "between 0 and 100"),
        ({"adversarial_weight": 1e12}, "between 0 and 100"),
        ({"teacher": "fast"}, "exclude each other"),
        ({"style_size": 20}, "too small for patches"),
    ],
)
def test_refuses_what_it_cannot_do(
    opposed: NetworkOptions,
    material: Material,
    changed: dict[str, float | str],
    message: str,
) -> None:
    with pytest.raises(TrainingOptionsError, match=message):
        prepare_only(dataclasses.replace(opposed, **changed), material)  # type: ignore[arg-type]


@pytest.mark.parametrize("word", ["-1", "nan", "inf", "much"])
def test_refuses_words_that_are_no_weight(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["train", "network", "--content", "a", "--style", "b", f"--adversarial-weight={word}"]
    with pytest.raises(SystemExit):
        build_parser().parse_args(words)
    assert "--adversarial-weight" in capsys.readouterr().err


def test_accepts_zero() -> None:
    words = ["train", "network", "--content", "a", "--style", "b", "--adversarial-weight=0"]
    assert build_parser().parse_args(words).adversarial_weight == 0
