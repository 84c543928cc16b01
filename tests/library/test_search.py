"""Tests of the search of the library: exact where there is something, else forgiving."""

import pytest

from library.models import Artist, Style
from library.search import find_styles, is_close
from tests.support.factories import make_style

pytestmark = pytest.mark.django_db


def named(slug: str, **facts: object) -> Style:
    """Return a style of the library with these facts."""
    style = make_style(slug)
    Style.objects.filter(pk=style.pk).update(**facts)
    return style


@pytest.fixture
def night() -> Style:
    """Return a style by a known artist, with a description and tags, beside another style."""
    named("dots", title="Noon, Counted in Dots", technique="Pointillism")
    return named(
        "night",
        title="The Starry Night",
        artist=Artist.objects.create(name="Vincent van Gogh"),
        description="A village under a moving sky.",
        tags=["star", "cypress", "swirl"],
    )


@pytest.mark.parametrize(
    "query",
    ["van gogh", "Van Goh", "vincnet", "梵高", "village", "cypress", "cypresses", "stary nigth"],
)
def test_finds_what_is_meant(night: Style, query: str) -> None:
    assert [*find_styles(Style.objects.published(), query)] == [night]


@pytest.mark.parametrize("query", ["cubism", "gogh dots", "莫奈", "xx", "---"])
def test_finds_nothing_else(night: Style, query: str) -> None:
    assert not find_styles(Style.objects.published(), query).exists()
    assert night


def test_takes_close_words_only_where_no_style_has_them(night: Style) -> None:
    named("knight", title="A Knigth")
    assert [*find_styles(Style.objects.published(), "night")] == [night]
    assert find_styles(Style.objects.published(), "").count() == 3


@pytest.mark.parametrize(
    ("word", "other", "close"),
    [
        ("goh", "gogh", True),
        ("flowers", "flower", True),
        ("impresion", "impressionism", True),
        ("hokusay", "hokusai", True),
        ("red", "bed", False),
        ("go", "gogh", True),
        ("gx", "gogh", False),
        ("monet", "manuel", False),
    ],
)
def test_knows_which_words_are_close(word: str, other: str, *, close: bool) -> None:
    assert is_close(word, other) is close
