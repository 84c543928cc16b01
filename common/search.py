"""Text as searches compare it: without accents, case and punctuation.

A column keeps the text of a row in this form, and a search looks for each of its words anywhere in
it. Chinese and Japanese have no spaces between words, so each of their characters is a word here;
then an index of three-letter pieces finds them too, although they are short.
"""

import unicodedata
from typing import Final

MAX_WORDS: Final = 8
# Letters that Unicode does not take apart.
_PLAIN: Final = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "\u0131": "i", "þ": "th"}
)
_APOSTROPHES: Final = frozenset("'’\u02bc`")
# Ideographs, kana and the syllables of Korean.
_SINGLE: Final = (
    *((0x3040, 0x30FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xAC00, 0xD7AF), (0xF900, 0xFAFF)),
    (0x20000, 0x3FFFF),
)


def searchable(*texts: str) -> str:
    """Return `texts` as a column keeps them, each with a space at both ends."""
    return f" {' | '.join(filter(None, map(folded, texts)))} "


def folded(text: str) -> str:
    """Return what all spellings of `text` have in common."""
    # Taken apart, so that accents are characters of their own, and put together again for Korean.
    apart = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(each for each in apart if unicodedata.category(each) != "Mn")
    whole = unicodedata.normalize("NFKC", kept).casefold().translate(_PLAIN)
    return " ".join("".join(map(_spaced, whole)).split())


def _spaced(char: str) -> str:
    if char in _APOSTROPHES:
        return ""
    # Some scripts write their vowels with marks.
    if unicodedata.category(char)[0] not in "LNM":
        return " "
    return f" {char} " if _is_single(char) else char


def _is_single(char: str) -> bool:
    return any(first <= ord(char) <= last for first, last in _SINGLE)


def patterns_of(query: str) -> list[str]:
    """Return what a column must contain to match all words of `query`."""
    words = map(folded, query.split()[:MAX_WORDS])
    return [_pattern(word) for word in words if word]


def _pattern(word: str) -> str:
    """Return `word` with a space where the column is known to have one, for the index."""
    before = " " if _is_single(word[0]) else ""
    after = " " if _is_single(word[-1]) else ""
    return f"{before}{word}{after}"
