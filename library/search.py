"""The search of the library. It forgives: if nothing has the words, it takes words that are close.

The studio searches its tiles in the same way (static/js/search.js); a test compares the two.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache, reduce
from operator import or_
from typing import Final, TypeVar

from django.db.models import Q

from common.search import MAX_WORDS, folded
from library.models import Style, StyleQuerySet

Key = TypeVar("Key")
# Where the words of a search may be.
PLACES: Final = (
    *("title", "artist__name", "technique", "medium", "culture", "date_text"),
    *("description", "tags"),
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
# With more styles than this, only the first are searched for words that are close.
_MOST_SCANNED = 2000


def find_styles(styles: StyleQuerySet, query: str) -> StyleQuerySet:
    """Keep those of `styles` with each word of `query`, or else those with words that are close."""
    words = query.split()[:MAX_WORDS]
    if not words:
        return styles
    exact = styles
    for word in words:
        either = (Q(**{f"{place}__icontains": word}) for place in PLACES)
        exact = exact.filter(reduce(or_, either))
    if exact.exists():
        return exact
    some = styles.select_related("artist").order_by("position", "title")[:_MOST_SCANNED]
    texts = {style.pk: search_text(style) for style in some}
    return styles.filter(pk__in=[pk for pk, fits in close_matches(texts, query).items() if fits])


def search_text(style: Style) -> str:
    """Return all words by which `style` can be found."""
    artist = style.artist.name
    facts = (style.title, artist, style.technique, style.medium, style.culture, style.date_text)
    tags = [str(tag) for tag in style.tags] if isinstance(style.tags, list) else []
    return " ".join([*facts, style.description, *tags, OTHER_NAMES.get(artist, "")])


def close_matches(texts: Mapping[Key, str], query: str) -> dict[Key, bool]:
    """Tell of each text whether it has each word of `query`, or one that is close to it."""
    words = _folded(query).split()[:MAX_WORDS]
    known = {key: set(_folded(text).split()) for key, text in texts.items()}
    vocabulary = set().union(*known.values())
    close = [{each for each in vocabulary if is_close(word, each)} for word in words]
    return {key: bool(words) and all(own & each for each in close) for key, own in known.items()}


def is_close(word: str, other: str) -> bool:
    """Tell whether `word`, typed by a user, is a part of `other`, or is meant to be its beginning.

    Both are folded. The first letter must be right. A short word may have one letter wrong, missing
    or too much, or two changed places; a long one may have two.
    """
    if word in other:
        return True
    allowed = 0 if len(word) < 3 else 1 if len(word) < 6 else 2
    if not allowed or word[0] != other[0]:
        return False
    beginnings = {other, other[: len(word)], other[: len(word) + 1]}
    return any(_distance(word, each) <= allowed for each in beginnings)


def _distance(word: str, other: str) -> int:
    """Count the letters to change, add, remove or swap with the next (optimal string alignment)."""
    before: Sequence[int] = ()
    row: Sequence[int] = range(len(other) + 1)
    for i, letter in enumerate(word):
        older, before, row = before, row, [i + 1]
        for j, another in enumerate(other):
            cost = min(before[j + 1] + 1, row[j] + 1, before[j] + (letter != another))
            if i and j and letter == other[j - 1] and word[i - 1] == another:
                cost = min(cost, older[j - 1] + 1)
            row.append(cost)
    return row[-1]


@lru_cache(maxsize=4 * _MOST_SCANNED)
def _folded(text: str) -> str:
    return folded(text)
