"""The house rules that a machine can check: sizes, paths, secrets, licenses of what is shipped."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = (
    "styleweb",
    "gallery",
    "inference",
    "library",
    "accounts",
    "common",
    "scripts",
    "style_transfer",
    "artworks",
)
LONGEST_MODULE = 400
LONGEST_FUNCTION = 60
BINARY = {".webp", ".jpg", ".png", ".mo", ".safetensors", ".code", ".woff2", ".ico"}


def tracked() -> list[Path]:
    """Return the files of the project as git knows them, new ones included."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [ROOT / line for line in listed.stdout.splitlines() if (ROOT / line).is_file()]


def modules() -> Iterator[Path]:
    """Yield the project's own modules, tests included, migrations not."""
    for path in tracked():
        if path.suffix == ".py" and "migrations" not in path.parts:
            yield path


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield every function of a module, methods and inner ones included."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return how many lines a function takes."""
    return (node.end_lineno or node.lineno) - node.lineno + 1


def test_no_module_is_longer_than_a_sitting() -> None:
    sizes = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in modules()}
    assert {name: size for name, size in sizes.items() if size > LONGEST_MODULE} == {}


def test_no_function_is_longer_than_a_screen() -> None:
    long = {
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}": length(node)
        for path in modules()
        for node in functions(ast.parse(path.read_text()))
        if length(node) > LONGEST_FUNCTION
    }
    assert long == {}


@pytest.mark.parametrize("name", ["utils.py", "helpers.py", "misc.py", "selectors.py"])
def test_has_no_module_named_for_nothing(name: str) -> None:
    assert [path for path in modules() if path.name == name] == []


def test_each_module_says_what_it_is() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in modules()
        if path.relative_to(ROOT).parts[0] in PACKAGES
        and path.name not in {"__init__.py", "apps.py"}
        and ast.get_docstring(ast.parse(path.read_text())) is None
    ]
    assert silent == []


@pytest.mark.parametrize(
    "pattern",
    [
        r"BEGIN [A-Z ]*PRIVATE KEY",
        r"(?<![\w./-])/(?:root|home/\w+)/[\w.]",
        r"(?:pypi|npmjs|pythonhosted)\.(?:org|com)",
        r"\bprint\(.*password",
    ],
)
def test_no_file_holds_a_secret_a_private_path_or_a_registry(pattern: str) -> None:
    found = [
        str(path.relative_to(ROOT))
        for path in tracked()
        if path.suffix not in BINARY and path.name != Path(__file__).name
        if re.search(pattern, path.read_text(errors="ignore"))
    ]
    assert found == []


def test_pins_every_package_that_it_installs() -> None:
    pins = (ROOT / "constraints.txt").read_text().splitlines()
    assert [line for line in pins if not re.fullmatch(r"[\w.-]+==[\w.!+-]+", line)] == []


def test_weights_and_pictures_stay_small() -> None:
    shipped = sum(path.stat().st_size for path in tracked() if path.suffix in BINARY)
    weights = sum(path.stat().st_size for path in tracked() if path.suffix == ".safetensors")
    assert weights <= 12 * 2**20
    assert shipped <= 40 * 2**20


def test_no_pickled_model_is_shipped_or_loaded() -> None:
    assert [p for p in tracked() if p.suffix in {".pt", ".pth", ".pkl", ".ckpt"}] == []
    loads = [
        str(path.relative_to(ROOT))
        for path in modules()
        if path.relative_to(ROOT).parts[0] in PACKAGES
        for call in re.findall(r"torch\.load\([^)]*\)", path.read_text())
        if "weights_only=True" not in call
    ]
    assert loads == []


def test_tests_outweigh_the_source() -> None:
    source = sum(
        len(path.read_text().splitlines())
        for path in modules()
        if path.relative_to(ROOT).parts[0] in PACKAGES
    )
    tests = sum(
        len(path.read_text().splitlines())
        for path in modules()
        if path.relative_to(ROOT).parts[0] == "tests"
    )
    assert tests >= 0.5 * source  # the floor under the goal of 1.3, which reviews keep
