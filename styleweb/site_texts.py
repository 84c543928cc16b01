"""The texts that are true of every Styleweb, until operators write their own.

A blank line ends a paragraph. A line that begins with "## " is a heading.
"""

from functools import cache
from typing import Final, Literal

from styleweb.environment import part_of_site

Language = Literal["en", "zh"]
FOLDER: Final = part_of_site("templates") / "site_texts"


@cache
def shipped_text(slug: str, language: Language) -> str:
    """Return the text of a page in one of the two languages."""
    return (FOLDER / f"{slug}.{language}.txt").read_text("utf-8").strip()
