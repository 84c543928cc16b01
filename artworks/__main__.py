"""The command `python -m artworks SLUG... | --all --out FOLDER [--size PX]`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from artworks.registry import load_artworks
from artworks.shipping import ship

if TYPE_CHECKING:
    from collections.abc import Sequence


def build_parser() -> argparse.ArgumentParser:
    """Return the parser for the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m artworks", description="Paint the shipped style artworks."
    )
    parser.add_argument("slugs", nargs="*", metavar="SLUG", help="artworks to paint")
    parser.add_argument("--all", action="store_true", help="paint every artwork")
    parser.add_argument("--list", action="store_true", help="list the artworks and stop")
    parser.add_argument("--out", type=Path, default=Path("library/shipped"), help="folder")
    parser.add_argument("--size", type=int, default=1024, help="longer side in px")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status; exit with status 2 for wrong arguments."""
    parser = build_parser()
    options = parser.parse_args(arguments)
    modules = load_artworks()
    if options.list:
        for slug, module in modules.items():
            sys.stdout.write(f"{slug:18} {module.ARTWORK.title}\n")
        return 0
    slugs = list(modules) if options.all else options.slugs
    unknown = [slug for slug in slugs if slug not in modules]
    if unknown or not slugs:
        parser.error(
            f"name artworks among: {', '.join(modules)}"
            if not slugs
            else f"no artwork {unknown[0]!r}"
        )
    for number, slug in enumerate(slugs, start=1):
        module = modules[slug]
        name = slug.replace("-", "_")
        done = ship(module, name, options.out, longest=options.size)
        sys.stdout.write(
            f"[{number}/{len(slugs)}] {slug}: {done.entry['width']} x {done.entry['height']} px, "
            f"{done.bytes / 1000:.0f} kB, {done.seconds:.1f} s\n"
        )
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
