"""Which ways of painting can use a style.

The ways belong to the package that drives the engine, which registers them when it starts.
"""

from library.models import Style

_needs_picture: dict[str, bool] = {}


def register_method(slug: str, *, needs_picture: bool) -> None:
    """Make a way of painting known; one that needs no picture can paint from a style code."""
    _needs_picture[slug] = needs_picture


def usable_methods(style: Style) -> list[str]:
    """Name the ways of painting that can use `style`, in the order they were registered."""
    return [slug for slug, needed in _needs_picture.items() if style.has_picture or not needed]
