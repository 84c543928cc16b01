"""An export is small and complete, names its training data, and loads in the engine."""

import csv
import hashlib
import subprocess
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from style_transfer.core.manifest import read_manifest
from style_transfer.features.vgg import LAYERS, SlimVGG
from style_transfer.training.channel_std import measure_channel_std
from style_transfer.training.export import describe_data, export_features, find_revision
from style_transfer.training.pictures import find_pictures

CARD = {"license": "MIT", "origin": "a test", "data": [], "command": "train", "figures": {}}


@pytest.fixture
def network() -> SlimVGG:
    torch.manual_seed(0)
    return SlimVGG((2, 3, 4, 5, 6))


@pytest.fixture
def artworks() -> list[torch.Tensor]:
    torch.manual_seed(1)
    return [torch.rand(2, 3, 32, 32) for _ in range(2)]


def test_writes_float16_weights_with_the_scale_of_every_layer(
    network: SlimVGG, artworks: list[torch.Tensor], tmp_path: Path
) -> None:
    export_features(network, artworks, tmp_path, "tiny", CARD)
    stored = load_file(tmp_path / "tiny.safetensors")
    assert all(value.dtype == torch.float16 for value in stored.values())
    assert {f"channel_scale.{name}" for name in LAYERS} < stored.keys()
    assert network.state_dict().keys() < stored.keys()
    spread = measure_channel_std(network, artworks, LAYERS)
    torch.testing.assert_close(
        stored["channel_scale.relu3_1"].float(), spread["relu3_1"], rtol=1e-3, atol=1e-4
    )


def test_writes_the_card_of_the_same_file(
    network: SlimVGG, artworks: list[torch.Tensor], tmp_path: Path
) -> None:
    card = export_features(network, artworks, tmp_path / "new", "tiny", CARD)
    assert read_manifest(tmp_path / "new") == {"tiny": card}
    content = (tmp_path / "new" / "tiny.safetensors").read_bytes()
    assert card.sha256 == hashlib.sha256(content).hexdigest()
    assert card.date
    assert card.origin == "a test"


def test_does_not_change_a_file_in_use(
    network: SlimVGG, artworks: list[torch.Tensor], tmp_path: Path
) -> None:
    export_features(network, artworks, tmp_path, "tiny", CARD)
    mapped = load_file(tmp_path / "tiny.safetensors")["conv1_1.weight"]
    before = mapped.clone()
    export_features(SlimVGG((2, 3, 4, 5, 6)), artworks, tmp_path, "tiny", CARD)
    assert torch.equal(mapped, before)


def test_names_the_commit_or_leaves_it_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    revision = find_revision()
    assert revision == "" or len(revision) == 40

    def fail(*_: object, **__: object) -> None:
        raise FileNotFoundError("git")

    monkeypatch.setattr(subprocess, "run", fail)
    assert find_revision() == ""


def test_counts_pictures_by_licence_and_source(content: Path) -> None:
    used = find_pictures(content)
    with (content / "manifest.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("file", "licence", "source"))
        for index, path in enumerate(used[:6]):
            licence = "CC0" if index < 4 else "CC BY 2.0"
            writer.writerow((path.relative_to(content), licence, f"example.org/set:{path.name}"))
    described = describe_data(content, used)
    assert described["name"] == "content"
    assert described["pictures"] == 8
    counted = [(each["license"], each["pictures"]) for each in described["sources"]]
    assert counted == [("CC0", 4), ("CC BY 2.0", 2), ("unstated", 2)]
    assert described["sources"][0]["source"] == "example.org/set"


def test_says_that_licences_are_unstated_without_a_manifest(content: Path) -> None:
    used = find_pictures(content)
    expected = [{"source": "unstated", "license": "unstated", "pictures": 8}]
    assert describe_data(content, used)["sources"] == expected
