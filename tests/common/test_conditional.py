"""ETags: a known reply is not sent again, and proxies do not cache private replies."""

from typing import Any

from django.http import HttpResponse
from django.views import View
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from common.conditional import answers_conditionally


@answers_conditionally
class Counting(APIView):
    """A view with an answer that the test sets."""

    authentication_classes = ()
    permission_classes = ()
    throttle_classes = ()
    answer = 1

    def get(self, request: Request) -> Response:
        """Answer."""
        return Response({"answer": self.answer})

    def post(self, request: Request) -> Response:
        """Answer a change."""
        return Response({"answer": self.answer})


@answers_conditionally
class File(View):
    """A view that sets its own Cache-Control."""

    def get(self, request: Any) -> HttpResponse:
        """Answer."""
        return HttpResponse("file", headers={"Cache-Control": "public, max-age=300"})


def ask(method: str = "get", *, answer: int = 1, **headers: str) -> Response:
    """Call the counting view."""
    request = getattr(APIRequestFactory(), method)("/", headers=headers)
    response = Counting.as_view(answer=answer)(request)
    assert isinstance(response, Response)
    return response


def rendered(method: str = "get", *, answer: int = 1, **headers: str) -> Any:
    """Call the counting view and render the answer, as the handler does."""
    return ask(method, answer=answer, **headers).render()


def test_adds_an_etag_to_a_reply() -> None:
    assert rendered()["ETag"] == rendered()["ETag"]
    assert rendered(answer=2)["ETag"] != rendered()["ETag"]


def test_lets_only_the_browser_cache_a_reply_and_check_it() -> None:
    assert rendered()["Cache-Control"] == "private, no-cache"


def test_adds_no_etag_to_a_change() -> None:
    assert "ETag" not in rendered("post").headers


def test_does_not_change_the_cache_control_of_a_file() -> None:
    response = File.as_view()(APIRequestFactory().get("/"))
    assert response["Cache-Control"] == "public, max-age=300"
