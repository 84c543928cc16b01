"""Artworks on other sites: link previews, data for search engines, oEmbed, and the framed page."""

import io
import json
import re
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image

from accounts.models import User
from common.derivatives import LINK_PREVIEW_BYTES
from gallery.galleries import add_to_gallery, create_gallery
from gallery.models import Artwork
from gallery.services import keep_artwork, publish_artwork, rename_artwork
from gallery.tags import tag_artwork
from style_transfer.imaging.metadata.xmp import MADE_BY_A_MODEL
from tests.gallery.test_views import client_of, tag
from tests.support.clients import assert_problem, sent_file
from tests.support.factories import finished_job, make_code_style, make_style

pytestmark = pytest.mark.django_db
OEMBED = reverse("oembed")
SITE = "http://testserver"


@pytest.fixture
def artwork(alice: User) -> Artwork:
    kept = keep_artwork(job=finished_job(alice, size=(120, 80)), title="The harbor")
    return publish_artwork(artwork=kept, license="CC-BY-4.0", alt_text="Boats at night")


def asked(artwork: Artwork, **query: Any) -> Any:
    return Client().get(OEMBED, {"url": f"{SITE}{artwork.get_absolute_url()}", **query})


class TestOembed:
    def test_describes_an_artwork(self, artwork: Artwork) -> None:
        answer = asked(artwork)
        body = answer.json()
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert (body["version"], body["type"], body["title"]) == ("1.0", "rich", "The harbor")
        assert body["author_url"] == f"{SITE}/people/alice/"
        (source,) = re.findall(r'src="([^"]*)"', body["html"])
        assert source == f"{SITE}{reverse('artwork-embed', args=[artwork.pk])}"
        assert (body["width"], body["height"]) == (640, 640 * 80 // 120 + 1 + 96)
        thumb = sent_file(Client().get(body["thumbnail_url"]))
        with Image.open(io.BytesIO(thumb)) as image:
            assert image.size == (body["thumbnail_width"], body["thumbnail_height"])

    @pytest.mark.parametrize(
        ("most_width", "most_height"), [(300, None), (None, 200), (300, 200), (1, 1), (9000, 9000)]
    )
    def test_fits_the_size_that_is_asked_for(
        self, artwork: Artwork, most_width: int | None, most_height: int | None
    ) -> None:
        most = {"maxwidth": most_width, "maxheight": most_height}
        body = asked(artwork, **{name: each for name, each in most.items() if each}).json()
        assert 1 <= body["width"] <= min(640, most_width or 640)
        assert 1 <= body["height"] <= (most_height or 9000)

    def test_is_announced_on_the_page(self, artwork: Artwork) -> None:
        page = Client().get(artwork.get_absolute_url()).text
        (address,) = re.findall(r'json\+oembed"\s+title="[^"]*"\s+href="([^"]*)"', page)
        assert Client().get(unescape(address)).json()["title"] == "The harbor"

    @pytest.mark.parametrize(
        "url",
        [
            "",
            "x" * 3000,
            "http://[",
            "http://elsewhere.org/artworks/{pk}/",
            "javascript://testserver/artworks/{pk}/",
            "http://testserver/artworks/",
            "http://testserver/artworks/{pk}",
            "http://testserver/nothing/",
            "http://testserver/artworks/0f9d3c62-5c0e-4b0e-9a55-0d7c3f6b1c1e/",
        ],
    )
    def test_refuses_other_addresses(self, artwork: Artwork, url: str) -> None:
        answer = Client().get(OEMBED, {"url": url.format(pk=artwork.pk)})
        assert answer.status_code in {404, 422}
        assert answer.headers["Content-Type"] == "application/problem+json"

    def test_says_what_is_wrong(self, artwork: Artwork) -> None:
        assert_problem(Client().get(OEMBED), 422, "invalid")
        assert_problem(asked(artwork, maxwidth="wide"), 422, "invalid")
        assert_problem(asked(artwork, maxwidth="0"), 422, "invalid")
        assert_problem(asked(artwork, format="xml"), 501, "format_unsupported")
        private = keep_artwork(job=finished_job(artwork.owner))
        assert_problem(asked(private), 404, "not_found")

    def test_cannot_be_broken_by_a_title(self, artwork: Artwork) -> None:
        rename_artwork(artwork=artwork, title='"></iframe></textarea><script>alert(1)</script>')
        html = asked(artwork).json()["html"]
        assert html.count("<") == 2
        page = Client().get(artwork.get_absolute_url()).text
        assert "<script>alert" not in page
        (code,) = re.findall(r'id="embed-code".*?>(.*?)</textarea>', page, re.DOTALL)
        assert unescape(code) == html


class TestFrame:
    def test_may_be_framed_and_no_other_page(self, artwork: Artwork) -> None:
        frame = Client().get(reverse("artwork-embed", args=[artwork.pk]))
        assert "frame-ancestors *" in frame.headers["Content-Security-Policy"]
        assert "script-src 'self'" in frame.headers["Content-Security-Policy"]
        assert "X-Frame-Options" not in frame.headers
        assert "csrf" not in frame.text
        assert "<form" not in frame.text
        assert not frame.cookies
        for address in (artwork.get_absolute_url(), "/", OEMBED, "/gallery/"):
            page = Client().get(address)
            assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
            assert page.headers["X-Frame-Options"] == "DENY"

    def test_shows_the_picture_with_its_credit(self, artwork: Artwork) -> None:
        frame = Client().get(reverse("artwork-embed", args=[artwork.pk])).text
        for words in ("The harbor", "Boats at night", "alice", "CC BY 4.0"):
            assert words in frame
        assert 'content="noindex"' in frame

    def test_is_not_there_for_the_owner_of_a_private_artwork(self, alice: User) -> None:
        kept = keep_artwork(job=finished_job(alice))
        address = reverse("artwork-embed", args=[kept.pk])
        assert client_of(alice).get(address).status_code == 404


def data_of(artwork: Artwork) -> dict[str, Any]:
    page = Client().get(artwork.get_absolute_url()).text
    (text,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    found: dict[str, Any] = json.loads(text)
    return found


class TestStructuredData:
    def test_says_whose_a_picture_is_and_what_is_allowed(self, artwork: Artwork) -> None:
        tag_artwork(artwork=artwork, tags=["sea", "boats"])
        said, page = data_of(artwork), f"{SITE}{artwork.get_absolute_url()}"
        assert said["@type"] == "ImageObject"
        assert said["license"] == "https://creativecommons.org/licenses/by/4.0/"
        assert said["acquireLicensePage"] == page
        assert said["creditText"].startswith("alice, made with Styleweb after")
        assert said["digitalSourceType"] == MADE_BY_A_MODEL
        assert said["keywords"] == "sea, boats"
        assert said["creator"]["url"] == f"{SITE}/people/alice/"
        for name in ("contentUrl", "thumbnailUrl"):
            assert sent_file(Client().get(said[name]))

    def test_says_nothing_that_is_not_known(self, artwork: Artwork) -> None:
        rights = {"origin": "uploaded", "rights": "own-work", "creator": "Ada", "job": None}
        Artwork.objects.update(license="all-rights-reserved", **rights)
        said = data_of(artwork)
        assert "license" not in said
        assert "digitalSourceType" not in said
        assert said["creator"] == {"@type": "Person", "name": "Ada"}
        assert said["copyrightNotice"] == "© Ada. All rights reserved."

    def test_cannot_end_the_block(self, artwork: Artwork) -> None:
        title = "</script><script>alert(1)</script><!--"
        rename_artwork(artwork=artwork, title=title)
        assert data_of(artwork)["name"] == title

    def test_is_not_on_private_pages(self, alice: User) -> None:
        kept = keep_artwork(job=finished_job(alice))
        page = client_of(alice).get(kept.get_absolute_url()).text
        for word in ("ld+json", "og:", "oembed", "embed-code"):
            assert word not in page


class TestLinkPreviews:
    def check(self, page: str) -> None:
        """Open the picture beside a link, and compare it with what the page says about it."""
        address = tag(page, "property", "og:image")
        data = sent_file(Client().get(address))
        assert len(data) <= LINK_PREVIEW_BYTES * 2 <= 1_000_000
        with Image.open(io.BytesIO(data)) as image:
            size = [tag(page, "property", f"og:image:{each}") for each in ("width", "height")]
            assert (image.format, [str(side) for side in image.size]) == ("JPEG", size)
        assert tag(page, "name", "twitter:card") == "summary_large_image"
        assert tag(page, "property", "og:title")

    def test_are_of_galleries_people_and_styles(self, artwork: Artwork) -> None:
        gallery = create_gallery(owner=artwork.owner, title="Sea", visibility="public")
        add_to_gallery(gallery=gallery, artworks=[artwork.pk])
        style, sampled = make_style("wave"), make_code_style("night")
        addresses = [
            gallery.get_absolute_url(),
            reverse("person", args=["alice"]),
            style.get_absolute_url(),
            sampled.get_absolute_url(),
        ]
        for address in addresses:
            page = Client().get(address).text
            self.check(page)
            assert f'<link rel="canonical" href="{SITE}{address}">' in page

    def test_of_an_empty_gallery_have_no_picture(self, alice: User) -> None:
        gallery = create_gallery(owner=alice, title="Sea", visibility="public")
        page = Client().get(gallery.get_absolute_url()).text
        assert "og:image" not in page
        assert tag(page, "name", "twitter:card") == "summary"
