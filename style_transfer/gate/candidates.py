"""All ways to paint that the table of variants knows: those that can be measured here, and why not.

A method is measured with each of its networks, and each network with each variant.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import torch

from style_transfer.backends.sessions import TENSORRT, is_installed
from style_transfer.backends.variants import HALF, REFERENCE, Backend, Precision, Variant
from style_transfer.bench.distances import load_metric
from style_transfer.core.backbones import BACKBONES
from style_transfer.core.catalog import METHOD_INFOS, MethodInfo, methods_that
from style_transfer.core.errors import EngineError
from style_transfer.core.manifest import find_card, installed_networks
from style_transfer.core.spec import StyleInput, TransferSpec
from style_transfer.core.spec import Variant as Networks
from style_transfer.gate.golden import golden_pairs
from style_transfer.gate.verify import JUDGE, Verification, prepare, variants_to_verify
from style_transfer.methods import load_method, networks_of
from style_transfer.methods.fast.network import WEIGHTS

_FOR_TENSORRT = (Precision.FLOAT16, Precision.S8)
_EXPORTED = [
    Variant(Backend.ONNX, each)
    for each in (Precision.FLOAT32, Precision.INT8, Precision.FLOAT16, Precision.S8)
]


@dataclass(frozen=True)
class Candidate:
    """A way to paint: the settings, the networks by the name that is shown, and their variant.

    `group` is the method, or the network for one artwork, within which speeds are compared.
    """

    group: str
    network: str
    spec: TransferSpec
    variant: Variant = REFERENCE

    @property
    def title(self) -> str:
        """Name it in one line."""
        return f"{self.spec.method}, {self.network}, {self.variant.name}"


@dataclass(frozen=True)
class Absent:
    """A way to paint that is not measured here, and the reason."""

    title: str
    reason: str


def default_names() -> list[str]:
    """List what is measured if nothing is named: the methods, and the networks for one artwork."""
    own = methods_that("needs_own_network")
    return [*(slug for slug in METHOD_INFOS if slug not in own), *sorted(installed_networks())]


def absent_methods() -> list[Absent]:
    """List the methods that cannot paint here at all."""
    if installed_networks():
        return []
    reason = "No network was trained for an artwork. Train one with `style-transfer train network`."
    return [Absent(slug, reason) for slug in methods_that("needs_own_network")]


def open_gate(name: str, device: torch.device) -> Verification:
    """Prepare the painting of the golden set by a method, or by a network for one artwork.

    Raises ModelMissingError for any other name.
    """
    info = METHOD_INFOS.get(name)
    if info is None or info.variants:
        return prepare(name, device)
    metric = load_metric(JUDGE, [], torch.device("cpu"))
    return Verification(name, load_method(name), golden_pairs(), device, (), metric)


def find_candidates(gate: Verification, steps: int) -> tuple[list[Candidate], list[Absent]]:
    """List the ways to paint of a method, the standard one first, and those that are not here.

    `steps` bounds the steps of a method that takes them.
    """
    found: list[Candidate] = []
    absent: list[Absent] = []
    for spec in _specs(gate.method.info, steps):
        name = _name(gate, spec)
        try:
            for weights in weights_of_painter(gate, spec):
                find_card(weights)
        except EngineError as error:
            absent.append(Absent(f"{spec.method}, {name}", str(error)))
            continue
        variants = _variants(gate, spec)
        found += [Candidate(gate.network, name, spec, variant) for variant in variants]
        absent += _absent_variants(gate, spec, name, variants)
    return found, absent


def weights_of_painter(gate: Verification, spec: TransferSpec) -> Sequence[str]:
    """List the weights that paint. Those that only measure styles are left out."""
    if "variant" in gate.method.info.used:
        return WEIGHTS[spec.variant]
    return gate.method.weights(spec, [StyleInput(gate.pairs[0].artwork)])


def is_exportable(gate: Verification, spec: TransferSpec) -> bool:
    """Tell whether another backend can compute the networks of these settings."""
    return bool(networks_of(gate.method, spec, [StyleInput(gate.pairs[0].artwork)]))


def _specs(info: MethodInfo, steps: int) -> Iterator[TransferSpec]:
    """Give the settings for each network of a method, the standard one first."""
    least = min(steps, info.default_steps) if "steps" in info.used else None
    spec = TransferSpec(method=info.slug, steps=least)
    if "variant" in info.used:
        yield from (replace(spec, variant=networks) for networks in Networks)
    elif "features" in info.used:
        yield from (replace(spec, features=slug) for slug in BACKBONES)
    else:
        yield spec


def _name(gate: Verification, spec: TransferSpec) -> str:
    """Name the networks of these settings."""
    by_features = "features" in gate.method.info.used
    return spec.features if by_features else weights_of_painter(gate, spec)[0]


def _variants(gate: Verification, spec: TransferSpec) -> list[Variant]:
    found = variants_to_verify(gate)
    if is_exportable(gate, spec):
        return found
    return [each for each in found if each.backend is Backend.TORCH]


def _absent_variants(
    gate: Verification, spec: TransferSpec, name: str, present: Sequence[Variant]
) -> Iterator[Absent]:
    info = gate.method.info
    if info.half_precision and HALF not in present:
        place = "GPU" if gate.device.type == "cuda" else "processor"
        reason = f"Convolutions on this {place} are not faster in bfloat16."
        yield Absent(f"{info.slug}, {name}, {HALF.name}", reason)
    if not info.variants:
        return
    if not is_exportable(gate, spec):
        reason = "Only the standard networks of this method can be exported."
        yield Absent(f"{info.slug}, {name}, {Backend.ONNX}", reason)
        return
    for variant in _EXPORTED:
        if variant not in present:
            yield Absent(f"{info.slug}, {name}, {variant.name}", _why_absent(gate, variant))


def _why_absent(gate: Verification, variant: Variant) -> str:
    if not is_installed():
        return "The package onnxruntime is not installed."
    wants_tensorrt = variant.precision in _FOR_TENSORRT
    if wants_tensorrt and TENSORRT not in gate.providers:
        return f"It is for TensorRT, and ONNX Runtime here has no {TENSORRT}."
    option = {
        Precision.FLOAT32: "",
        Precision.INT8: " --precision int8",
    }.get(variant.precision, f" --tensorrt {variant.precision}")
    return f"It was not exported. Run `style-transfer export {gate.network}{option}`."
