"""Tests of the search of the library: exact where there is something, else forgiving."""

import pytest

from library import search
from library.models import Artist, Style
from library.search import close_matches, find_styles, is_close
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


@pytest.mark.parametrize("query", ["cubism", "gogh dots", "莫奈", "xx", "---", "[", '"', "u65"])
def test_finds_nothing_else(night: Style, query: str) -> None:
    assert not find_styles(Style.objects.published(), query).exists()
    assert night


def test_takes_close_words_only_where_no_style_has_them(night: Style) -> None:
    named("knight", title="A Knigth")
    assert [*find_styles(Style.objects.published(), "night")] == [night]
    assert find_styles(Style.objects.published(), "").count() == 3


@pytest.mark.parametrize("query", ["山水", "水", "Élan", "elan"])
def test_finds_tags_in_any_script(night: Style, query: str) -> None:
    # SQLite keeps them as escapes.
    drawn = named("drawn", tags=["山水", "élan"])
    assert [*find_styles(Style.objects.published(), query)] == [drawn]
    assert night


@pytest.mark.parametrize("query", ["Woodcut", "木刻版画", "木刻"])
def test_finds_a_technique_in_each_language(night: Style, query: str) -> None:
    cut = named("cut", technique="Woodcut")
    assert cut in find_styles(Style.objects.published(), query)
    assert night not in find_styles(Style.objects.published(), query)


def test_sees_what_was_just_changed(night: Style) -> None:
    assert not find_styles(Style.objects.published(), "midnigth")
    Style.objects.filter(pk=night.pk).update(title="Midnight")
    assert [*find_styles(Style.objects.published(), "midnigth")] == [night]


def test_counts_few_letters_for_a_long_query(monkeypatch: pytest.MonkeyPatch) -> None:
    counted = []
    distance = search._distance  # it is what takes time

    def count(word: str, other: str, most: int) -> int:
        counted.append(len(word) * len(other))
        return distance(word, other, most)

    monkeypatch.setattr(search, "_distance", count)
    texts = {length: "a" * length for length in range(1, 400)}
    # Eight words of all that were given, none of them without end.
    found = close_matches(texts, " ".join(["ab" * 10] * 8 + ["ac" * 99] * 50))
    assert not any(found.values())
    assert len(counted) <= 8 * 3 * len(texts)
    assert max(counted) <= 20 * 22
    counted.clear()
    close_matches(texts, "ab" * 100)
    assert counted == []


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
        ("kandinksy", "kandinsky", True),
    ],
)
def test_knows_which_words_are_close(word: str, other: str, *, close: bool) -> None:
    assert is_close(word, other) is close
