"""A running site with everything that pages show, and which user visits which page."""

from collections.abc import Iterator
from typing import NamedTuple, TypedDict

from django.db import transaction

from accounts.models import User
from gallery.models import ArtworkStyle
from inference.models import JobStyle
from inference.services.operations import pause_queue
from library.models import Style
from tests.support.page_rows import PAGES, Row
from tests.support.page_things import PAGE_THINGS, make_world

# The first of these users who may open a page visits it.
VIEWERS = ("nobody", "owner", "stranger", "moderator", "root")
# They answer with something else than a page of their own.
NO_PAGES = {
    *("gallery-feed", "person-feed", "style-feed", "oembed", "robots", "sitemap", "sitemap-part"),
    *("public-gallery-moved", "studio-license", "link-qr", "notice-open", "account_set_password"),
    *("healthz", "readyz"),
}


class Visit(NamedTuple):
    """A page, the user who opens it, and the status of the answer."""

    viewer: str
    address: str
    status: int = 200


class Furnished(TypedDict):
    """The session keys of the users of a site, and the visits of each."""

    sessions: dict[str, str]
    visits: dict[str, list[Visit]]


# Pages without a row in the table of access, and pages that look different to another user.
MORE = [
    Visit("nobody", "/s/{locked}/"),
    Visit("nobody", "/s/{revoked}/", 410),
    Visit("nobody", "/nothing/here/", 404),
    *(Visit("nobody", address) for address in ("/api/v1/docs/", "/artworks/")),
    *(Visit("owner", f"/artworks/{{{artwork}}}/") for artwork in ("public", "developed", "hidden")),
    *(Visit("owner", address) for address in ("/jobs/{made}/", "/jobs/{canceled}/", "/studio/")),
    Visit("owner", "/people/alice/{open_slug}/"),
    Visit("owner", "/operators/queue/", 403),
    Visit("stranger", "/artworks/{public}/"),
    *(Visit("moderator", address) for address in ("/admin/", "/admin/gallery/artwork/")),
    *(Visit("moderator", f"/artworks/{{{artwork}}}/") for artwork in ("public", "hidden")),
    *(Visit("root", f"/admin/{part}") for part in ("", "accounts/user/", "auth/group/add/")),
    # Of the longest lists a few rows are enough.
    Visit("root", "/admin/library/style/?state__exact=draft"),
    Visit("root", "/admin/inference/job/?state__exact=canceled"),
    *(
        Visit("root", f"/admin/library/style/{{style_id}}/{part}")
        for part in ("change/", "delete/")
    ),
]


def page_visits() -> Iterator[Visit]:
    """Yield a visit of every page, by the rows of the table of access.

    Of the rows about things of one page, only those are visited that differ in the viewer or in the
    query.
    """
    seen = set()
    for row in PAGES:
        viewer = _viewer_of(row)
        about = row.address.partition("?")[2] if "{" in row.address else row.address
        key = (row.name, viewer, about)
        if row.method != "get" or row.name in NO_PAGES or not viewer or key in seen:
            continue
        seen.add(key)
        yield Visit(viewer, row.address, getattr(row, viewer))
    yield from MORE


def _viewer_of(row: Row) -> str:
    """Return who visits the page. A link that has ended is seen by everybody."""
    if row.nobody == 410:
        return "nobody"
    return next((each for each in VIEWERS if getattr(row, each) == 200), "")


def furnish() -> Furnished:
    """Make the users and everything that the pages name, and sign the users in.

    Nothing is painted from here on, so that each page stays as it is.
    """
    with transaction.atomic():
        world = make_world(frozenset(PAGE_THINGS))
        _paint_all_after_one_style()
        pause_queue(by=User.objects.get(username="root"))
    things = world.things | {"style_id": Style.objects.get(slug="great-wave").pk}
    visits: dict[str, list[Visit]] = {viewer: [] for viewer in VIEWERS}
    for visit in page_visits():
        address = visit.address.format(**things)
        visits[visit.viewer].append(visit._replace(address=address))
    sessions = {
        name: cookies["sessionid"].value
        for name, visitor in world.visitors.items()
        if "sessionid" in (cookies := visitor.visit().cookies)
    }
    return {"sessions": sessions, "visits": visits}


def _paint_all_after_one_style() -> None:
    """Let all pictures have one style. Each has its own, and lists of styles show them all."""
    style = Style.objects.get(slug="great-wave")
    made = Style.objects.filter(slug__startswith="style-")
    for parts in (JobStyle.objects.all(), ArtworkStyle.objects.all()):
        parts.filter(style__in=made).update(style=style)
    made.delete()
