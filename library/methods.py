"""Which methods can use a style.

The package that drives the engine knows the methods, and registers them here when it starts.
"""

from collections.abc import Callable

from library.models import Style

_usable: dict[str, Callable[[Style], bool]] = {}


def register_method(slug: str, usable: Callable[[Style], bool]) -> None:
    """Register a method, with a function that returns whether it can use a style."""
    _usable[slug] = usable


def usable_methods(style: Style) -> list[str]:
    """Return the slugs of the methods that can use `style`, in the order of registration."""
    return [slug for slug, usable in _usable.items() if usable(style)]
