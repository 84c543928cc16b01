"""What is unpublished, hidden, deleted or withdrawn is gone from every address at once."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from gallery.galleries import add_to_gallery, change_gallery, create_gallery, hide_gallery
from gallery.models import Artwork, Gallery
from gallery.moderation import hide_artwork
from gallery.people import set_avatar
from gallery.reactions import favor_artwork, like_artwork
from gallery.services import delete_artwork, keep_artwork, publish_artwork, unpublish_artwork
from gallery.tags import tag_artwork
from library.favorites import favor_style
from library.models import Style
from library.services import withdraw_style
from tests.support.clients import read_out
from tests.support.factories import finished_job, make_style

pytestmark = pytest.mark.django_db
API = "/api/v1"
VARIANTS = ("full", "preview", "thumb", "before", "link-preview")


class Shown(NamedTuple):
    """A published artwork in a public gallery, with everything that leads to it."""

    artwork: Artwork
    gallery: Gallery
    style: Style

    @property
    def page(self) -> str:
        return f"http://testserver{self.artwork.get_absolute_url()}"

    def of_artwork(self) -> Iterator[str]:
        """Yield the addresses that are about the artwork alone."""
        pk = self.artwork.pk
        yield self.artwork.get_absolute_url()
        yield reverse("artwork-embed", args=[pk])
        yield f"{reverse('oembed')}?url={self.page}"
        full = reverse("artwork-file", args=[pk, "full"])
        yield from (full, f"{full}?download=1", f"{full}?download=1&format=webp")
        yield from (reverse("artwork-file", args=[pk, each]) for each in VARIANTS)
        yield f"{API}/artworks/{pk}/"
        yield from (f"{API}/artworks/{pk}/file/?variant={each}" for each in VARIANTS[:4])

    def of_gallery(self) -> Iterator[str]:
        """Yield the addresses that are about the gallery alone."""
        for layout in Gallery.Layout.values:
            yield f"{self.gallery.get_absolute_url()}?layout={layout}"
        yield f"{API}/galleries/{self.gallery.pk}/"
        yield f"{API}/galleries/{self.gallery.pk}/items/"

    def of_style(self) -> Iterator[str]:
        """Yield the addresses that are about the style alone."""
        slug = self.style.slug
        yield self.style.get_absolute_url()
        yield reverse("style-feed", args=[slug])
        yield from (f"/media/styles/{slug}/{each}/" for each in ("full", "thumb", "link-preview"))
        yield f"{API}/styles/{slug}/"

    def of_person(self) -> Iterator[str]:
        """Yield the addresses that are there because the person published this artwork."""
        yield from (reverse("person", args=["alice"]), reverse("person-feed", args=["alice"]))
        yield f"{API}/people/alice/"


LISTS = (
    *("/", "/gallery/", "/gallery/?q=zanzibar", "/gallery/?style=wave", "/gallery/?tag=spice"),
    *("/gallery/?sort=liked", "/gallery/?person=alice", "/gallery/?use=anything"),
    *("/gallery/feed.atom", "/sitemap-artworks.xml", "/favorites/", f"{API}/favorites/artworks/"),
    *(f"{API}/public/artworks/", f"{API}/public/artworks/?q=zanzibar&sort=liked"),
)
GALLERY_LISTS = ("/gallery/galleries/", "/sitemap-galleries.xml", f"{API}/public/galleries/")
STYLE_LISTS = (
    *("/styles/", "/sitemap-styles.xml", "/favorites/?show=styles", f"{API}/styles/"),
    f"{API}/favorites/styles/",
)


@pytest.fixture
def shown(alice: User, bob: User) -> Shown:
    style = make_style("wave")
    kept = keep_artwork(job=finished_job(alice, styles=[style]), title="Zanzibar")
    artwork = publish_artwork(artwork=kept, license="CC0-1.0", shows_before=True)
    tag_artwork(artwork=artwork, tags=["spice"])
    gallery = create_gallery(owner=alice, title="Islands", visibility="public")
    add_to_gallery(gallery=gallery, artworks=[artwork.pk])
    set_avatar(artwork=artwork)
    like_artwork(person=bob, artwork=artwork)
    favor_artwork(person=bob, artwork=artwork)
    favor_style(person=bob, style=style)
    return Shown(artwork, gallery, style)


@pytest.fixture
def visitor(bob: User) -> Client:
    """Return the browser of a user who sees what everybody sees, and has favorites."""
    client = Client()
    client.force_login(bob)
    return client


def status_of(client: Client, address: str) -> int:
    """Return the status, and make sure that nobody without an account gets another one."""
    answers: list[Any] = [each.get(address) for each in (client, Client())]
    for each in answers:
        read_out(each)
    if "favorites" not in address:
        assert answers[0].status_code == answers[1].status_code, address
    return int(answers[0].status_code)


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.text.lower()


@pytest.mark.parametrize("end", [unpublish_artwork, hide_artwork, delete_artwork])
def test_is_gone_with_the_artwork(shown: Shown, visitor: Client, end: Callable[..., Any]) -> None:
    mark = str(shown.artwork.pk)
    alone = [*shown.of_artwork(), *shown.of_person()]
    around = [*LISTS, *shown.of_gallery(), reverse("style-feed", args=["wave"]), "/styles/wave/"]
    around.remove(f"{API}/galleries/{shown.gallery.pk}/")
    assert {status_of(visitor, each) for each in alone} == {200}
    assert [each for each in around if mark not in text_of(visitor, each)] == []
    people = (*GALLERY_LISTS, "/sitemap-people.xml")
    assert [each for each in people if "/people/alice/" not in text_of(visitor, each)] == []

    end(artwork=shown.artwork)

    assert {status_of(visitor, each) for each in alone} == {404}
    for address in [*around, *people, *(each for each in shown.of_gallery())]:
        text = text_of(visitor, address)
        assert mark not in text, address
        assert "zanzibar" not in text.replace('value="zanzibar"', "").replace("q=zanzibar", "")
    assert [each for each in people if "/people/alice/" in text_of(visitor, each)] == []


@pytest.mark.parametrize("end", ["private", "hidden"])
def test_is_gone_with_the_gallery(shown: Shown, visitor: Client, end: str) -> None:
    alone, address = [*shown.of_gallery()], shown.gallery.get_absolute_url()
    assert {status_of(visitor, each) for each in alone} == {200}
    lists = (*GALLERY_LISTS, reverse("person", args=["alice"]))
    assert [each for each in lists if address not in text_of(visitor, each)] == []
    if end == "private":
        change_gallery(gallery=shown.gallery, visibility="private")
    else:
        hide_gallery(gallery=shown.gallery)
    assert {status_of(visitor, each) for each in alone} == {404}
    assert [each for each in lists if address in text_of(visitor, each)] == []
    assert status_of(visitor, shown.artwork.get_absolute_url()) == 200


def test_is_gone_with_the_style(shown: Shown, visitor: Client) -> None:
    alone = [*shown.of_style()]
    assert {status_of(visitor, each) for each in alone} == {200}
    assert [each for each in STYLE_LISTS if "wave" not in text_of(visitor, each)] == []
    withdraw_style(style=shown.style)
    assert {status_of(visitor, each) for each in alone} == {404}
    assert [each for each in STYLE_LISTS if "wave" in text_of(visitor, each)] == []
    # The artwork stays, with its credit and no way to the style.
    page = text_of(visitor, shown.artwork.get_absolute_url())
    assert "/styles/wave/" not in page


def test_answers_readers_of_a_feed_that_it_changed(shown: Shown) -> None:
    client = Client()
    first = client.get("/gallery/feed.atom")
    again = {"If-None-Match": first.headers["ETag"]}
    assert client.get("/gallery/feed.atom", headers=again).status_code == 304
    hide_artwork(artwork=shown.artwork)
    changed = client.get("/gallery/feed.atom", headers=again)
    assert changed.status_code == 200
    assert "Last-Modified" not in changed.headers
