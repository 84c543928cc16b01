"""Each import contract catches the violation it is there for: one is planted, once each."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parent.parent
PACKAGES = (
    "styleweb",
    "scripts",
    "artworks",
    "gallery",
    "inference",
    "library",
    "accounts",
    "common",
    "style_transfer",
)
LINTER = Path(sys.executable).with_name("lint-imports")

PLANTED = [
    ("packages", "common/planted.py", "import accounts.models"),
    ("packages", "library/planted.py", "import scripts.make_embeddings"),
    ("packages", "library/planted.py", "import artworks.registry"),
    ("packages", "scripts/planted.py", "import artworks.registry"),
    ("inference", "inference/queue/planted.py", "import inference.services.jobs"),
    ("inference", "inference/planted.py", ""),
    ("style_transfer", "style_transfer/core/planted.py", "import style_transfer.imaging.alpha"),
    ("style_transfer", "style_transfer/planted.py", ""),
    ("engine-alone", "style_transfer/core/planted.py", "import django.http"),
    ("torch", "inference/services/planted.py", "import torch"),
    ("torch", "inference/planted/__init__.py", "import torch"),
    ("only-workers-paint", "gallery/planted.py", "import style_transfer.pipeline.stylize"),
    ("only-workers-paint", "inference/live/planted.py", "import style_transfer.methods.fast"),
    ("no-circles", "library/models.py", "import library.services"),
]


def lint(house: Path, *contracts: str) -> subprocess.CompletedProcess[str]:
    """Run the linter on the copy of the project in `house`."""
    chosen = [argument for each in contracts for argument in ("--contract", each)]
    return subprocess.run(
        [LINTER, "--no-cache", *chosen],
        cwd=house,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """Return a copy of the project's code in which a test may plant a line."""
    for package in PACKAGES:
        shutil.copytree(
            ROOT / package,
            tmp_path / package,
            ignore=shutil.ignore_patterns("*.webp", "*.safetensors", "__pycache__"),
        )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_project_keeps_its_contracts(house: Path) -> None:
    done = lint(house)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("contract", "file", "line"),
    PLANTED,
    ids=[f"{each[0]} {each[1]}" for each in PLANTED],
)
def test_a_planted_import_breaks_the_contract(
    house: Path, contract: str, file: str, line: str
) -> None:
    path = house / file
    path.parent.mkdir(exist_ok=True)
    path.write_text((path.read_text() if path.exists() else "") + f"\n{line}\n")
    done = lint(house, contract)
    assert done.returncode != 0
    assert "BROKEN" in done.stdout
