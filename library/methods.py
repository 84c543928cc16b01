"""Which ways of painting can use a style.

The ways belong to the package that drives the engine, which registers them when it starts.
"""

from collections.abc import Callable

from library.models import Style

_usable: dict[str, Callable[[Style], bool]] = {}


def register_method(slug: str, usable: Callable[[Style], bool]) -> None:
    """Make a way of painting known, with what tells whether it can use a style."""
    _usable[slug] = usable


def usable_methods(style: Style) -> list[str]:
    """Name the ways of painting that can use `style`, in the order they were registered."""
    return [slug for slug, usable in _usable.items() if usable(style)]
