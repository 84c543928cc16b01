"""Choose the variant that paints: the fastest one that passed the gate on this machine."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from style_transfer.backends.machine import describe_machine
from style_transfer.backends.sessions import ProviderMissingError, choose_providers
from style_transfer.backends.variants import (
    AUTO,
    HALF,
    REFERENCE,
    Backend,
    Variant,
    VariantMissingError,
    VariantRefusedError,
    files_of,
    read_file,
    variants_folder,
)
from style_transfer.backends.verdicts import Verdict, read_verdicts
from style_transfer.core.device import knows_bfloat16
from style_transfer.core.errors import ModelMissingError


class VariantUnverifiedError(ModelMissingError):
    """No variant of a backend passed the quality gate on this machine."""

    code = "variant_unverified"
    hint = "Run `style-transfer export NETWORK` and `style-transfer verify NETWORK`."


@dataclass(frozen=True)
class Execution:
    """What may compute: a backend of BACKENDS, and the providers of ONNX Runtime (none: chosen)."""

    backend: str = AUTO
    providers: tuple[str, ...] = ()


AUTOMATIC = Execution()


@dataclass(frozen=True)
class Choice:
    """A variant, and the providers that run it.

    `required` is set if its backend was asked for by name, so no other one may take its place
    where it cannot be started.
    """

    variant: Variant = REFERENCE
    providers: tuple[str, ...] = ()
    required: bool = False


TORCH = Choice()


def choose(
    networks: Sequence[str], execution: Execution, device: torch.device, *, halves: bool = False
) -> Choice:
    """Choose the fastest verified variant that all of these networks have.

    With the backend `auto` this is torch where no other one is verified. With `onnx`, raises
    ProviderMissingError, VariantUnverifiedError or VariantRefusedError. `halves` tells that the
    method computes in half precision where the device does; torch then does so too, unless the
    gate refused it.
    """
    wanted, halves = execution.backend, halves and knows_bfloat16(device)
    usual = Choice(HALF) if halves else TORCH
    if not networks or (wanted == Backend.TORCH and not halves):
        return usual
    if wanted != Backend.ONNX and not _is_there(variants_folder()):
        return usual  # without loading ONNX Runtime
    try:
        providers = choose_providers(device, execution.providers)
    except ProviderMissingError:
        if wanted == Backend.ONNX:
            raise
        providers = ()  # the gate has no others either where ONNX Runtime is not installed
    machine = describe_machine(device, providers)
    known = [read_verdicts(network, machine) for network in networks]
    if wanted != Backend.TORCH:
        try:
            fastest = _fastest(networks, known, with_torch=wanted == AUTO)
            return Choice(fastest, providers, required=wanted != AUTO)
        except ModelMissingError:
            if wanted != AUTO:
                raise
    refused = any(HALF in found and not found[HALF].passed for found in known)
    return TORCH if refused else usual


def _is_there(folder: Path) -> bool:
    """Tell whether a folder exists; False too for one that this user may not look into."""
    try:
        return folder.is_dir()
    except PermissionError:
        return False


def _fastest(
    networks: Sequence[str], known: Sequence[dict[Variant, Verdict]], *, with_torch: bool
) -> Variant:
    """Find the fastest variant; raises VariantUnverifiedError or VariantRefusedError."""
    passed = [{each for each, verdict in found.items() if verdict.passed} for found in known]
    common = set.intersection(*passed)
    able = [each for each in common if with_torch or each.backend is not Backend.TORCH]
    refused: ModelMissingError | None = None
    for variant in sorted(able, key=lambda each: sum(found[each].seconds for found in known)):
        try:
            for network in networks:
                for name in files_of(network, variant):
                    read_file(name)
        except (VariantMissingError, VariantRefusedError) as error:
            refused = error
            continue
        return variant
    if refused is not None:
        raise refused
    raise VariantUnverifiedError(
        f"No variant of {', '.join(networks)} is verified on this machine."
    )
