"""Tests of text that others read: nothing invisible passes as a title."""

import pytest

from common.text import visible_text


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\u200b",
        "\u200b\u200d \u2060",
        "\u3164",
        "\u2800",
        "\u00ad",
        "\ufeff",
        "\u202e",
        "\u0301",
    ],
    ids=ascii,
)
def test_returns_nothing_if_nothing_is_to_be_seen(text: str) -> None:
    assert visible_text(text) == ""


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("  Sea at night ", "Sea at night"),
        ("\u202eexe.gpj", "exe.gpj"),
        ("Sea\u0000\u0007 at night", "Sea at night"),
        ("one\ntwo", "one\ntwo"),
    ],
    ids=["spaces", "direction", "control", "lines"],
)
def test_removes_what_disturbs_other_text(text: str, seen: str) -> None:
    assert visible_text(text) == seen


@pytest.mark.parametrize(
    "text",
    ["海", "👩\u200d🎨", "\u0645\u06cc\u200c\u062e", "e\u0301te\u0301", "?", "1"],
    ids=ascii,
)
def test_keeps_the_scripts_and_symbols_of_the_world(text: str) -> None:
    assert visible_text(text) == text
