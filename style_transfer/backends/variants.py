"""Variants: the ways in which the same network can be computed, and their files.

A variant is a backend and a precision. The reference is torch in float32; every other variant is
an approximation of it. The files of ONNX variants are in the folder `onnx` beside the weights of
the user, each with a card in the manifest there. Loads no torch.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from style_transfer.core.errors import ModelMissingError
from style_transfer.core.manifest import Card, find_card, read_manifest, user_folder

OPSET = 18  # of all exported files; ONNX Runtime 1.14 and TensorRT 10 already read it
_FOLDER = "onnx"


class Backend(StrEnum):
    """The runtime that computes the networks."""

    TORCH = "torch"
    ONNX = "onnx"


AUTO = "auto"  # the fastest backend with a verified variant
BACKENDS = (AUTO, *(each.value for each in Backend))


class Precision(StrEnum):
    """The type of the numbers in convolutions. S8 has symmetric activations, for TensorRT."""

    FLOAT32 = "float32"
    BFLOAT16 = "bfloat16"
    FLOAT16 = "float16"
    INT8 = "int8"
    S8 = "s8"


@dataclass(frozen=True, order=True)
class Variant:
    """A way to compute a network."""

    backend: Backend = Backend.TORCH
    precision: Precision = Precision.FLOAT32

    @property
    def name(self) -> str:
        """Give the name that reports and commands use, such as onnx-int8."""
        return f"{self.backend}-{self.precision}"

    @classmethod
    def named(cls, name: str) -> "Variant":
        """Find the variant of a name; raises VariantRefusedError for a name that is not valid."""
        backend, _, precision = name.partition("-")
        try:
            return cls(Backend(backend), Precision(precision))
        except ValueError as error:
            raise VariantRefusedError(f"There is no variant called {name}.") from error


REFERENCE = Variant()
HALF = Variant(Backend.TORCH, Precision.BFLOAT16)  # torch where the processor knows bfloat16


class VariantMissingError(ModelMissingError):
    """A network was not exported in this variant."""

    code = "variant_missing"
    hint = "Make it with `style-transfer export NETWORK`."


class VariantRefusedError(ModelMissingError):
    """The file of a variant is not one that may be used."""

    code = "variant_refused"
    hint = "Make it again with `style-transfer export NETWORK`, then run `style-transfer verify`."


def variants_folder() -> Path:
    """Give the folder of the exported files; it may not exist yet."""
    return user_folder() / _FOLDER


def part_name(network: str, part: str, precision: Precision) -> str:
    """Name an exported part of a network in the manifest; the file has the same name."""
    return f"{network}.{part}.{precision}"


def read_part(network: str, part: str, variant: Variant) -> tuple[bytes, Card]:
    """Read an exported part of a network, with its card.

    Raises VariantMissingError and VariantRefusedError as `read_file` does.
    """
    return read_file(part_name(network, part, variant.precision))


def read_file(name: str) -> tuple[bytes, Card]:
    """Read an exported file by its name in the manifest, with its card.

    Raises VariantMissingError if it was not exported, and VariantRefusedError for a file without a
    card, for another file than its card describes, and for one of other weights or another opset.
    """
    folder = variants_folder()
    path, card = folder / f"{name}.onnx", read_manifest(folder).get(name)
    if card is None:
        if path.exists():
            raise VariantRefusedError(f"The file {path.name} has no card.")
        raise VariantMissingError(f"{path.name} was not exported.")
    try:
        content = (folder / card.file).read_bytes()
    except OSError as error:
        raise VariantMissingError(f"The file {card.file} cannot be read.") from error
    if hashlib.sha256(content).hexdigest() != card.sha256:
        raise VariantRefusedError(f"{card.file} is not the file that its card describes.")
    check_card(card)
    return content, card


def check_card(card: Card) -> None:
    """Raise VariantRefusedError for a file of other weights than installed, or another opset."""
    opset, weights = card.figures.get("opset"), card.figures.get("weights")
    if opset != OPSET:
        raise VariantRefusedError(f"{card.file} has the ONNX opset {opset}, not {OPSET}.")
    if not isinstance(weights, Mapping) or not weights or weights != weights_of(weights):
        raise VariantRefusedError(f"{card.file} was made of other weights than are installed.")


def weights_of(names: Iterable[str]) -> dict[str, str]:
    """Give the sha256 of each of these weights as they are installed now."""
    return {name: find_card(name)[1].sha256 for name in names}


def exported_variants(network: str) -> list[Variant]:
    """List the variants in which a network was exported, by the cards alone."""
    cards = read_manifest(variants_folder())
    found = {name.rpartition(".")[2] for name in cards if name.startswith(f"{network}.")}
    known = {each.value for each in Precision}
    return sorted(Variant(Backend.ONNX, Precision(each)) for each in found & known)


def files_of(network: str, variant: Variant) -> dict[str, str]:
    """Give the sha256 of each file of a variant, by the cards; none for torch."""
    if variant.backend is Backend.TORCH:
        return {}
    cards = read_manifest(variants_folder())
    return {
        name: card.sha256
        for name, card in sorted(cards.items())
        if name.startswith(f"{network}.") and name.endswith(f".{variant.precision}")
    }
