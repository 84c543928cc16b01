"""The command `verify`: compare the variants of networks with the reference on this machine."""

import argparse
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from style_transfer.core.manifest import installed_networks

if TYPE_CHECKING:
    from style_transfer.backends.variants import Variant
    from style_transfer.backends.verdicts import Verdict

DEFAULT = "fast"


def add_verify_parser(
    subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]",
) -> None:
    """Add `verify` to the command line of the engine."""
    parser = subparsers.add_parser(
        "verify", help="compare exported networks with the reference; workers use those that pass"
    )
    parser.add_argument(
        "networks", nargs="*", metavar="NETWORK", help="default: fast and all installed networks"
    )
    parser.add_argument("--device", default="auto")
    parser.set_defaults(run=run_verify)


def run_verify(arguments: argparse.Namespace) -> int:
    """Verify networks, print a table of each, and return 1 if a variant was refused.

    Raises ModelMissingError, ProviderMissingError, DeviceMissingError and OutputError.
    """
    from style_transfer.core.device import choose_device
    from style_transfer.gate.verify import prepare, verify

    device, status = choose_device(arguments.device), 0
    progress = Console(stderr=True, highlight=False)

    def tell(variant: "Variant", verdict: "Verdict") -> None:
        progress.print(f"{variant.name}: {'passed' if verdict.passed else 'refused'}")

    for network in arguments.networks or [DEFAULT, *sorted(installed_networks())]:
        verdicts = verify(prepare(network, device), tell)
        Console(highlight=False, soft_wrap=True).print(_table(network, verdicts))
        status |= not all(verdict.passed for verdict in verdicts.values())
    return status


def _table(network: str, verdicts: "dict[Variant, Verdict]") -> Table:
    table = Table(title=f"{network}, compared with torch in float32")
    for heading in ("variant", "verdict", "seconds", "scores"):
        table.add_column(heading)
    for variant, verdict in verdicts.items():
        scores = ", ".join(f"{name} {score:.3g}" for name, score in verdict.scores.items())
        said = "passed" if verdict.passed else f"refused: {'; '.join(verdict.reasons)}"
        table.add_row(variant.name, said, f"{verdict.seconds:.3f}", scores)
    return table
