"""Print the size of the code: `python -m scripts.measure_code`.

The output has the lines of each folder (two levels deep), the sizes of modules and functions, and
the number of checks that are switched off.
"""

import ast
import statistics
import subprocess
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console

ROOT = Path(__file__).resolve().parent.parent
SWITCHES = ("# noqa", "# type: ignore")


def sources() -> list[Path]:
    """List the Python files that git tracks, relative to the root, without migrations."""
    listed = subprocess.run(
        ["git", "ls-files", "*.py"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    paths = (Path(line) for line in listed.stdout.splitlines())
    # A file that was deleted but not committed is still listed.
    return [path for path in paths if "migrations" not in path.parts and (ROOT / path).is_file()]


def count_by_folder(sizes: dict[Path, int]) -> Counter[str]:
    """Add up the lines by folder, two levels deep."""
    lines: Counter[str] = Counter()
    for path, size in sizes.items():
        lines["/".join(path.parts[:-1][:2]) or "."] += size
    return lines


def function_lengths(text: str) -> Iterator[int]:
    """Yield the length in lines of each function, including methods and inner functions."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield (node.end_lineno or node.lineno) - node.lineno + 1


def spread_of(values: Sequence[int]) -> str:
    """Describe sizes by their median, 90th percentile and maximum."""
    tenths = statistics.quantiles(values, n=10)  # the nine points between ten equal parts
    return f"median {statistics.median(values):.0f}, p90 {tenths[-1]:.0f}, max {max(values)}"


def main() -> None:
    """Print all figures."""
    console = Console(highlight=False, soft_wrap=True)
    texts = {path: (ROOT / path).read_text("utf-8") for path in sources()}
    sizes = {path: len(text.splitlines()) for path, text in texts.items()}
    for folder, lines in sorted(count_by_folder(sizes).items()):
        console.print(f"{lines:7,}  {folder}")
    for name, chosen in (
        ("source", [path for path in texts if path.parts[0] != "tests"]),
        ("tests", [path for path in texts if path.parts[0] == "tests"]),
    ):
        lengths = [length for path in chosen for length in function_lengths(texts[path])]
        console.print(
            f"{name}: {len(chosen)} modules, {spread_of([sizes[each] for each in chosen])}"
        )
        console.print(f"{name}: {len(lengths)} functions, {spread_of(lengths)}")
        for switch in SWITCHES:
            count = sum(texts[path].count(switch) for path in chosen)
            console.print(f"{name}: {count} lines with {switch.removeprefix('# ')}")


if __name__ == "__main__":
    main()
