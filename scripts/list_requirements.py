"""List the dependencies of the project, one a line. An image installs them before the sources.

    python scripts/list_requirements.py [EXTRA ...] > requirements.txt

The script reads the pyproject.toml in the current folder.
"""

import sys
import tomllib
from pathlib import Path


def requirements(pyproject: Path, extras: list[str]) -> list[str]:
    """Return the dependencies in a pyproject.toml, with those of the named extras."""
    project = tomllib.loads(pyproject.read_text("utf-8"))["project"]
    optional = project["optional-dependencies"]
    return [*project["dependencies"], *(each for extra in extras for each in optional[extra])]


if __name__ == "__main__":
    sys.stdout.write("\n".join(requirements(Path("pyproject.toml"), sys.argv[1:])) + "\n")
