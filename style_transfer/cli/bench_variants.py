"""The command `bench variants`: every exported variant beside torch, in one table."""

import argparse

from rich.console import Console

from style_transfer.core.manifest import installed_networks


def add_variants_parser(kinds: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `variants` to the command `bench`."""
    parser = kinds.add_parser("variants", help="size, speed, memory and distances of each variant")
    parser.add_argument(
        "networks", nargs="*", metavar="NETWORK", help="default: fast and all installed networks"
    )
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--device", default="auto")
    parser.set_defaults(run=run_variants)


def run_variants(arguments: argparse.Namespace) -> int:
    """Print the table, and return the exit status. Raises EngineError."""
    from style_transfer.bench.speed import machine
    from style_transfer.core.device import choose_device
    from style_transfer.gate.table import measure, table
    from style_transfer.gate.verify import prepare

    device = choose_device(arguments.device)
    rows = []
    for network in arguments.networks or ["fast", *sorted(installed_networks())]:
        rows += measure(prepare(network, device), repeats=arguments.repeats)
    # The table is wider than most terminals, and the documentation quotes it.
    Console(width=240).print(table(rows, f"variants on {machine(arguments.device)}"))
    return 0
