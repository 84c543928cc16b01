"""Addresses of files ignore the Accept header."""

import pytest
from rest_framework.parsers import JSONParser
from rest_framework.renderers import JSONRenderer, StaticHTMLRenderer
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from common.negotiation import AnyAccept


@pytest.mark.parametrize("accept", ["image/avif,image/webp,*/*;q=0.8", "image/png", "", "nonsense"])
def test_selects_the_first_renderer(accept: str) -> None:
    request = Request(APIRequestFactory().get("/", headers={"Accept": accept}))
    first, second = JSONRenderer(), StaticHTMLRenderer()
    renderer, media_type = AnyAccept().select_renderer(request, [first, second])
    assert renderer is first
    assert media_type == "application/json"


def test_selects_the_first_parser() -> None:
    parser = JSONParser()
    assert AnyAccept().select_parser(Request(APIRequestFactory().get("/")), [parser]) is parser
