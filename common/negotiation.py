"""Content negotiation for addresses that answer with a file. It ignores the Accept header."""

from collections.abc import Iterable
from typing import Any

from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request


class AnyAccept(BaseContentNegotiation):
    """Selects the only renderer of the view. It renders errors; the file is sent unchanged."""

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser:
        """Return the first parser. A request for a file has no body, so any parser works."""
        return next(iter(parsers))

    def select_renderer(
        self,
        request: Request,
        renderers: Iterable[BaseRenderer],
        format_suffix: str | None = None,
    ) -> tuple[BaseRenderer, Any]:
        """Return the first renderer."""
        renderer = next(iter(renderers))
        return renderer, renderer.media_type
