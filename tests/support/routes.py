"""The routes of the API, with their methods."""

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver

from styleweb.api import urlpatterns

METHODS = ("get", "post", "put", "patch", "delete")


def routes(patterns: list[Any] = urlpatterns) -> Iterator[tuple[str, str]]:
    """Yield each route of the API with each of its methods."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns)
        elif isinstance(pattern, URLPattern) and pattern.name:
            actions = getattr(pattern.callback, "actions", None)
            view = pattern.callback.cls  # type: ignore[attr-defined]
            for method in METHODS:
                if method in actions if actions else hasattr(view, method):
                    yield pattern.name, method
