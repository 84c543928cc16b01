"""What licenses mean, in sentences for people. The rules are in licenses.py."""

from typing import Final

from django.utils.translation import gettext as _

from library.licenses import (
    LICENSES,
    OWN_WORK,
    STYLE_LICENSES,
    UNKNOWN_RIGHTS,
    Decision,
    License,
    LicenseId,
)

_PERMISSIVE: Final = {"MIT", "MIT-CMU", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC"}


def outcome_sentence(decision: Decision) -> str:
    """Return one sentence: what the maker of a picture may do with it."""
    if not decision.publishable:
        return _("For personal use only: %(reason)s") % {"reason": _refusal(decision)}
    if "share-alike" in decision.reasons:
        sentence = _(
            "You can publish this under %(license)s, as the style requires. Credit is "
            "added automatically."
        )
    elif "non-commercial" in decision.reasons:
        sentence = _(
            "You can publish this under %(license)s, for non-commercial use. Credit is "
            "added automatically."
        )
    elif decision.attribution_required:
        sentence = _(
            "You can publish this under a license you choose. Credit is added automatically."
        )
    else:
        sentence = _(
            "The picture is yours. You can publish it under any license, sell it or keep "
            "it private."
        )
    return sentence % {"license": license_name(decision.publishable[0])}


def license_name(license_id: str) -> str:
    """Return the short name of a license, or of what stands in its place."""
    return str(dict(STYLE_LICENSES).get(license_id, license_id))


def license_meaning(license_id: str) -> str:
    """Return a sentence: what others may do with a picture under `license_id`."""
    if license_id == OWN_WORK:
        return _("Its owner made it, and decides what happens with it.")
    if license_id == UNKNOWN_RIGHTS:
        return _("Nobody has said who holds the rights. Results are for personal use only.")
    sentences = {
        LicenseId.CC0: _("Anyone can use it for any purpose. No credit is required."),
        LicenseId.PDM: _("In the public domain. Anyone can use it for any purpose."),
        LicenseId.BY: _("Anyone can use and adapt it with credit."),
        LicenseId.BY_SA: _("Anyone can use and adapt it with credit, under the same license."),
        LicenseId.BY_NC: _("Anyone can use and adapt it with credit, for non-commercial purposes."),
        LicenseId.BY_NC_SA: _(
            "Anyone can use and adapt it with credit, for non-commercial purposes and "
            "under the same license."
        ),
        LicenseId.BY_ND: _("Anyone can share it unchanged with credit."),
        LicenseId.BY_NC_ND: _(
            "Anyone can share it unchanged with credit, for non-commercial purposes."
        ),
        LicenseId.ALL_RIGHTS_RESERVED: _(
            "Others can view it. For any other use they need your permission."
        ),
    }
    return sentences[LicenseId(license_id)] if license_id in LICENSES else ""


def software_meaning(license_id: str) -> str:
    """Return a sentence about a license of programs or weights, or "" for one that is not known."""
    if license_id in _PERMISSIVE:
        return _("Anyone can use, change and sell it, as long as its notice stays with it.")
    return license_meaning(license_id)


def terms(license_: License) -> list[tuple[bool, str]]:
    """Return what users may and must do with results of a style under `license_`.

    Each item is a sentence, and True if it is a permission or a duty, False if it is a limit.
    """
    credit = (
        _("Credit is required. It is added automatically.")
        if license_.requires_attribution
        else _("Credit is not required. It is added as a courtesy.")
    )
    publishing = (
        _("You can publish the result.")
        if license_.allows_derivatives
        else _("You cannot publish the result.")
    )
    selling = (
        _("You can sell the result.")
        if license_.allows_commercial
        else _("You cannot sell the result.")
    )
    choosing = (
        _("You must publish the result under the same license.")
        if license_.share_alike
        else _("You can choose the license of the result.")
    )
    return [
        (license_.allows_derivatives, publishing),
        (license_.allows_commercial, selling),
        (True, choosing),
        (True, credit),
    ]


def _refusal(decision: Decision) -> str:
    reason = decision.reasons[0] if decision.reasons else ""
    if reason == "unknown-rights":
        return _("the rights to one of these styles are not known.")
    if reason.startswith("no-derivatives"):
        return _("the license of one of these styles does not allow adaptations.")
    return _("the licenses of these styles cannot be combined in a published picture.")
