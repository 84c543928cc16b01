"""The feeds and the map of the site: valid, complete, and cheap."""

import re
from typing import Any
from xml.etree.ElementTree import Element, fromstring

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from gallery import sitemaps
from gallery.feeds import ENTRIES
from gallery.galleries import create_gallery
from gallery.models import Artwork
from gallery.tags import tag_artwork
from tests.gallery.test_search import indexed, public
from tests.support.factories import make_own_style, make_style

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"
ANNOUNCED = r'application/atom\+xml"\s+title="[^"]+"\s+href="([^"]+)"'
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def feed(address: str) -> Element:
    answer = Client().get(address)
    assert answer.headers["Content-Type"].startswith("application/atom+xml")
    return parsed(answer)


def parsed(answer: Any) -> Element:
    return fromstring(answer.content)  # noqa: S314  # this site wrote it


def titles(root: Element) -> list[str | None]:
    return [entry.findtext(f"{ATOM}title") for entry in root.iter(f"{ATOM}entry")]


class TestFeeds:
    def test_show_the_newest_first(self, alice: User, bob: User) -> None:
        wave = make_style("wave")
        indexed(public(alice, "One"), wave)
        public(bob, "Two")
        assert titles(feed("/gallery/feed.atom")) == ["Two", "One"]
        assert titles(feed("/people/ALICE/feed.atom")) == ["One"]
        assert titles(feed("/styles/wave/feed.atom")) == ["One"]

    def test_say_who_made_a_picture_and_what_is_allowed(self, alice: User) -> None:
        artwork = public(alice, "Été <b>", alt_text='Boats & "sails"', credit="After a wave")
        tag_artwork(artwork=artwork, tags=["sea"])
        root = feed("/gallery/feed.atom")
        (entry,) = root.iter(f"{ATOM}entry")
        page = f"http://testserver{artwork.get_absolute_url()}"
        assert entry.findtext(f"{ATOM}title") == "Été <b>"
        assert entry.findtext(f"{ATOM}id") == f"urn:uuid:{artwork.pk}"
        assert entry.findtext(f"{ATOM}author/{ATOM}name") == "alice"
        assert entry.findtext(f"{ATOM}rights") == "CC0 1.0"
        assert entry.findtext(f"{ATOM}published")
        links = {each.get("rel"): each.get("href") for each in entry.iter(f"{ATOM}link")}
        assert links["alternate"] == page
        assert [each.get("term") for each in entry.iter(f"{ATOM}category")] == ["sea"]
        words = entry.findtext(f"{ATOM}summary") or ""
        assert f'<a href="{page}"><img src="http://testserver/media/artworks/' in words
        assert "Boats &amp; &quot;sails&quot;" in words
        own = {each.get("rel"): each.get("href") for each in root.findall(f"{ATOM}link")}
        assert own["self"] == "http://testserver/gallery/feed.atom"

    def test_are_announced_on_their_pages(self, alice: User) -> None:
        indexed(public(alice, "One"), make_style("wave"))
        for page in ("/gallery/", "/people/alice/", "/styles/wave/"):
            found = re.findall(ANNOUNCED, page_of(page))
            assert found == [f"{page}feed.atom"]

    def test_are_not_there_for_what_is_not_public(self, alice: User) -> None:
        make_own_style(alice)
        for address in ("/people/alice/feed.atom", "/styles/own-sketch/feed.atom"):
            assert Client().get(address).status_code == 404

    def test_are_short_and_need_few_queries(
        self, alice: User, django_assert_max_num_queries: Any
    ) -> None:
        Artwork.objects.bulk_create(
            Artwork(
                owner=alice,
                title=f"{number}",
                width=4,
                height=3,
                bytes=1,
                visibility="public",
                license="CC0-1.0",
                published_at=alice.date_joined,
            )
            for number in range(ENTRIES + 5)
        )
        with django_assert_max_num_queries(8):
            assert len(titles(feed("/gallery/feed.atom"))) == ENTRIES

    def test_leave_the_address_of_a_gallery_called_feed(self, alice: User) -> None:
        gallery = create_gallery(owner=alice, title="Feed", visibility="public")
        public(alice, "One")
        assert gallery.get_absolute_url() == "/people/alice/feed/"
        assert Client().get("/people/alice/feed/").context["gallery"] == gallery


def page_of(address: str) -> str:
    return Client().get(address).text


class TestSitemap:
    def test_leads_to_every_public_page(self, alice: User, bob: User) -> None:
        artwork, style = public(alice, "One"), make_style("wave")
        make_style("sketch", state="draft")
        root = parsed(Client().get("/sitemap.xml"))
        parts = [each.text for each in root.iter(f"{MAP}loc")]
        assert len(parts) == len(sitemaps.SITEMAPS)
        pages = []
        for part in parts:
            answer = Client().get(str(part))
            pages += [each.text for each in parsed(answer).iter(f"{MAP}loc")]
        expected = {artwork.get_absolute_url(), style.get_absolute_url(), "/people/alice/"}
        assert {f"http://testserver{each}" for each in expected} <= set(pages)
        assert not [each for each in pages if "sketch" in str(each) or "bob" in str(each)]
        assert {Client().get(str(each)).status_code for each in pages} == {200}

    def test_is_split_and_cheap(
        self, alice: User, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any
    ) -> None:
        monkeypatch.setattr(sitemaps.SITEMAPS["artworks"], "limit", 2)
        for number in range(5):
            public(alice, f"{number}")
        with django_assert_max_num_queries(12):
            index = Client().get("/sitemap.xml").text
        assert index.count("/sitemap-artworks.xml") == 3
        with django_assert_max_num_queries(4):
            last = Client().get("/sitemap-artworks.xml", {"p": 3})
        assert last.text.count("<loc>") == 1
        assert Client().get("/sitemap-artworks.xml", {"p": 4}).status_code == 404
        assert Client().get("/sitemap-nothing.xml").status_code == 404

    def test_is_named_for_robots(self) -> None:
        answer = Client().get(reverse("robots"))
        assert answer.headers["Content-Type"].startswith("text/plain")
        assert "Sitemap: http://testserver/sitemap.xml" in answer.text
        assert "Disallow: /links/" in answer.text
        # A crawler sees the `noindex` of a share page, and a messenger its preview.
        assert "Disallow: /s/" not in answer.text
