"""The map of the site for search engines: every page that everybody sees, and no other."""

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from django.contrib.sitemaps import Sitemap
from django.db.models import Exists, Max, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.models import User
from gallery.models import Artwork, Gallery, GalleryItem
from library.models import Style

if TYPE_CHECKING:
    _Sitemap = Sitemap[Any]
else:
    _Sitemap = Sitemap


PAGES: Final = 1000


class _Rows(_Sitemap):
    """Pages of rows that say when they were published."""

    limit = PAGES

    def items(self) -> QuerySet[Any]:
        """Return the rows."""
        raise NotImplementedError

    def lastmod(self, item: Any) -> datetime | None:
        """Return when the page changed last."""
        published_at: datetime | None = item.published_at
        return published_at

    def get_latest_lastmod(self) -> datetime | None:
        """Return the date of the newest page. The framework would read every row for it."""
        newest: datetime | None = self.published().aggregate(at=Max("published_at"))["at"]
        return newest

    def published(self) -> QuerySet[Any]:
        """Return the rows with the dates."""
        return self.items()


class _Artworks(_Rows):
    """The public artworks."""

    def items(self) -> QuerySet[Artwork]:
        """Return the rows."""
        return Artwork.objects.in_public_gallery().only("pk", "published_at").order_by("pk")


class _Galleries(_Rows):
    """The public galleries with something in them."""

    def items(self) -> QuerySet[Gallery]:
        """Return the rows."""
        shown = GalleryItem.objects.filter(gallery=OuterRef("pk")).public()
        rows = Gallery.objects.public().filter(Exists(shown)).select_related("owner")
        return rows.order_by("pk")

    def published(self) -> QuerySet[Gallery]:
        """Return all public galleries: whether something is in them says nothing about the date."""
        return Gallery.objects.public()


class _People(_Sitemap):
    """The people who published something. Their dates would cost a pass over all artworks."""

    limit = PAGES

    def items(self) -> QuerySet[User]:
        """Return the rows."""
        public = Artwork.objects.in_public_gallery().values("owner")
        return User.objects.filter(is_active=True, pk__in=public).only("username").order_by("pk")

    def location(self, item: User) -> str:
        """Return the page of a person."""
        return reverse("person", args=[item.username])


class _Styles(_Rows):
    """The styles of the library."""

    def items(self) -> QuerySet[Style]:
        """Return the rows."""
        return Style.objects.published().only("slug", "published_at").order_by("pk")


class _Pages(_Sitemap):
    """The pages that are always there."""

    def items(self) -> list[str]:
        """Return the names of the pages."""
        return ["home", "studio", "styles", "public-gallery", "public-galleries"]

    def location(self, item: str) -> str:
        """Return the address of a page."""
        return reverse(item)


SITEMAPS: Final[dict[str, type[_Sitemap]]] = {
    "pages": _Pages,
    "artworks": _Artworks,
    "galleries": _Galleries,
    "people": _People,
    "styles": _Styles,
}


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Tell search engines where the map is, and that pages of one's own are of no use to them."""
    # The pages of share links are not among them: a crawler must read one to see its `noindex`, and
    # a messenger to show its preview.
    closed = (
        *("/account/", "/admin/", "/api/", "/favorites/", "/galleries/", "/jobs/", "/links/"),
        *("/my/", "/oembed/", "/photos/"),
    )
    where = f"{request.scheme}://{request.get_host()}{reverse('sitemap')}"
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in closed), f"Sitemap: {where}", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")
