"""Weights come in with a card and its hash, as safetensors, or not at all."""

import hashlib
import json
import time
from pathlib import Path

import pytest
import torch
from safetensors.torch import save, save_file

from style_transfer.core import weight_files as weights
from style_transfer.core.errors import ModelMissingError
from style_transfer.core.weight_files import (
    Card,
    find_card,
    load_weights,
    read_manifest,
    user_folder,
    write_card,
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of weights that a user added, beside an empty one in place of the shipped."""
    monkeypatch.setattr(weights, "SHIPPED", tmp_path / "shipped")
    monkeypatch.setenv("STYLEWEB_WEIGHTS_DIR", str(tmp_path / "added"))
    (tmp_path / "shipped").mkdir()
    (tmp_path / "added").mkdir()
    return tmp_path / "added"


def add(folder: Path, name: str, content: bytes) -> Card:
    """Put a file and its card into a folder."""
    (folder / f"{name}.safetensors").write_bytes(content)
    sha256 = hashlib.sha256(content).hexdigest()
    written = Card(file=f"{name}.safetensors", sha256=sha256, license="MIT", origin="here")
    write_card(folder, name, written)
    return written


def test_loads_what_the_card_describes(folder: Path) -> None:
    tensors = {"a": torch.arange(3.0), "b": torch.ones(2, 2, dtype=torch.float16)}
    add(folder, "tiny", save(tensors))
    loaded = load_weights("tiny")
    assert loaded.keys() == tensors.keys()
    assert all(torch.equal(loaded[name], tensors[name]) for name in tensors)
    assert loaded["b"].dtype == torch.float16


def test_prefers_the_shipped_file(folder: Path) -> None:
    add(folder, "tiny", save({"a": torch.zeros(1)}))
    add(weights.SHIPPED, "tiny", save({"a": torch.ones(1)}))
    assert load_weights("tiny")["a"].item() == 1
    assert find_card("tiny")[0].parent == weights.SHIPPED


def test_refuses_a_file_of_another_hash(folder: Path) -> None:
    add(folder, "tiny", save({"a": torch.zeros(1)}))
    (folder / "tiny.safetensors").write_bytes(save({"a": torch.ones(1)}))
    with pytest.raises(ModelMissingError, match="not the file that its card describes") as caught:
        load_weights("tiny")
    assert caught.value.code == "model_missing"


def test_refuses_a_file_without_a_card(folder: Path) -> None:
    save_file({"a": torch.zeros(1)}, folder / "tiny.safetensors")
    with pytest.raises(ModelMissingError, match="not installed") as caught:
        load_weights("tiny")
    assert "fetch_weights tiny" in caught.value.hint


@pytest.mark.parametrize("zipped", [True, False], ids=["zip", "legacy"])
def test_refuses_the_pickle_form_even_with_a_right_hash(folder: Path, *, zipped: bool) -> None:
    path = folder / "tiny.safetensors"
    torch.save({"a": torch.zeros(1)}, path, _use_new_zipfile_serialization=zipped)
    add(folder, "tiny", path.read_bytes())
    with pytest.raises(ModelMissingError, match="pickle form"):
        load_weights("tiny")


def test_refuses_a_file_that_is_something_else(folder: Path) -> None:
    add(folder, "tiny", b"not a model")
    with pytest.raises(ModelMissingError, match="not a safetensors file"):
        load_weights("tiny")


def test_says_that_a_file_is_gone(folder: Path) -> None:
    add(folder, "tiny", save({"a": torch.zeros(1)}))
    (folder / "tiny.safetensors").unlink()
    with pytest.raises(ModelMissingError, match="cannot be read"):
        load_weights("tiny")


@pytest.mark.parametrize("text", ["{", "[]", '{"tiny": {"file": "x"}}', '{"tiny": {"color": 1}}'])
def test_refuses_a_manifest_that_makes_no_sense(folder: Path, text: str) -> None:
    (folder / "manifest.json").write_text(text)
    with pytest.raises(ModelMissingError, match="cannot be understood"):
        load_weights("tiny")


def test_keeps_the_other_cards_when_one_is_written(folder: Path) -> None:
    one = add(folder, "one", save({"a": torch.zeros(1)}))
    two = add(folder, "two", save({"a": torch.ones(1)}))
    assert read_manifest(folder) == {"one": one, "two": two}
    assert [path.suffix for path in sorted(folder.iterdir())] == [
        ".json",
        ".safetensors",
        ".safetensors",
    ]


def test_has_no_cards_where_there_is_no_manifest(tmp_path: Path) -> None:
    assert read_manifest(tmp_path / "nowhere") == {}


def test_looks_in_the_users_data_by_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("STYLEWEB_WEIGHTS_DIR", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert user_folder() == tmp_path / "styleweb" / "weights"
    monkeypatch.delenv("XDG_DATA_HOME")
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    assert user_folder() == tmp_path / ".local" / "share" / "styleweb" / "weights"


def test_ships_files_that_match_their_complete_cards() -> None:
    cards = read_manifest(weights.SHIPPED)
    files = {path.name for path in weights.SHIPPED.glob("*.safetensors")}
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
    assert sum((weights.SHIPPED / name).stat().st_size for name in files) < 12e6


def test_names_no_place_of_the_training_machine_in_the_shipped_cards() -> None:
    text = (weights.SHIPPED / "manifest.json").read_text()
    assert json.loads(text)
    for place in ("/home/", "/root/", "/tmp/", "/work/"):  # noqa: S108
        assert place not in text


def test_loads_the_shipped_weights_in_half_a_second() -> None:
    load_weights("builtin")
    started = time.perf_counter()
    load_weights("builtin")
    assert time.perf_counter() - started < 0.5


def test_all_that_ships_is_less_than_10_mb() -> None:
    shipped = Path(weights.__file__).parent / "weights"
    sizes = {path.name: path.stat().st_size for path in shipped.glob("*.safetensors")}
    assert sizes.keys() == {card.file for card in read_manifest(shipped).values()}
    assert sum(sizes.values()) < 10e6
