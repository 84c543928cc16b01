"""The list of artworks."""

from pathlib import Path

from artworks import registry
from artworks.registry import MODULES, load_artworks


def test_lists_each_module_once() -> None:
    assert len(set(MODULES)) == len(MODULES)


def test_keeps_the_order_of_the_list() -> None:
    slugs = list(load_artworks())
    assert slugs == [name.replace("_", "-") for name in MODULES]


def test_names_modules_that_have_a_file() -> None:
    folder = Path(registry.__file__).parent
    assert [name for name in MODULES if not (folder / f"{name}.py").is_file()] == []


def test_has_a_render_function_for_each_label() -> None:
    for module in load_artworks().values():
        assert callable(module.render)
