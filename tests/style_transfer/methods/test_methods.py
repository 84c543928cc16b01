"""A method is one entry in the catalog and one folder; no other code names it."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from style_transfer import methods
from style_transfer.core.catalog import (
    DEFAULT_METHOD,
    FINEST_METHOD,
    METHOD_INFOS,
    Cost,
    MethodInfo,
    MethodMissingError,
    find_method,
)
from style_transfer.core.controls import controls_of
from style_transfer.core.errors import OutOfMemoryError
from style_transfer.core.foresight import foresee
from style_transfer.core.spec import PaintRequest, SpecError, Step, StyleInput, TransferSpec
from style_transfer.methods import load_method
from style_transfer.pipeline.batching import stylize_batch
from style_transfer.pipeline.stylize import stylize

ROOT = Path(__file__).resolve().parents[3]
PHOTO, ARTWORK = Image.new("RGB", (20, 10), "white"), Image.new("RGB", (8, 8), "red")
TINY = MethodInfo(
    slug="tiny",
    title="In one color",
    description="Paints the mean color of the photo.",
    used=("strength", "size", "color"),
    cost=Cost(base=0.1, megapixel=0.1),
    max_pixels=400,
)
FOLDER = '''
"""A method of one folder."""

from style_transfer.core.budget import Plan
from style_transfer.core.catalog import METHOD_INFOS
from style_transfer.methods.frame import Frame


class TinyMethod:
    info = METHOD_INFOS["tiny"]

    def plan(self, task, attempt, limit):
        return Plan(1)

    def paint(self, task, attempt, plan):
        yield Frame(1, 2)
        if attempt.most == 400:
            raise MemoryError
        photo = task.canvas.photo
        yield Frame(2, 2, photo.mean((2, 3), keepdim=True).expand_as(photo))

    def weights(self, spec, shares):
        return ("builtin",)


METHOD = TinyMethod()
'''


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Install a fourth method: an entry in the catalog, and a folder."""
    (tmp_path / "tiny").mkdir()
    (tmp_path / "tiny" / "__init__.py").write_text(FOLDER)
    monkeypatch.setitem(METHOD_INFOS, "tiny", TINY)
    monkeypatch.setattr(methods, "__path__", [*methods.__path__, str(tmp_path)])
    yield "tiny"
    sys.modules.pop("style_transfer.methods.tiny", None)


def paint(spec: TransferSpec) -> Step:
    *_, last = stylize(PHOTO, [StyleInput(ARTWORK)], spec, device="cpu")
    return last


class TestCatalog:
    def test_agrees_with_the_folders(self) -> None:
        folders = {path.parent.name for path in Path(methods.__path__[0]).glob("*/__init__.py")}
        assert folders == set(METHOD_INFOS)

    @pytest.mark.parametrize("slug", METHOD_INFOS)
    def test_equals_the_methods_own_description(self, slug: str) -> None:
        method = load_method(slug)
        assert method.info is METHOD_INFOS[slug]
        assert all(hasattr(method, name) for name in ("plan", "paint", "weights"))
        if method.info.batches:
            needed = ("load", "prepare", "most_in_pass", "plan_pass", "paint_pass")
            assert all(hasattr(method, name) for name in needed)

    def test_contains_the_default_and_the_finest_method(self) -> None:
        assert {DEFAULT_METHOD, FINEST_METHOD} <= set(METHOD_INFOS)

    @pytest.mark.parametrize("slug", ["gone", "", None, 3, ["fast"]])
    def test_names_a_method_that_is_not_installed(self, slug: object) -> None:
        with pytest.raises(MethodMissingError) as caught:
            find_method(slug)
        assert caught.value.code == "method_missing"
        assert "no longer installed" in caught.value.hint

    def test_names_a_method_whose_folder_is_missing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(METHOD_INFOS, "tiny", TINY)
        with pytest.raises(MethodMissingError):
            stylize(PHOTO, [StyleInput(ARTWORK)], TransferSpec(method="tiny"), device="cpu")


class TestFourthMethod:
    def test_paints(self, tiny: str) -> None:
        done = paint(TransferSpec(method=tiny))
        assert done.image is not None
        assert done.image.getpixel((3, 3)) == (255, 255, 255)
        assert done.report is not None
        assert set(done.report.weights) == {"builtin"}

    def test_falls_back_like_all_methods(self, tiny: str) -> None:
        done = paint(TransferSpec(method=tiny, size=64))
        assert done.image is not None
        assert done.image.size == (64, 32)
        assert done.report is not None
        assert "to fit memory" in done.report.resized

    def test_has_controls_and_a_plan(self, tiny: str) -> None:
        assert set(controls_of(find_method(tiny))["properties"]) == set(TINY.used)
        assert foresee((100, 100), TransferSpec(method=tiny)).mb == 0

    def test_is_refused_in_a_batch(self, tiny: str) -> None:
        request = PaintRequest(PHOTO, [StyleInput(ARTWORK)], TransferSpec(method=tiny))
        (step,) = stylize_batch([request], device="cpu")
        assert isinstance(step.error, SpecError)

    def test_is_unknown_without_its_entry(self) -> None:
        with pytest.raises(SpecError, match="method must be one of"):
            TransferSpec(method="tiny")


def _constants(node: ast.AST) -> set[object]:
    return {each.value for each in ast.walk(node) if isinstance(each, ast.Constant)}


def _asked_by(node: ast.AST) -> set[object]:
    """Return the constants that a node compares, looks up or filters by."""
    match node:
        case ast.Compare() | ast.MatchValue():
            return _constants(node)
        case ast.Dict():
            return {key.value for key in node.keys if isinstance(key, ast.Constant)}
        case ast.Subscript():
            return _constants(node.slice)
        # A script may name a method to paint with, but a filter of rows may not.
        case ast.keyword(arg=str(name)) if name.endswith("__method"):
            return _constants(node.value)
        case ast.Assign(targets=[ast.Name(id=name)]) if name.endswith("METHOD"):
            return _constants(node.value)
    return set()


def _slugs_asked_by_name(tree: ast.AST) -> list[int]:
    """List the lines that look up or compare a method by its slug."""
    found = [node for node in ast.walk(tree) if _asked_by(node) & set(METHOD_INFOS)]
    return [getattr(node, "lineno", 0) for node in found]


PACKAGES = ("style_transfer", "inference", "gallery", "library", "accounts", "common", "styleweb")


class TestSlugs:
    def test_are_compared_only_inside_the_methods(self) -> None:
        found = {}
        for package in (*PACKAGES, "scripts", "artworks"):
            for path in sorted((ROOT / package).rglob("*.py")):
                name = path.relative_to(ROOT).as_posix()
                allowed = name.startswith("style_transfer/methods/") or "/migrations/" in name
                if allowed or name == "style_transfer/core/catalog.py":
                    continue
                if lines := _slugs_asked_by_name(ast.parse(path.read_text())):
                    found[name] = lines
        assert found == {}

    @pytest.mark.parametrize(
        "source",
        [
            'if spec.method == "fast": pass',
            'if method in ("fast", "network"): pass',
            'WORDS = {"optimize": 1}',
            'INFOS["network"]',
            'rows.filter(spec__method="fast")',
            'QUICK_METHOD = "fast"',
            'match method:\n    case "fast": pass',
        ],
    )
    def test_are_found_where_they_are_compared(self, source: str) -> None:
        assert _slugs_asked_by_name(ast.parse(source))

    def test_may_choose_a_method_to_paint_with(self) -> None:
        assert not _slugs_asked_by_name(ast.parse('paint(TransferSpec(method="fast"))'))


def test_also_names_lack_of_memory_for_the_fourth_method(
    tiny: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> Iterator[object]:
        raise MemoryError
        yield

    monkeypatch.setattr(type(load_method(tiny)), "paint", fail)
    with pytest.raises(OutOfMemoryError):
        paint(TransferSpec(method=tiny))
