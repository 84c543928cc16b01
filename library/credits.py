"""Credit lines: the maker and title of a work, its place, its license, and that it was changed.

The order is title, author, source, license, as Creative Commons recommends. This module makes no
queries; it only reads the fields of a style.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Final, Literal

from django.utils.html import format_html, format_html_join

from library.licenses import LICENSES, OWN_WORK, UNKNOWN_RIGHTS
from library.models import Style

Form = Literal["text", "html", "markdown", "json"]
COPIED_FORMS: Final[tuple[Form, ...]] = ("text", "html", "markdown")
# A title or name must not be able to add markup or a link.
_MARKDOWN_SIGNS: Final = str.maketrans({sign: f"\\{sign}" for sign in r"\`*_{}[]()<>#+-!|"})


@dataclass(frozen=True)
class Work:
    """What a credit says about one work."""

    title: str
    creator: str
    license: str
    license_url: str
    source_url: str = ""
    holder: str = ""
    wording: str = ""


def work_of(style: Style) -> Work:
    """Return the facts for the credit of `style`, with the wording that its owner requires."""
    known = LICENSES.get(style.license)
    # A style of a user may have no license, and then its credit names none.
    unnamed = "" if style.license in {OWN_WORK, UNKNOWN_RIGHTS} else style.license
    return Work(
        title=style.title,
        creator=style.artist.name,
        license=known.name if known else unnamed,
        license_url=known.url if known else "",
        source_url=style.source_url,
        holder=style.credit_line or style.institution,
        wording=style.attribution_text,
    )


def work_of_picture(title: str, creator: str, license_id: str, *, source_url: str = "") -> Work:
    """Return the facts for the credit of a picture that a user made or put in."""
    known = LICENSES.get(license_id)
    return Work(
        title=title or "Untitled",  # in English like the rest of a credit, which leaves the site
        creator=creator,
        license=known.name if known else "",
        license_url=known.url if known else "",
        source_url=source_url,
    )


def credit_forms(works: Sequence[Work]) -> dict[Form, str]:
    """Return the credit for `works` in each form that people copy."""
    return {form: attribution(works, form=form) for form in COPIED_FORMS}


def attribution(works: Iterable[Work], *, form: Form) -> str:
    """Return the credit for `works` as text, HTML, Markdown or JSON, with a line for each work."""
    return _FORMS[form](list(works))


def _text(works: list[Work]) -> str:
    return "\n".join(_text_line(work) for work in works)


def _text_line(work: Work) -> str:
    """Return one credit as plain text: the required wording, or the usual four parts."""
    line = work.wording or f"“{work.title}” by {work.creator}"
    parts = [line, work.holder, work.source_url, _licensed(work)]
    return ", ".join(part for part in parts if part)


def _licensed(work: Work) -> str:
    return f"{work.license} ({work.license_url})" if work.license_url else work.license


def _html(works: list[Work]) -> str:
    return format_html_join("\n", "<p>{}</p>", ((_html_line(work),) for work in works))


def _html_line(work: Work) -> str:
    """Return one credit as HTML with its links. All text is escaped."""
    if work.wording:
        name = format_html("{}", work.wording)
    elif work.source_url:
        name = format_html('<a href="{}">{}</a> by {}', work.source_url, work.title, work.creator)
    else:
        name = format_html("<cite>{}</cite> by {}", work.title, work.creator)
    license_ = (
        format_html('<a rel="license" href="{}">{}</a>', work.license_url, work.license)
        if work.license_url
        else format_html("{}", work.license)
    )
    parts = [name, *([format_html("{}", work.holder)] if work.holder else []), license_]
    return format_html_join(", ", "{}", ((part,) for part in parts if part))


def _markdown(works: list[Work]) -> str:
    return "  \n".join(_markdown_line(work) for work in works)


def _markdown_line(work: Work) -> str:
    """Return one credit as Markdown with its links. Markdown signs in the text are escaped."""
    title, creator, holder, license_, wording = (
        part.translate(_MARKDOWN_SIGNS)
        for part in (work.title, work.creator, work.holder, work.license, work.wording)
    )
    # In angle brackets, an address may contain parentheses.
    name = f"[{title}](<{work.source_url}>)" if work.source_url else f"*{title}*"
    parts = [
        wording or f"{name} by {creator}",
        holder,
        f"[{license_}](<{work.license_url}>)" if work.license_url else license_,
    ]
    return ", ".join(part for part in parts if part)


def _json(works: list[Work]) -> str:
    return json.dumps([asdict(work) for work in works], ensure_ascii=False)


_FORMS: Final[Mapping[Form, Callable[[list[Work]], str]]] = {
    "text": _text,
    "html": _html,
    "markdown": _markdown,
    "json": _json,
}
