"""Verdicts hold for the machine, the weights and the files that were verified; see choice.py."""

from pathlib import Path
from typing import Any

import pytest
import torch

from style_transfer.backends import choice, standard
from style_transfer.backends.choice import (
    TORCH,
    Choice,
    Execution,
    VariantUnverifiedError,
    choose,
)
from style_transfer.backends.machine import describe_machine
from style_transfer.backends.sessions import CPU_PROVIDER, SETTING, ProviderMissingError
from style_transfer.backends.standard import LIMITS
from style_transfer.backends.variants import (
    HALF,
    REFERENCE,
    Variant,
    VariantMissingError,
    VariantRefusedError,
    files_of,
    variants_folder,
)
from style_transfer.backends.verdicts import Verdict, read_verdicts, report_path, write_verdicts
from tests.style_transfer.backends.test_variants import INT8, put

CPU = torch.device("cpu")
MACHINE = describe_machine(CPU, [CPU_PROVIDER])
FAST = ["fast"]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder of variants with one exported file."""
    monkeypatch.setenv("STYLEWEB_WEIGHTS_DIR", str(tmp_path))
    monkeypatch.delenv(SETTING, raising=False)
    variants_folder().mkdir()
    put(variants_folder())
    return variants_folder()


def report(seconds: float = 0.1, *, passed: bool = True, machine: Any = None) -> None:
    """Write that torch takes 0.2 seconds, and what the gate found of INT8."""
    verdicts = {
        REFERENCE: Verdict(True, 0.2),
        INT8: Verdict(passed, seconds, files=files_of("fast", INT8)),
    }
    write_verdicts("fast", ["fast", "builtin"], verdicts, machine or MACHINE, "golden")


class TestChoice:
    def test_is_the_fastest_that_passed(self) -> None:
        report()
        assert choose(FAST, Execution(), CPU) == Choice(INT8, (CPU_PROVIDER,))

    def test_is_torch_where_that_is_faster(self) -> None:
        report(0.3)
        assert choose(FAST, Execution(), CPU).variant == REFERENCE
        assert choose(FAST, Execution("onnx"), CPU).variant == INT8

    def test_is_torch_where_it_is_asked_for(self) -> None:
        report()
        assert choose(FAST, Execution("torch"), CPU) == TORCH

    @pytest.mark.parametrize("why", ["never", "refused", "machine", "damaged"])
    def test_is_never_an_unverified_variant(self, why: str) -> None:
        if why == "machine":
            report(machine=MACHINE | {"processor": "another"})
        elif why != "never":
            report(passed=why != "refused")
        if why == "damaged":
            report_path(MACHINE).write_text("{")
        assert choose(FAST, Execution(), CPU).variant == REFERENCE
        with pytest.raises(VariantUnverifiedError, match="fast is verified") as caught:
            choose(FAST, Execution("onnx"), CPU)
        assert caught.value.code == "variant_unverified"
        assert "verify" in caught.value.hint

    def test_does_not_use_a_file_that_changed_after_it_was_verified(self, folder: Path) -> None:
        report()
        (folder / "fast.decoder2.int8.onnx").write_bytes(b"other")
        assert choose(FAST, Execution(), CPU).variant == REFERENCE
        with pytest.raises(VariantRefusedError, match="not the file"):
            choose(FAST, Execution("onnx"), CPU)

    def test_does_not_use_a_file_that_is_gone(self, folder: Path) -> None:
        report()
        (folder / "fast.decoder2.int8.onnx").unlink()
        assert choose(FAST, Execution(), CPU).variant == REFERENCE
        with pytest.raises(VariantMissingError):
            choose(FAST, Execution("onnx"), CPU)

    def test_needs_all_networks_of_a_painting(self) -> None:
        report()
        assert choose(["fast", "network-wave"], Execution(), CPU).variant == REFERENCE
        assert choose([], Execution("onnx"), CPU) == TORCH

    def test_says_that_a_provider_is_missing_only_if_onnx_is_asked_for(self) -> None:
        report()
        missing = ("VitisAIExecutionProvider",)
        assert choose(FAST, Execution("auto", missing), CPU) == TORCH
        with pytest.raises(ProviderMissingError):
            choose(FAST, Execution("onnx", missing), CPU)

    def test_does_not_load_the_runtime_where_nothing_was_exported(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(choice, "choose_providers", None)
        monkeypatch.setattr(choice, "variants_folder", lambda: folder / "missing")
        assert choose(FAST, Execution(), CPU) == TORCH


def test_a_report_holds_for_its_weights_only(monkeypatch: pytest.MonkeyPatch) -> None:
    report()
    assert set(read_verdicts("fast", MACHINE)) == {REFERENCE, INT8}
    text = report_path(MACHINE).read_text()
    report_path(MACHINE).write_text(text.replace('"builtin": "', '"builtin": "0'))
    assert read_verdicts("fast", MACHINE) == {}


def test_a_report_keeps_other_networks() -> None:
    report()
    write_verdicts("other", ["fast"], {Variant(): Verdict(True, 1.0)}, MACHINE, "golden")
    assert set(read_verdicts("fast", MACHINE)) == {REFERENCE, INT8}
    assert set(read_verdicts("other", MACHINE)) == {REFERENCE}


@pytest.mark.parametrize(
    ("name", "value"),
    [("ENGINE_VERSION", "9"), ("GOLDEN_SET", "other"), ("LIMITS", {**LIMITS, "psnr": 40.0})],
)
def test_a_report_holds_for_the_standard_of_its_gate_only(
    name: str, value: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    report()
    monkeypatch.setattr(standard, name, value)
    assert read_verdicts("fast", MACHINE) == {}
    assert choose(FAST, Execution(), CPU) == TORCH
    report()
    assert set(read_verdicts("fast", MACHINE)) == {REFERENCE, INT8}


def test_only_a_backend_that_was_asked_for_is_required() -> None:
    report()
    assert not choose(FAST, Execution(), CPU).required
    assert choose(FAST, Execution("onnx"), CPU).required


class TestHalfPrecision:
    @pytest.fixture(autouse=True)
    def _known(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(choice, "knows_bfloat16", lambda _: True)

    @staticmethod
    def judge(seconds: float, *, passed: bool) -> None:
        verdicts = {REFERENCE: Verdict(True, 0.2), HALF: Verdict(passed, seconds)}
        write_verdicts("fast", ["fast", "builtin"], verdicts, MACHINE, "golden")

    @pytest.mark.parametrize("backend", ["auto", "torch"])
    def test_is_usual_and_named_where_the_gate_has_not_looked(self, backend: str) -> None:
        assert choose(FAST, Execution(backend), CPU, halves=True) == Choice(HALF)
        assert choose([], Execution(backend), CPU, halves=True) == Choice(HALF)
        assert choose(FAST, Execution(backend), CPU) == TORCH

    @pytest.mark.parametrize("backend", ["auto", "torch"])
    def test_is_not_chosen_where_the_gate_refused_it(self, backend: str) -> None:
        self.judge(0.1, passed=False)
        assert choose(FAST, Execution(backend), CPU, halves=True).variant == REFERENCE
        self.judge(0.1, passed=True)
        assert choose(FAST, Execution(backend), CPU, halves=True).variant == HALF

    def test_is_not_chosen_where_float32_is_faster(self) -> None:
        self.judge(0.3, passed=True)
        assert choose(FAST, Execution(), CPU, halves=True).variant == REFERENCE

    def test_is_not_chosen_where_it_was_refused_without_onnx(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def missing(*_: object) -> tuple[str, ...]:
            raise ProviderMissingError("not installed")

        monkeypatch.setattr(choice, "choose_providers", missing)
        verdicts = {REFERENCE: Verdict(True, 0.2), HALF: Verdict(False, 0.1)}
        machine = describe_machine(CPU, ())
        write_verdicts("fast", ["fast", "builtin"], verdicts, machine, "golden")
        assert choose(FAST, Execution(), CPU, halves=True).variant == REFERENCE
