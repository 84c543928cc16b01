"""Tests of the recipe of a proof, which is valid for one spec and one state of the engine."""

import json
from pathlib import Path

import pytest

from inference.queue import proof_recipe as proofs
from style_transfer.core import spec
from style_transfer.core.manifest import MANIFEST, SHIPPED
from style_transfer.core.spec import TransferSpec
from tests.support.weights import add_weights, write_manifest


def state() -> str:
    proofs.engine_state.cache_clear()
    found = proofs.engine_state()
    proofs.engine_state.cache_clear()
    return found


def test_is_painted_small_with_the_default_method() -> None:
    assert proofs.proof_spec() == TransferSpec(size=256)


def test_stays_valid_while_nothing_changes() -> None:
    assert state() == state()
    assert len(state()) == 64


def test_is_outdated_by_other_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = state()
    cards = json.loads((SHIPPED / MANIFEST).read_text())
    write_manifest(tmp_path, cards)
    monkeypatch.setattr("style_transfer.core.manifest.SHIPPED", tmp_path)
    assert state() == before
    cards["builtin"]["sha256"] = "0" * 64
    write_manifest(tmp_path, cards)
    assert state() != before


def test_stays_valid_when_users_add_weights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = state()
    add_weights(tmp_path, "network-ink")
    monkeypatch.setenv("STYLEWEB_WEIGHTS_DIR", str(tmp_path))
    assert state() == before


def test_is_outdated_by_another_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    before = state()
    monkeypatch.setattr(spec, "ENGINE_VERSION", "9.9.9")
    assert state() != before
