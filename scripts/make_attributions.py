"""List the training pictures that ask for credit: `python -m scripts.make_attributions FOLDER ...`.

The shipped weights learned from pictures, and some of the licenses ask that the author is named.
Each FOLDER has a `manifest.csv` with the columns file, title, artist, licence and source. The list
is written beside the weights.
"""

import argparse
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from style_transfer.training.export import read_rows

OUT = Path(__file__).resolve().parent.parent / "style_transfer" / "weights" / "ATTRIBUTION.md"
_ASKS = "CC-BY"  # every license that begins so asks for credit
_HEAD = """# Credit for the pictures that the weights learned from

The weights in this folder contain no picture. They learned from photos, and the licenses of these
ask for credit. All other training pictures are in the public domain, or their licenses ask for
nothing; the cards in `manifest.json` count them by source and license.

| picture | author | license | source |
| --- | --- | --- | --- |
"""


def credit_rows(rows: Iterable[Mapping[str, str]]) -> list[str]:
    """Return a line of the table for each row of a manifest whose license asks for credit."""
    asking = [row for row in rows if row["licence"].startswith(_ASKS)]
    return [
        _line(row.get("title") or row["file"], row["artist"], row["licence"], row["source"])
        for row in sorted(asking, key=lambda row: row["file"])
    ]


def _line(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "·").strip() for cell in cells) + " |\n"


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the list of all folders."""
    parser = argparse.ArgumentParser(description="List training pictures that ask for credit.")
    parser.add_argument("folder", nargs="+", type=Path, help="folders of training pictures")
    parser.add_argument("--out", type=Path, default=OUT, help="the file to write")
    chosen = parser.parse_args(arguments)
    lines = [line for folder in chosen.folder for line in credit_rows(read_rows(folder).values())]
    chosen.out.write_text(_HEAD + "".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
