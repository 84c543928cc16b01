"""Which variants of a network passed the quality gate on this machine; see gate/.

A report lies beside the exported files, one for each machine. A verdict holds for the files and
the weights that were verified, and for the engine, the golden set and the limits by which they
were: others need a new run of `style-transfer verify`.
"""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from style_transfer.backends.machine import digest_of
from style_transfer.backends.standard import current_standard
from style_transfer.backends.variants import Variant, files_of, variants_folder, weights_of
from style_transfer.core.errors import ModelMissingError
from style_transfer.imaging.saving import OutputError, save_bytes

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Verdict:
    """What the gate found of a variant; `reasons` tell why it was refused, and `seconds` its time.

    `files` are the sha256 of the files that were verified, none for torch.
    """

    passed: bool
    seconds: float
    reasons: list[str] = field(default_factory=list)
    scores: dict[str, float] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)


def report_path(machine: dict[str, Any]) -> Path:
    """Name the report of a machine."""
    return variants_folder() / f"verified-{digest_of(machine)}.json"


def write_verdicts(
    network: str,
    weights: Sequence[str],
    verdicts: Mapping[Variant, Verdict],
    machine: dict[str, Any],
    golden: str,
) -> Path:
    """Write the verdicts of a network into the report of a machine; raises OutputError.

    `golden` is the digest of the pictures on which they were found.
    """
    path = report_path(machine)
    entry = {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "pictures": golden,
        "standard": current_standard(),
        "weights": weights_of(weights),
        "variants": {each.name: asdict(verdict) for each, verdict in verdicts.items()},
    }
    networks = {**_read(path), network: entry}
    content = json.dumps({"machine": machine, "networks": networks}, indent=2, sort_keys=True)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{path.parent} cannot be made: {error.strerror}.") from error
    save_bytes(content.encode(), path)
    return path


def read_verdicts(network: str, machine: dict[str, Any]) -> dict[Variant, Verdict]:
    """Read the verdicts of a network that still hold on a machine; none if there is no report."""
    entry = _read(report_path(machine)).get(network, {})
    try:
        if entry.get("standard") != current_standard():
            return {}
        if entry.get("weights") != weights_of(entry.get("weights", ())):
            return {}
        found = {
            Variant.named(name): Verdict(**each) for name, each in entry.get("variants", {}).items()
        }
    except (ModelMissingError, TypeError, AttributeError):
        return {}
    return {each: verdict for each, verdict in found.items() if _holds(network, each, verdict)}


def _holds(network: str, variant: Variant, verdict: Verdict) -> bool:
    return verdict.files == files_of(network, variant)


def _read(path: Path) -> dict[str, Any]:
    """Read the networks of a report; a damaged report has none, so nothing in it is trusted."""
    try:
        return dict(json.loads(path.read_bytes())["networks"].items())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        logger.warning("The report %s cannot be read. Run `style-transfer verify` again.", path)
        return {}
