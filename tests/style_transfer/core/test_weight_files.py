"""Weights load only as safetensors, with a card and a matching hash."""

import time
from pathlib import Path

import pytest
import torch
from safetensors.torch import save

from style_transfer.core.errors import ModelMissingError
from style_transfer.core.manifest import SHIPPED, read_manifest
from style_transfer.core.weight_files import load_weights
from tests.support.weights import add_weights


def test_loads_what_the_card_describes(folder: Path) -> None:
    tensors = {"a": torch.arange(3.0), "b": torch.ones(2, 2, dtype=torch.float16)}
    add_weights(folder, "tiny", save(tensors))
    loaded = load_weights("tiny")
    assert loaded.keys() == tensors.keys()
    assert all(torch.equal(loaded[name], tensors[name]) for name in tensors)
    assert loaded["b"].dtype == torch.float16


def test_refuses_a_file_with_another_hash(folder: Path) -> None:
    add_weights(folder, "tiny", save({"a": torch.zeros(1)}))
    (folder / "tiny.safetensors").write_bytes(save({"a": torch.ones(1)}))
    with pytest.raises(ModelMissingError, match="not the file that its card describes") as caught:
        load_weights("tiny")
    assert caught.value.code == "model_missing"


@pytest.mark.parametrize("zipped", [True, False], ids=["zip", "legacy"])
def test_refuses_a_pickle_even_with_the_right_hash(folder: Path, *, zipped: bool) -> None:
    path = folder / "tiny.safetensors"
    torch.save({"a": torch.zeros(1)}, path, _use_new_zipfile_serialization=zipped)
    add_weights(folder, "tiny", path.read_bytes())
    with pytest.raises(ModelMissingError, match="pickle form"):
        load_weights("tiny")


def test_refuses_a_file_of_another_format(folder: Path) -> None:
    add_weights(folder, "tiny", b"not a model")
    with pytest.raises(ModelMissingError, match="not a safetensors file"):
        load_weights("tiny")


def test_says_that_a_file_is_missing(folder: Path) -> None:
    add_weights(folder, "tiny", save({"a": torch.zeros(1)}))
    (folder / "tiny.safetensors").unlink()
    with pytest.raises(ModelMissingError, match="cannot be read"):
        load_weights("tiny")


def test_ships_files_that_match_their_complete_cards() -> None:
    cards = read_manifest(SHIPPED)
    files = {path.name for path in SHIPPED.glob("*.safetensors")}
    assert files == {card.file for card in cards.values()}
    assert "builtin" in cards
    for name, card in cards.items():
        assert load_weights(name)
        assert card.license
        assert card.origin
        assert card.command
        assert card.data
        assert card.figures
        assert card.date
    assert sum((SHIPPED / name).stat().st_size for name in files) < 12e6


def test_loads_the_shipped_weights_in_half_a_second() -> None:
    load_weights("builtin")
    started = time.process_time()  # other work on the machine does not count
    load_weights("builtin")
    assert time.process_time() - started < 0.5


def test_ships_less_than_10_mb() -> None:
    sizes = {path.name: path.stat().st_size for path in SHIPPED.glob("*.safetensors")}
    assert "builtin.safetensors" in sizes
    assert sizes.keys() == {card.file for card in read_manifest(SHIPPED).values()}
    assert sum(sizes.values()) < 10e6
