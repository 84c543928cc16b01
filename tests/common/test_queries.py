"""Query parameters that select one of a few words."""

import pytest
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from common.problems import Problem
from common.queries import chosen

SIZES = ("full", "preview", "thumb")


def request(**query: str) -> Request:
    """Return a request with these query parameters."""
    return Request(APIRequestFactory().get("/", query))


def test_returns_the_first_word_when_none_is_chosen() -> None:
    assert chosen(request(), "variant", SIZES) == "full"


@pytest.mark.parametrize("word", SIZES)
def test_accepts_each_word(word: str) -> None:
    assert chosen(request(variant=word), "variant", SIZES) == word


@pytest.mark.parametrize("word", ["", "FULL", "full ", "../full", "\0", "full,thumb"])
def test_refuses_any_other_word(word: str) -> None:
    with pytest.raises(Problem) as caught:
        chosen(request(variant=word), "variant", SIZES)
    assert (caught.value.status_code, caught.value.code) == (422, "invalid_choice")
    assert "full, preview, thumb" in str(caught.value)


def test_reads_only_its_own_parameter() -> None:
    assert chosen(request(size="thumb"), "variant", SIZES) == "full"
