"""Parsers of request bodies that stop at a limit."""

import io
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from rest_framework.parsers import JSONParser, MultiPartParser

from common.body_limit import FORM_BYTES
from common.problems import Problem
from common.uploads import too_large


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


class UploadParser(MultiPartParser):
    """Reads a form with a file, unless its Content-Length is already too large."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        """Parse the form; raises `Problem` before its first byte is read."""
        # Without this check the parser would first write the whole body to the disk.
        length = parser_context["request"].META.get("CONTENT_LENGTH") or "0"
        if length.isdecimal() and int(length) > settings.MAX_UPLOAD_BYTES + FORM_BYTES:
            sentence = too_large(int(length), settings.MAX_UPLOAD_BYTES)
            raise Problem("body_too_large", sentence, status=413)
        return super().parse(stream, media_type, parser_context)
