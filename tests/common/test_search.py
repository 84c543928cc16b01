"""What a search finds: any spelling, in any script, and nothing by accident."""

import pytest

from common.search import MAX_WORDS, folded, patterns_of, searchable


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("Été à la mer", "ete"),
        ("Ete a la mer", "ÉTÉ"),
        ("STRASSE", "straße"),
        ("Straße", "strasse"),
        ("Søren Łukasz", "soren lukasz"),
        ("O'Keeffe", "okeeffe"),
        ("O’Keeffe", "o'keeffe"),
        ("\uff26\uff55\uff4c\uff4c \uff57\uff49\uff44\uff54\uff48", "full width"),
        ("海邊的星夜", "星夜"),
        ("海邊的星夜", "夜"),
        ("ガラス", "ｶﾞﾗｽ"),
        ("서울의 밤", "서울"),
        ("Ночь Ёлка", "елка"),
        ("rooftops", "roof"),
        ("red-and-blue", "red blue"),
    ],
)
def test_finds_any_spelling(text: str, query: str) -> None:
    patterns = patterns_of(query)
    assert patterns
    assert all(each in searchable(text) for each in patterns)


@pytest.mark.parametrize(
    ("text", "query"),
    [("星空", "夜"), ("星 a 夜", "星夜"), ("sea", "seal"), ("서울", "밤")],
)
def test_finds_nothing_else(text: str, query: str) -> None:
    assert not all(each in searchable(text) for each in patterns_of(query))


def test_does_not_join_two_texts() -> None:
    assert " red sea " not in searchable("Red", "Sea")


@pytest.mark.parametrize("query", ["", "   ", "!!!", "… —", "\u0301"])
def test_has_no_words_where_there_are_none(query: str) -> None:
    assert patterns_of(query) == []


def test_looks_for_a_few_words_only() -> None:
    assert len(patterns_of("word " * 500)) == MAX_WORDS


def test_gives_an_index_whole_characters_to_look_up() -> None:
    assert patterns_of("星夜 sea") == [" 星 夜 ", "sea"]
    assert folded("Van Gogh's 星夜") == "van goghs 星 夜"
