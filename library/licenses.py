"""Licenses and their arithmetic: what may be published from which inputs. No ORM, no I/O.

The rules follow the Creative Commons adapter's chart (licenses 2.0 to 4.0). Whether a stylized
picture is an adaptation in law is unsettled; the platform treats it as one, which is the strict
reading. This is not legal advice.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.db import models


class LicenseId(models.TextChoices):
    """SPDX identifiers of the licenses a style, photo or artwork can carry."""

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
    """What a license permits and asks."""

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

# A style that forbids derivatives cannot be in the library.
USABLE_IN_LIBRARY: Final = sorted(key for key, each in LICENSES.items() if each.allows_derivatives)
_NONCOMMERCIAL: Final = [LicenseId.BY_NC.value, LicenseId.BY_NC_SA.value]
_CREDITED: Final = [
    LicenseId.BY.value,
    LicenseId.BY_SA.value,
    *_NONCOMMERCIAL,
    LicenseId.ALL_RIGHTS_RESERVED.value,
]


@dataclass(frozen=True)
class Decision:
    """What the makers of a picture may do with it."""

    publishable: tuple[str, ...]
    attribution_required: bool
    reasons: tuple[str, ...]


def allowed_outputs(inputs: Iterable[str]) -> Decision:
    """Decide under which licenses a picture made from works under `inputs` may be published.

    `inputs` are license ids of the styles used; the photo is the owner's own. The first entry of
    `publishable` is the freest choice that keeps every condition.
    """
    works = [LICENSES[each] for each in inputs]
    attribution = any(each.requires_attribution for each in works)
    locked = sorted({each.id.value for each in works if not each.allows_derivatives})
    if locked:
        return Decision((), attribution, tuple(f"no-derivatives:{each}" for each in locked))
    shared = {each.id.value for each in works if each.share_alike}
    noncommercial = {each.id.value for each in works if not each.allows_commercial}
    if shared:
        return _share_alike(shared, noncommercial, attribution=attribution)
    if noncommercial:
        return Decision(tuple(_NONCOMMERCIAL), attribution, ("non-commercial",))
    if attribution:
        return Decision(tuple(_CREDITED), attribution, ("attribution",))
    free = [key for key in LICENSES if key != LicenseId.PDM]
    return Decision(tuple(free), attribution, ())


def _share_alike(shared: set[str], noncommercial: set[str], *, attribution: bool) -> Decision:
    """Decide for inputs of which at least one asks for its own license on the output."""
    if len(shared) > 1:
        return Decision((), attribution, ("share-alike-conflict",))
    (only,) = shared
    if noncommercial and LICENSES[only].allows_commercial:
        return Decision((), attribution, ("share-alike-forbids-non-commercial",))
    return Decision((only,), attribution, ("share-alike",))
