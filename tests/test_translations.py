"""The Chinese catalog is whole: every sentence translated, every placeholder kept, compiled."""

import gettext
import re
from ast import literal_eval
from collections import Counter
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parent.parent / "locale" / "zh_Hans" / "LC_MESSAGES"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w+\}")
ENTRY = re.compile(r'^msgid ((?:".*"\n)+)msgstr ((?:".*"\n?)+)', re.MULTILINE)


def text_of(quoted: str) -> str:
    """Return what the quoted lines of a catalog say."""
    return "".join(literal_eval(line) for line in quoted.splitlines())


ENTRIES = [
    (text_of(original), text_of(translated))
    for original, translated in ENTRY.findall((FOLDER / "django.po").read_text("utf-8"))
    if text_of(original)
]


@pytest.fixture(scope="module")
def compiled() -> gettext.GNUTranslations:
    """Return the catalog as the site reads it."""
    with (FOLDER / "django.mo").open("rb") as file:
        return gettext.GNUTranslations(file)


def test_holds_the_words_of_the_site() -> None:
    assert len(ENTRIES) > 300


def test_leaves_nothing_untranslated() -> None:
    assert [original for original, translated in ENTRIES if not translated] == []


def test_tells_no_visitor_to_run_a_command_of_the_administrator() -> None:
    commands = ("fetch_weights", "manage.py", "python -m")
    assert [each for each, _ in ENTRIES if any(word in each for word in commands)] == []


def test_keeps_every_placeholder() -> None:
    changed = [
        original
        for original, translated in ENTRIES
        if Counter(PLACEHOLDER.findall(original)) != Counter(PLACEHOLDER.findall(translated))
    ]
    assert changed == []


def test_keeps_every_link() -> None:
    lost = [each for each in ENTRIES if each[0].count("<a ") != each[1].count("<a ")]
    assert lost == []


def test_is_compiled_from_these_words(compiled: gettext.GNUTranslations) -> None:
    stale = [
        original for original, translated in ENTRIES if compiled.gettext(original) != translated
    ]
    assert stale == []
