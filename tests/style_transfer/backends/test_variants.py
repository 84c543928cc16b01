"""Files of variants are used only with their card, their weights and their opset."""

import hashlib
from pathlib import Path
from typing import Any

import pytest

from style_transfer.backends.variants import (
    OPSET,
    REFERENCE,
    Backend,
    Precision,
    Variant,
    VariantMissingError,
    VariantRefusedError,
    exported_variants,
    files_of,
    read_part,
    variants_folder,
    weights_of,
)
from style_transfer.core.manifest import Card, write_card

INT8 = Variant(Backend.ONNX, Precision.INT8)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the empty folder of the variants."""
    monkeypatch.setenv("STYLEWEB_WEIGHTS_DIR", str(tmp_path))
    variants_folder().mkdir()
    return variants_folder()


def put(folder: Path, content: bytes = b"graph", *, card: bool = True, **figures: Any) -> None:
    """Put the decoder of `fast` in INT8 into the folder."""
    (folder / "fast.decoder2.int8.onnx").write_bytes(content)
    if card:
        known = {"weights": weights_of(("fast", "builtin")), "opset": OPSET, **figures}
        sha256 = hashlib.sha256(b"graph").hexdigest()
        found = Card("fast.decoder2.int8.onnx", sha256, "MIT", "a test", figures=known)
        write_card(folder, "fast.decoder2.int8", found)


def test_reads_a_file_that_its_card_describes(folder: Path) -> None:
    put(folder)
    content, card = read_part("fast", "decoder2", INT8)
    assert content == b"graph"
    assert card.license == "MIT"
    assert exported_variants("fast") == [INT8]
    assert files_of("fast", INT8) == {"fast.decoder2.int8": hashlib.sha256(b"graph").hexdigest()}


def test_says_that_a_network_was_not_exported() -> None:
    with pytest.raises(VariantMissingError, match="not exported") as caught:
        read_part("fast", "decoder2", INT8)
    assert caught.value.code == "variant_missing"
    assert "export" in caught.value.hint
    assert exported_variants("fast") == []


def test_refuses_a_quantized_file_without_its_card(folder: Path) -> None:
    put(folder, card=False)
    with pytest.raises(VariantRefusedError, match="no card") as caught:
        read_part("fast", "decoder2", INT8)
    assert caught.value.code == "variant_refused"


def test_refuses_another_file_than_the_card_describes(folder: Path) -> None:
    put(folder, b"other")
    with pytest.raises(VariantRefusedError, match="not the file"):
        read_part("fast", "decoder2", INT8)


def test_refuses_a_file_of_another_opset(folder: Path) -> None:
    put(folder, opset=9)
    with pytest.raises(VariantRefusedError, match="opset 9, not 18"):
        read_part("fast", "decoder2", INT8)


@pytest.mark.parametrize("weights", [{"fast": "0" * 64}, {}, None, "fast"])
def test_refuses_a_file_of_other_weights(folder: Path, weights: object) -> None:
    put(folder, weights=weights)
    with pytest.raises(VariantRefusedError, match="other weights"):
        read_part("fast", "decoder2", INT8)


def test_names_variants() -> None:
    assert REFERENCE.name == "torch-float32"
    assert Variant.named("onnx-int8") == INT8
    with pytest.raises(VariantRefusedError, match="no variant called onnx-int9"):
        Variant.named("onnx-int9")
