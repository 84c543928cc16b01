"""ETags of replies: nothing is sent twice, nothing private is kept by strangers."""

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
    """A view whose answer the test sets."""

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
    """A view that says itself how long its answer may be kept."""

    def get(self, request: Any) -> HttpResponse:
        """Answer."""
        return HttpResponse("file", headers={"Cache-Control": "public, max-age=300"})


def ask(method: str = "get", *, answer: int = 1, **headers: str) -> Response:
    """Ask the counting view."""
    request = getattr(APIRequestFactory(), method)("/", headers=headers)
    response = Counting.as_view(answer=answer)(request)
    assert isinstance(response, Response)
    return response


def rendered(method: str = "get", *, answer: int = 1, **headers: str) -> Any:
    """Ask the counting view and render the answer, as the handler does."""
    return ask(method, answer=answer, **headers).render()


def test_tags_what_it_answers() -> None:
    assert rendered()["ETag"] == rendered()["ETag"]
    assert rendered(answer=2)["ETag"] != rendered()["ETag"]


def test_lets_no_one_keep_it_unasked() -> None:
    assert rendered()["Cache-Control"] == "private, no-cache"


def test_does_not_tag_a_change() -> None:
    assert "ETag" not in rendered("post").headers


def test_leaves_the_rule_of_a_file_alone() -> None:
    response = File.as_view()(APIRequestFactory().get("/"))
    assert response["Cache-Control"] == "public, max-age=300"
