"""What a proof is good for: one way of painting, one state of the engine."""

import json
from pathlib import Path

import pytest

from inference.queue import proof_recipe as proofs
from style_transfer.core import spec
from style_transfer.core.spec import TransferSpec


def state() -> str:
    proofs.engine_state.cache_clear()
    found = proofs.engine_state()
    proofs.engine_state.cache_clear()
    return found


def test_is_painted_small_by_the_default_method() -> None:
    assert proofs.proof_spec() == TransferSpec(size=256)


def test_stays_good_while_nothing_changes() -> None:
    assert state() == state()
    assert len(state()) == 64


def test_is_outdated_by_other_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = state()
    cards = json.loads(proofs.CARDS.read_text())
    cards["builtin"]["sha256"] = "0" * 64
    (tmp_path / "manifest.json").write_text(json.dumps(cards))
    monkeypatch.setattr(proofs, "CARDS", tmp_path / "manifest.json")
    assert state() != before


def test_is_outdated_by_another_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    before = state()
    monkeypatch.setattr(spec, "ENGINE_VERSION", "9.9.9")
    assert state() != before
