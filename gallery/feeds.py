"""Atom feeds: what is new in the public gallery, of a person, and with a style."""

from typing import TYPE_CHECKING, Any, Final, cast

from django.contrib.syndication.views import Feed
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.cache import get_conditional_response, set_response_etag
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import format_html
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.models import User
from gallery.access import NOBODY
from gallery.models import Artwork, ArtworkQuerySet
from gallery.people import artworks_of, find_person
from gallery.search import NEWEST, ORDERS, find_artworks
from library.models import Style
from library.plain_words import license_name

if TYPE_CHECKING:
    _Feed = Feed[Artwork, Any]
else:
    _Feed = Feed

ENTRIES: Final = 30


class _PictureFeed(_Feed):
    """The newest public artworks of something, each with its picture and its credit."""

    feed_type = Atom1Feed

    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer the request."""
        self._site = f"{request.scheme}://{request.get_host()}"
        response = super().__call__(request, *args, **kwargs)
        # It is the date of the newest entry, and says nothing about one that was taken away.
        # Readers that ask again get the ETag of the whole feed instead.
        del response["Last-Modified"]
        set_response_etag(response)
        again = get_conditional_response(request, etag=response["ETag"], response=response)
        return cast("HttpResponse", again)

    @property
    def language(self) -> str:  # type: ignore[override]  # it depends on the reader
        """Return the language of the texts that are not the owners'."""
        return get_language() or "en"

    def pictures(self, about: Any) -> ArtworkQuerySet:
        """Return the artworks that the feed is about."""
        raise NotImplementedError

    def items(self, about: Any) -> list[Artwork]:
        """Return the entries, newest first."""
        found = self.pictures(about).with_parts().with_tags()
        return list(found.order_by(*ORDERS[NEWEST])[:ENTRIES])

    def item_title(self, item: Artwork) -> str:
        """Return the title of a picture."""
        return str(item)

    def item_description(self, item: Artwork) -> str:
        """Return the picture, what is to be seen, and its credit, as HTML."""
        picture = reverse("artwork-file", args=[item.pk, "preview"])
        return format_html(
            '<p><a href="{}{}"><img src="{}{}" alt="{}"></a></p><p>{}</p><p>{}</p>',
            *(self._site, item.get_absolute_url(), self._site, picture, item.alt_text),
            *(item.alt_text, item.credit),
        )

    def item_guid(self, item: Artwork) -> str:
        """Return a name that stays when the address of the site changes."""
        return item.pk.urn

    def item_author_name(self, item: Artwork) -> str:
        """Return the name of the person who published it."""
        return item.owner.public_name

    def item_author_link(self, item: Artwork) -> str:
        """Return the page of that person."""
        return self._site + reverse("person", args=[item.owner.username])

    def item_pubdate(self, item: Artwork) -> Any:
        """Return when it was published."""
        return item.published_at

    def item_updateddate(self, item: Artwork) -> Any:
        """Return when it was published. Later changes do not bring it to the top again."""
        return item.published_at

    def item_categories(self, item: Artwork) -> list[str]:
        """Return the tags."""
        return [each.tag for each in item.tags.all()]

    def item_copyright(self, item: Artwork) -> str:
        """Return the license."""
        return license_name(item.license)


class _GalleryFeed(_PictureFeed):
    """What is new in the public gallery."""

    def title(self) -> str:
        """Return the title."""
        return _("Styleweb: new in the gallery")

    def link(self) -> str:
        """Return the page."""
        return reverse("public-gallery")

    def feed_url(self) -> str:
        """Return the address of the feed itself."""
        return reverse("gallery-feed")

    def pictures(self, about: Any) -> ArtworkQuerySet:
        """Return all public artworks."""
        del about
        return find_artworks({})


class _PersonFeed(_PictureFeed):
    """What a person published."""

    def get_object(self, request: HttpRequest, name: str) -> User:
        """Return the person, who must have published something."""
        del request
        return find_person(name, NOBODY)

    def title(self, about: User) -> str:
        """Return the title."""
        return _("Styleweb: pictures by %(name)s") % {"name": about.public_name}

    def link(self, about: User) -> str:
        """Return the page."""
        return reverse("person", args=[about.username])

    def feed_url(self, about: User) -> str:
        """Return the address of the feed itself."""
        return reverse("person-feed", args=[about.username])

    def pictures(self, about: User) -> ArtworkQuerySet:
        """Return what the person published."""
        return artworks_of(about)


class _StyleFeed(_PictureFeed):
    """What was made with a style of the library."""

    def get_object(self, request: HttpRequest, slug: str) -> Style:
        """Return the style, which must be published."""
        del request
        style = Style.objects.published().filter(slug=slug).first()
        if style is None:
            raise Http404
        return style

    def title(self, about: Style) -> str:
        """Return the title."""
        return _("Styleweb: made with “%(title)s”") % {"title": about.title}

    def link(self, about: Style) -> str:
        """Return the page."""
        return about.get_absolute_url()

    def feed_url(self, about: Style) -> str:
        """Return the address of the feed itself."""
        return reverse("style-feed", args=[about.slug])

    def pictures(self, about: Style) -> ArtworkQuerySet:
        """Return the public artworks made with the style."""
        return find_artworks({"style": about.slug})


@require_safe
def gallery_feed(request: HttpRequest) -> HttpResponse:
    """Answer with what is new in the public gallery."""
    return _GalleryFeed()(request)


@require_safe
def person_feed(request: HttpRequest, name: str) -> HttpResponse:
    """Answer with what a person published."""
    return _PersonFeed()(request, name=name)


@require_safe
def style_feed(request: HttpRequest, slug: str) -> HttpResponse:
    """Answer with what was made with a style."""
    return _StyleFeed()(request, slug=slug)
