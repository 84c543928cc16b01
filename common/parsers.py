"""Parsers of request bodies that stop at a limit."""

import io
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from rest_framework.parsers import JSONParser


class BoundedJSONParser(JSONParser):
    """Reads a JSON body of at most `settings.API_BODY_BYTES`.

    Django limits the bodies that it reads itself. DRF gives the parser the stream.
    """

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        """Read the body. Raises `RequestDataTooBig`, or `ParseError` if it is not JSON."""
        body = stream.read(settings.API_BODY_BYTES + 1)
        if len(body) > settings.API_BODY_BYTES:
            message = "The body is longer than a request of the API can be."
            raise RequestDataTooBig(message)
        return super().parse(io.BytesIO(body), media_type, parser_context)
