"""What was found out about a picture file, in sentences for people."""

from collections.abc import Mapping
from datetime import date
from typing import Any, TypedDict

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from gallery.verification import Change, Finding, PassportState, Verdict
from library.licenses import LICENSES
from library.plain_words import license_meaning, license_name


class Ingredient(TypedDict):
    """A style in a recipe, with its license in words."""

    style: str
    title: str
    artist: str
    version: int
    weight: float
    license: str
    license_name: str
    license_url: str
    license_meaning: str


def heading_of(finding: Finding) -> str:
    """Return the answer in a few words."""
    day = _day(finding.made_on)
    if finding.verdict is Verdict.EDITED and finding.passport is not PassportState.VALID:
        # Nothing in the file says so, and it may be as old as the picture.
        return _("This looks like a picture that was made here on %(day)s") % {"day": day}
    headings = {
        Verdict.UNCHANGED: _("Made here on %(day)s, and unchanged since") % {"day": day},
        Verdict.EDITED: _("Made here on %(day)s, and edited since") % {"day": day},
        Verdict.NOT_MADE_HERE: _("Nothing shows that this was made here"),
        Verdict.CANNOT_TELL: _("We cannot tell"),
    }
    return headings[finding.verdict]


def sentences_of(finding: Finding) -> list[str]:
    """Return what the answer is based on, and what it does not say."""
    if finding.verdict is Verdict.UNCHANGED:
        return [
            _(
                "Its passport is signed by this site, and the file is exactly as it was "
                "downloaded here."
            )
        ]
    if finding.verdict is Verdict.CANNOT_TELL:
        return [
            _(
                "The passport in this file is signed by this site, but we cannot recognize the "
                "picture that it was signed for. The picture was changed, or the passport was "
                "copied from another file."
            )
        ]
    words = _changes()
    sentences = [words[each] for each in finding.changes]
    if finding.passport is PassportState.NOT_FROM_HERE:
        sentences.append(
            _(
                "There is a passport in this file, but this site did not sign it. It is forged, "
                "changed or from another site, and what it says counts for nothing here."
            )
        )
    if finding.verdict is Verdict.NOT_MADE_HERE:
        if finding.passport is PassportState.NONE:
            sentences.append(_("There is no passport in this file."))
        sentences.append(
            _(
                "It does not look like any picture that we can compare it with. A picture that "
                "was cropped, changed a lot or deleted here is not recognized without its "
                "passport."
            )
        )
        sentences.append(
            _(
                "Pictures made here before this site wrote passports have none. They are "
                "recognized only while they are stored here and still look the same."
            )
        )
        if finding.older_unseen:
            sentences.append(
                _(
                    "This site is still going through its older pictures. If this one may be "
                    "among them, check it again tomorrow."
                )
            )
    elif finding.passport is not PassportState.VALID:
        sentences.append(
            _("It was recognized because it looks the same. That is likely, but not proved.")
        )
    return sentences


def _changes() -> Mapping[Change, str]:
    return {
        Change.WORDS: _(
            "The picture itself is unchanged, but the words in the file are not: its title, "
            "maker, rights or credit were edited."
        ),
        Change.SAVED_AGAIN: _(
            "Its passport is signed by this site. The picture looks the same, but it was saved "
            "again or slightly changed."
        ),
        Change.RESIZED: _(
            "Its passport is signed by this site. The picture looks the same, in another size."
        ),
        Change.CROPPED: _(
            "Its passport is signed by this site. This is a part of the picture, or it has "
            "other proportions."
        ),
        Change.PASSPORT_REMOVED: _(
            "There is no passport in this file. Many messengers and programs remove it when they "
            "save a picture, and files that were downloaded before this site wrote passports "
            "never had one."
        ),
    }


def ingredients_of(finding: Finding) -> list[Ingredient]:
    """Return the styles of the picture, as far as they may be told."""
    recipe = (finding.facts or {}).get("recipe", {})
    return [_ingredient(each) for each in recipe.get("styles", [])]


def _ingredient(style: Mapping[str, Any]) -> Ingredient:
    license_id = str(style.get("license", ""))
    known = LICENSES.get(license_id)
    return Ingredient(
        style=str(style.get("style", "")),
        title=str(style.get("title", "")),
        artist=str(style.get("artist", "")),
        version=int(style.get("version", 1)),
        weight=float(style.get("weight", 1)),
        license=license_id,
        license_name=license_name(license_id),
        license_url=known.url if known else "",
        license_meaning=license_meaning(license_id),
    )


def _day(made_on: str) -> str:
    try:
        return date_format(date.fromisoformat(made_on))
    except ValueError:
        return made_on
