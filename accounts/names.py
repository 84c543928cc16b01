"""Spellings of names: which are the same name, and which look the same to a reader.

Two accounts never have the same key. A new name is also refused if it looks like another name.
"""

import unicodedata
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.lookalikes import LOOKALIKES
from common.text import BLANK_LETTERS

# These occur together in ordinary names. Other alphabets are not mixed (UTS 39, "highly
# restrictive").
_TOGETHER = (
    {"LATIN", "CJK", "HIRAGANA", "KATAKANA"},
    {"LATIN", "CJK", "BOPOMOFO"},
    {"LATIN", "CJK", "HANGUL"},
)
_SCRIPT_OF_WORD = {"IDEOGRAPHIC": "CJK", "EXTENDED": "ARABIC"}
# Control and format characters, surrogates, private and unassigned code points.
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_JOINERS = frozenset("\u200c\u200d")
# In many fonts these ASCII characters look the same.
_ALIKE_IN_ASCII = str.maketrans("i10", "llo")


def normalize_name(name: str) -> str:
    """Return the spelling that is stored: full-width letters, for example, become usual ones."""
    return unicodedata.normalize("NFKC", name)


def name_key(name: str) -> str:
    """Return what all spellings of one name have in common: upper and lower case are equal."""
    return normalize_name(normalize_name(name).casefold())


def name_look(name: str) -> str:
    """Return what all names have in common that a reader takes for each other."""
    # Decomposed first, so that a letter of another alphabet is found under an accent, too.
    letters = unicodedata.normalize("NFKD", name).translate(LOOKALIKES)
    seen = "".join(each for each in letters if not _is_blank(each))
    return " ".join(name_key(seen).translate(_ALIKE_IN_ASCII).replace("rn", "m").split())


def normalize_email(address: str) -> str:
    """Return the spelling of an email address that is stored.

    Mail servers read full-width letters of a domain as usual ones, so the mailbox is the same.
    """
    return normalize_name(address).strip().lower()


def refuse_bad_username(name: str) -> None:
    """Raise ValidationError for a name that could be taken for another name or an address."""
    if "@" in name:
        raise ValidationError(_("A username cannot contain @."), code="username_at")
    if any(_is_blank(each) for each in name) or not _one_alphabet(name):
        message = _("This username mixes letters of different alphabets. Use only one alphabet.")
        raise ValidationError(message, code="username_mixed")


def clean_display_name(name: str) -> str:
    """Return the display name without needless spaces. Raises ValidationError for an unseen one."""
    shown = " ".join(unicodedata.normalize("NFC", name).split())
    if any(_is_blank(each) and each not in _JOINERS for each in shown):
        message = _("This name contains characters that cannot be seen. Remove them.")
        raise ValidationError(message, code="display_name_invisible")
    if shown and not any(each.isalnum() for each in shown):
        message = _("Use at least one letter or digit in the name.")
        raise ValidationError(message, code="display_name_empty")
    return shown


def _is_blank(character: str) -> bool:
    return character in BLANK_LETTERS or unicodedata.category(character) in _INVISIBLE


def _one_alphabet(name: str) -> bool:
    scripts = set(_scripts(name))
    return len(scripts) < 2 or any(scripts <= allowed for allowed in _TOGETHER)


def _scripts(name: str) -> Iterable[str]:
    """Yield the script of each letter and digit. Python knows it only as a part of their names."""
    for each in name:
        if each.isalnum() and not (each.isascii() and each.isdigit()):
            word = unicodedata.name(each, "UNKNOWN").partition(" ")[0].partition("-")[0]
            yield _SCRIPT_OF_WORD.get(word, word)
