"""What licenses mean, in sentences for people; the arithmetic itself is in licenses.py."""

from django.utils.translation import gettext as _

from library.licenses import LICENSES, Decision, License, LicenseId


def outcome_sentence(decision: Decision) -> str:
    """Say in one sentence what the maker of a picture may do with it."""
    if not decision.publishable:
        return _("For you alone: %(reason)s") % {"reason": _refusal(decision)}
    if "share-alike" in decision.reasons:
        sentence = _("You may publish this as %(license)s, as the style asks; credit is added.")
    elif "non-commercial" in decision.reasons:
        sentence = _("You may publish this as %(license)s, not for sale; credit is added.")
    elif decision.attribution_required:
        sentence = _("You may publish this under a license you choose; credit is added.")
    else:
        sentence = _("The result is yours: publish it under any license, sell it, or keep it.")
    return sentence % {"license": license_name(decision.publishable[0])}


def license_name(license_id: str) -> str:
    """Return the short name of a license."""
    return LICENSES[license_id].name if license_id in LICENSES else license_id


def license_meaning(license_id: str) -> str:
    """Say what others may do with a picture published under `license_id`."""
    sentences = {
        LicenseId.CC0: _("Anyone may use it for anything; no credit is needed."),
        LicenseId.PDM: _("It is in the public domain: anyone may use it for anything."),
        LicenseId.BY: _("Anyone may use and change it, with credit."),
        LicenseId.BY_SA: _("Anyone may use and change it, with credit, under this same license."),
        LicenseId.BY_NC: _("Anyone may use and change it, with credit, but not for sale."),
        LicenseId.BY_NC_SA: _(
            "Anyone may use and change it, with credit, not for sale, under this same license."
        ),
        LicenseId.BY_ND: _("Anyone may pass it on unchanged, with credit."),
        LicenseId.BY_NC_ND: _("Anyone may pass it on unchanged, with credit, not for sale."),
        LicenseId.ALL_RIGHTS_RESERVED: _("Others may look at it; everything else they must ask."),
    }
    return sentences[LicenseId(license_id)] if license_id in LICENSES else ""


def terms(license_: License) -> list[tuple[bool, str]]:
    """List what may and must be done with results of a style under `license_`."""
    credit = (
        _("Credit is needed; it is added for you.")
        if license_.requires_attribution
        else _("No credit is needed; it is added as a courtesy.")
    )
    return [
        (license_.allows_derivatives, _("You may publish what you make.")),
        (license_.allows_commercial, _("You may sell what you make.")),
        (not license_.share_alike, _("You may choose the license of the result.")),
        (True, credit),
    ]


def _refusal(decision: Decision) -> str:
    reason = decision.reasons[0] if decision.reasons else ""
    if reason.startswith("no-derivatives"):
        return _("one of these styles may not be published in changed form.")
    return _("the licenses of these styles cannot be joined in a published picture.")
