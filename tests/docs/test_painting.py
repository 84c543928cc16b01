"""The page about painting: its Chinese version says the same, and what it names exists."""

import re

from tests.test_house import ROOT

ENGLISH, CHINESE = (
    (ROOT / "docs" / name).read_text("utf-8") for name in ("painting.md", "painting.zh-CN.md")
)
FOLDERS = (ROOT, ROOT / "style_transfer", ROOT / "style_transfer" / "methods" / "fast")


def levels(page: str) -> list[int]:
    """Return the level of each heading."""
    return [len(each) for each in re.findall(r"^(#+) ", page, re.MULTILINE)]


def figures(page: str) -> list[list[str]]:
    """Return the numbers in each row of the tables."""
    rows = re.findall(r"^\|.*\|$", page, re.MULTILINE)
    return [re.findall(r"\d+(?:\.\d+)?", row) for row in rows]


def code(page: str) -> set[str]:
    """Return what the page marks as code: names, options and paths."""
    return {" ".join(each.split()) for each in re.findall(r"`([^`]+)`", page)}


def commands(page: str) -> list[str]:
    """Return the lines of commands."""
    return re.findall(r"^    \S.*$", page, re.MULTILINE)


def test_has_the_same_parts_in_both_languages() -> None:
    assert levels(ENGLISH) == levels(CHINESE)
    assert len(levels(ENGLISH)) > 15


def test_has_the_same_figures_in_both_languages() -> None:
    # The sentences of a row may name numbers in another order.
    assert [sorted(row) for row in figures(ENGLISH)] == [sorted(row) for row in figures(CHINESE)]


def test_has_the_same_names_and_commands_in_both_languages() -> None:
    assert code(ENGLISH) == code(CHINESE)
    assert commands(ENGLISH) == commands(CHINESE)


def test_names_files_that_exist() -> None:
    named = {each for each in code(ENGLISH) if re.fullmatch(r"[a-z_/]+\.py|[a-z_/]+/", each)}
    assert "schedule.py" in named
    assert {each for each in named if not any((base / each).exists() for base in FOLDERS)} == set()


def test_links_to_pages_and_pictures_that_exist() -> None:
    for page in (ENGLISH, CHINESE):
        links = re.findall(r"\]\(([^)#:]+)\)", page)
        assert {each for each in links if not (ROOT / "docs" / each).is_file()} == set()


def test_links_from_one_language_to_the_other() -> None:
    assert "](painting.zh-CN.md)" in ENGLISH
    assert "](painting.md)" in CHINESE
