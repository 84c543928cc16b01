"""The search of the public gallery: words, filters and orders. Pages and the API both use it."""

from collections.abc import Mapping
from typing import Any, Final

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common.search import folded, patterns_of
from gallery.models import Artwork, ArtworkQuerySet, ArtworkStyle, ArtworkTag
from library.licenses import LICENSES

NEWEST, LIKED = "newest", "liked"
# Each order ends with a column that is different in each row, as pages by cursor need.
ORDERS: Final[Mapping[str, tuple[str, ...]]] = {
    NEWEST: ("-published_at", "-id"),
    LIKED: ("-like_count", "-published_at", "-id"),
}
ORDER_NAMES: Final = ((NEWEST, _("Newest first")), (LIKED, _("Most liked first")))
# What somebody wants to do with a picture, and what the licenses that allow it have in common.
USES: Final[Mapping[str, Mapping[str, bool]]] = {
    "share": {},
    "sell": {"allows_commercial": True},
    "adapt": {"allows_derivatives": True},
    "adapt-sell": {"allows_derivatives": True, "allows_commercial": True},
    "anything": {
        "allows_derivatives": True,
        "allows_commercial": True,
        "requires_attribution": False,
    },
}
USE_NAMES: Final = (
    ("share", _("Share it")),
    ("sell", _("Share and sell it")),
    ("adapt", _("Change it")),
    ("adapt-sell", _("Change and sell it")),
    ("anything", _("Anything, without credit")),
)
COLORS: Final = (
    ("red", _("Red")),
    ("orange", _("Orange")),
    ("yellow", _("Yellow")),
    ("green", _("Green")),
    ("teal", _("Teal")),
    ("blue", _("Blue")),
    ("purple", _("Purple")),
    ("pink", _("Pink")),
    ("brown", _("Brown")),
    ("black", _("Black")),
    ("gray", _("Gray")),
    ("white", _("White")),
)
# More people than this have no name in common that anybody searches for.
MOST_PEOPLE: Final = 200


def find_artworks(wish: Mapping[str, Any]) -> ArtworkQuerySet:
    """Return the public artworks that match all of `wish`, without an order.

    Its keys are `q`, `style` (a slug), `technique`, `use`, `color`, `tag` and `person` (a name). A
    key that is missing or empty filters nothing.
    """
    found = Artwork.objects.in_public_gallery()
    for name, keep in _FILTERS.items():
        if wish.get(name):
            found = keep(found, wish[name])
    return found


def _matching(found: ArtworkQuerySet, query: str) -> ArtworkQuerySet:
    """Keep the artworks with each word of `query` in a text of theirs or in their owner's name."""
    patterns = patterns_of(query)
    if not patterns:
        return found.none()
    people = _people(patterns)
    for each in patterns:
        # The ids are given as numbers, and not as a query: so the database can use its indexes.
        owners = [pk for pk, names in people if each in names]
        found = found.filter(Q(search_text__contains=each) | Q(owner__in=owners))
    return found


def _people(patterns: list[str]) -> list[tuple[int, str]]:
    """Return the people whose names contain one of `patterns`, with their names.

    A pattern that too many names contain finds nobody by itself, but is still a part of the names
    that another one finds.
    """
    found: dict[int, str] = {}
    for each in patterns:
        named = User.objects.filter(search_name__contains=each, is_active=True)
        people = named.values_list("pk", "search_name")[: MOST_PEOPLE + 1]
        if len(people) <= MOST_PEOPLE:
            found.update(people)
    return list(found.items())


def _with_technique(found: ArtworkQuerySet, technique: str) -> ArtworkQuerySet:
    parts = ArtworkStyle.objects.filter(artwork=OuterRef("pk"), style__technique__iexact=technique)
    return found.filter(Exists(parts))


def _for_use(found: ArtworkQuerySet, use: str) -> ArtworkQuerySet:
    fitting = [
        name
        for name, each in LICENSES.items()
        # All rights reserved is the only one without an address, and allows nothing.
        if each.url and all(getattr(each, what) == value for what, value in USES[use].items())
    ]
    return found.filter(license__in=fitting)


def _tagged(found: ArtworkQuerySet, tag: str) -> ArtworkQuerySet:
    tags = ArtworkTag.objects.filter(artwork=OuterRef("pk"), key=folded(tag.lstrip("# ")))
    return found.filter(Exists(tags))


_FILTERS: Final[Mapping[str, Any]] = {
    "q": _matching,
    "style": lambda found, slug: found.filter(styles__slug=slug),
    "technique": _with_technique,
    "use": _for_use,
    "color": lambda found, name: found.filter(colors__contains=f" {name} "),
    "tag": _tagged,
    "person": lambda found, name: found.filter(owner__in=User.objects.named(name)),
}
