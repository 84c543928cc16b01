"""Text that people type and others read: without characters that hide it or turn it around."""

import unicodedata
from typing import Final

# Overrides and isolates of the writing direction. They could turn around the text after them too.
_DIRECTIONS: Final = {*range(0x202A, 0x202F), *range(0x2066, 0x206A)}
# These are letters or symbols by their category, but nothing is to be seen of them.
BLANK_LETTERS: Final = frozenset("\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")


def visible_text(text: str) -> str:
    """Return `text` without control characters and outer spaces; empty if nothing is to be seen.

    Joiners inside the text stay: scripts such as Persian, and some emoji, need them.
    """
    kept = "".join(char for char in text if not _disturbs(char)).strip()
    return kept if any(map(_is_visible, kept)) else ""


def _disturbs(char: str) -> bool:
    # A line break in a description is harmless, and people do type it.
    return ord(char) in _DIRECTIONS or (unicodedata.category(char) == "Cc" and char not in "\n\t")


def _is_visible(char: str) -> bool:
    return unicodedata.category(char)[0] not in "ZCM" and char not in BLANK_LETTERS
