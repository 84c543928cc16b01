"""Names of files for the disks of people, made from titles in any script."""

import unicodedata
from typing import Final

MAX_TITLE: Final = 180  # bytes


def file_title(title: str) -> str:
    """Return `title` as a part of a file name: letters and digits of any script, and hyphens.

    Marks stay too, because many scripts write their vowels with them.
    """
    plain = unicodedata.normalize("NFKC", title).lower()
    kept = "".join(each if unicodedata.category(each)[0] in "LMN" else "-" for each in plain)
    words = "-".join(word for word in kept.split("-") if word)
    # Most file systems allow 255 bytes.
    return words.encode()[:MAX_TITLE].decode(errors="ignore").rstrip("-")
