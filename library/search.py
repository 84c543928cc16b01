"""The search of the library. It forgives: if nothing has the words, it takes words that are close.

The studio searches its tiles in the same way (static/js/search.js); a test compares the two.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, reduce
from operator import or_
from typing import Final, TypeVar

from django.db.models import Q

from common.search import MAX_WORDS, folded
from library.description_words import DESCRIPTIONS
from library.label_words import in_all_languages
from library.models import Style, StyleQuerySet

Key = TypeVar("Key")
# The columns in which the words of a search may be. Tags are not among them: the database would
# search their JSON text, which has brackets, quotes and, on SQLite, escapes in place of Chinese.
PLACES: Final = (
    *("title", "artist__name", "technique", "medium", "culture", "date_text"),
    "description",
)
# Artists whose names are also written in other scripts, or in another way.
OTHER_NAMES: Final[Mapping[str, str]] = {
    "August Macke": "奥古斯特·马克",
    "Edvard Munch": "爱德华·蒙克 孟克",
    "Claude Monet": "克劳德·莫奈",
    "Johannes Vermeer": "约翰内斯·维米尔 弗美尔",
    "J. M. W. Turner": "威廉·透纳 特纳",
    "Katsushika Hokusai": "葛饰北斋 葛飾北齋 葛飾北斎",
    "Paul Gauguin": "保罗·高更",
    "Utagawa Kuniyoshi": "歌川国芳 歌川國芳",
    "Wassily Kandinsky": "瓦西里·康定斯基 Vasily",
    "Vincent van Gogh": "文森特·梵高 凡高 梵谷",
}
# With more styles than this, only the first are searched for words that are close, and for tags.
_MOST_SCANNED = 2000
# A longer word is no misspelled word, and is only looked for as it is.
_LONGEST_WORD = 40


def find_styles(styles: StyleQuerySet, query: str) -> StyleQuerySet:
    """Keep those of `styles` with each word of `query`, or else those with words that are close."""
    words = query.split()[:MAX_WORDS]
    if not words:
        return styles
    some = list(_searched(styles))
    beside = {style.pk: _beside(style) for style in some}
    exact = styles
    for word in words:
        either = (Q(**{f"{place}__icontains": word}) for place in PLACES)
        exact = exact.filter(reduce(or_, either) | Q(pk__in=_with_word(beside, word)))
    if exact.exists():
        return exact
    texts = {style.pk: search_text(style) for style in some}
    return styles.filter(pk__in=[pk for pk, fits in close_matches(texts, query).items() if fits])


def search_text(style: Style) -> str:
    """Return all words by which `style` can be found."""
    artist = style.artist.name
    facts = (style.title, artist, style.technique, style.medium, style.culture, style.date_text)
    return " ".join([*facts, style.description, *_words_beside(style)])


def close_matches(texts: Mapping[Key, str], query: str) -> dict[Key, bool]:
    """Tell of each text whether it has each word of `query`, or one that is close to it."""
    words = folded(query).split()[:MAX_WORDS]
    known = _known(tuple(texts.values()))
    close = [known.close_to(word) for word in words]
    found = (bool(words) and all(not own.isdisjoint(each) for each in close) for own in known.words)
    return dict(zip(texts, found, strict=True))


def _searched(styles: StyleQuerySet) -> StyleQuerySet:
    """Return the first of `styles`, with the columns that have words."""
    columns = [each for each in PLACES if "__" not in each]
    first = styles.order_by("position", "title")[:_MOST_SCANNED]
    # Without the other rows that a caller may have joined.
    joined = first.select_related(None).select_related("artist")
    return joined.only("artist__name", "tags", *columns)


def _words_beside(style: Style) -> list[str]:
    """Return the words of `style` that none of the columns has as the reader writes them."""
    tags = [str(tag) for tag in style.tags] if isinstance(style.tags, list) else []
    # Few descriptions are translated, and each one that is looked up takes a place in a cache.
    described = style.description if style.description in DESCRIPTIONS else ""
    labels = (in_all_languages(each) for each in (style.technique, style.medium, described))
    return [*tags, *labels, OTHER_NAMES.get(style.artist.name, "")]


def _beside(style: Style) -> str:
    """Return the folded words beside the columns, with a line for each."""
    return "\n".join(map(_folded, _words_beside(style)))


def _with_word(beside: Mapping[Key, str], word: str) -> list[Key]:
    """Return the keys of the texts with `word`."""
    sought = folded(word)
    return [key for key, text in beside.items() if sought in text] if sought else []


@dataclass(frozen=True)
class _Known:
    """The words of each text, and all words by their first letter."""

    words: list[frozenset[str]]
    by_letter: Mapping[str, Sequence[str]]

    def close_to(self, word: str) -> set[str]:
        """Return the words that are close to `word`."""
        # Only words with the same first letter can be misspelled.
        alike = {each for each in self.by_letter.get(word[0], ()) if is_close(word, each)}
        return alike.union(*([e for e in words if word in e] for words in self.by_letter.values()))


# Searches that follow one another have the same texts, until somebody changes a style.
@lru_cache(maxsize=8)
def _known(texts: tuple[str, ...]) -> _Known:
    words = [_words_of(text) for text in texts]
    by_letter: dict[str, list[str]] = defaultdict(list)
    for each in frozenset[str]().union(*words):
        by_letter[each[0]].append(each)
    return _Known(words, dict(by_letter))


def is_close(word: str, other: str) -> bool:
    """Tell whether `word`, typed by a user, is a part of `other`, or is meant to be its beginning.

    Both are folded. The first letter must be right. A short word may have one letter wrong, missing
    or too much, or two changed places; a long one may have two.
    """
    if word in other:
        return True
    allowed = 0 if len(word) < 3 else 1 if len(word) < 6 else 2
    if not allowed or len(word) > _LONGEST_WORD or word[0] != other[0]:
        return False
    beginnings = {other, other[: len(word)], other[: len(word) + 1]}
    # Each letter by which the lengths differ is one to add or remove.
    near = (each for each in beginnings if abs(len(word) - len(each)) <= allowed)
    return any(_distance(word, each, allowed) <= allowed for each in near)


def _distance(word: str, other: str, most: int) -> int:
    """Count the letters to change, add, remove or swap with the next (optimal string alignment).

    The count ends early when it will be more than `most`.
    """
    before: Sequence[int] = ()
    row: Sequence[int] = range(len(other) + 1)
    for i, letter in enumerate(word):
        older, before, row = before, row, [i + 1]
        for j, another in enumerate(other):
            cost = min(before[j + 1] + 1, row[j] + 1, before[j] + (letter != another))
            if i and j and letter == other[j - 1] and word[i - 1] == another:
                cost = min(cost, older[j - 1] + 1)
            row.append(cost)
        # A swap goes back two rows.
        if min(row) > most and min(before) > most:
            return most + 1
    return row[-1]


@lru_cache(maxsize=4 * _MOST_SCANNED)
def _words_of(text: str) -> frozenset[str]:
    return frozenset(folded(text).split())


@lru_cache(maxsize=8 * _MOST_SCANNED)
def _folded(text: str) -> str:
    return folded(text)
