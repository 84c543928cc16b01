"""Licenses and the rules that combine them: how a result may be published. No ORM, no I/O.

The rules follow the Creative Commons adapter's chart (licenses 2.0 to 4.0). The law does not say
clearly whether a stylized picture is an adaptation. The platform treats it as an adaptation, which
is the stricter interpretation. This is not legal advice.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class LicenseId(models.TextChoices):
    """SPDX identifiers of the licenses that a style, photo or artwork can have."""

    CC0 = "CC0-1.0", "CC0 1.0"
    PDM = "CC-PDM-1.0", "Public Domain Mark 1.0"
    BY = "CC-BY-4.0", "CC BY 4.0"
    BY_SA = "CC-BY-SA-4.0", "CC BY-SA 4.0"
    BY_NC = "CC-BY-NC-4.0", "CC BY-NC 4.0"
    BY_NC_SA = "CC-BY-NC-SA-4.0", "CC BY-NC-SA 4.0"
    BY_ND = "CC-BY-ND-4.0", "CC BY-ND 4.0"
    BY_NC_ND = "CC-BY-NC-ND-4.0", "CC BY-NC-ND 4.0"
    ALL_RIGHTS_RESERVED = "all-rights-reserved", "All rights reserved"


@dataclass(frozen=True)
class License:
    """What a license permits and requires."""

    id: LicenseId
    url: str
    allows_derivatives: bool = True
    allows_commercial: bool = True
    requires_attribution: bool = True
    share_alike: bool = False

    @property
    def name(self) -> str:
        """The short name for people."""
        return str(self.id.label)


_CC = "https://creativecommons.org/"

LICENSES: Final[dict[str, License]] = {
    each.id.value: each
    for each in (
        License(LicenseId.CC0, f"{_CC}publicdomain/zero/1.0/", requires_attribution=False),
        License(LicenseId.PDM, f"{_CC}publicdomain/mark/1.0/", requires_attribution=False),
        License(LicenseId.BY, f"{_CC}licenses/by/4.0/"),
        License(LicenseId.BY_SA, f"{_CC}licenses/by-sa/4.0/", share_alike=True),
        License(LicenseId.BY_NC, f"{_CC}licenses/by-nc/4.0/", allows_commercial=False),
        License(
            LicenseId.BY_NC_SA,
            f"{_CC}licenses/by-nc-sa/4.0/",
            allows_commercial=False,
            share_alike=True,
        ),
        License(LicenseId.BY_ND, f"{_CC}licenses/by-nd/4.0/", allows_derivatives=False),
        License(
            LicenseId.BY_NC_ND,
            f"{_CC}licenses/by-nc-nd/4.0/",
            allows_derivatives=False,
            allows_commercial=False,
        ),
        License(LicenseId.ALL_RIGHTS_RESERVED, "", allows_derivatives=False),
    )
}

# What stands in the place of a license where a style of a user has none. Its owner made it, and so
# may do anything with the result; or nobody knows, and then the result is for personal use only.
OWN_WORK: Final = "own-work"
UNKNOWN_RIGHTS: Final = "unknown-rights"
STYLE_LICENSES: Final[list[tuple[str, str | Promise]]] = [
    *LicenseId.choices,
    (OWN_WORK, _("own work")),
    (UNKNOWN_RIGHTS, _("rights not known")),
]

# A style that forbids derivatives cannot be in the library.
USABLE_IN_LIBRARY: Final = sorted(key for key, each in LICENSES.items() if each.allows_derivatives)

# The possible licenses of an adaptation, the freest first. NC must stay NC. All of these keep the
# credit.
_CREDITED: Final = tuple(key for key, each in LICENSES.items() if each.requires_attribution)
_NONCOMMERCIAL: Final = tuple(key for key in _CREDITED if not LICENSES[key].allows_commercial)
# The mark says that a work is already in the public domain. A new work cannot get it.
_FREE: Final = tuple(key for key in LICENSES if key != LicenseId.PDM)


@dataclass(frozen=True)
class Decision:
    """What the maker of a picture may do with it.

    `publishable` are the license ids that keep every condition, the freest first. If it is empty,
    only private use is allowed; if `private_use` is false, no use is allowed. `reasons` are codes.
    """

    publishable: tuple[str, ...]
    attribution_required: bool
    reasons: tuple[str, ...]
    private_use: bool = True


def allowed_outputs(inputs: Iterable[str]) -> Decision:
    """Decide under which licenses a picture made from works under `inputs` may be published.

    `inputs` are the license ids of the styles. The photo belongs to the user, and so does a style
    that is OWN_WORK. A work with a license that the platform does not know may not be used at all.
    """
    given = set(inputs) - {OWN_WORK}
    if UNKNOWN_RIGHTS in given:
        return Decision((), attribution_required=True, reasons=("unknown-rights",))
    if unknown := sorted(given - LICENSES.keys()):
        codes = tuple(f"unknown-license:{each}" for each in unknown)
        return Decision((), attribution_required=True, reasons=codes, private_use=False)
    works = [LICENSES[each] for each in given]
    attribution = any(each.requires_attribution for each in works)
    publishable, reasons = _conditions(works, attribution=attribution)
    return Decision(publishable, attribution, reasons)


def _conditions(
    works: Sequence[License], *, attribution: bool
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the possible licenses of a result of known works, and the codes of the reasons."""
    if locked := sorted(each.id.value for each in works if not each.allows_derivatives):
        return (), tuple(f"no-derivatives:{each}" for each in locked)
    commercial = all(each.allows_commercial for each in works)
    shared = [each for each in works if each.share_alike]
    if len(shared) > 1:
        return (), ("share-alike-conflict",)
    if shared and shared[0].allows_commercial and not commercial:
        return (), ("share-alike-forbids-non-commercial",)
    if shared:
        return (shared[0].id.value,), ("share-alike",)
    if not commercial:
        return _NONCOMMERCIAL, ("non-commercial",)
    return (_CREDITED, ("attribution",)) if attribution else (_FREE, ())
