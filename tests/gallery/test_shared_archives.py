"""What visitors with a share link download of a gallery, and what they learn of its materials."""

import io
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from rest_framework.test import APIClient

from accounts.models import User
from gallery.galleries import add_to_gallery, create_gallery
from gallery.models import Artwork, Gallery, ShareLink
from gallery.moderation import hide_artwork
from gallery.services import keep_artwork
from gallery.shares import change_link, create_link, revoke_link
from gallery.trash import trash_artworks
from style_transfer.imaging.metadata.passport import read_passport
from tests.gallery.test_archives import content_of
from tests.gallery.test_galleries import artworks_of
from tests.support.clients import assert_problem
from tests.support.factories import finished_job, make_own_style, make_style

pytestmark = pytest.mark.django_db
CREDITS = ["CREDITS.txt", "credits.json"]


@pytest.fixture
def artworks(media_root: Path, alice: User) -> list[Artwork]:
    """Return three private artworks of alice."""
    assert media_root.is_dir()
    style = make_style()
    return [
        keep_artwork(job=finished_job(alice, styles=[style], seed=seed), title=title)
        for seed, title in enumerate(("Dawn", "Noon", "Dusk"))
    ]


@pytest.fixture
def gallery(artworks: list[Artwork], alice: User) -> Gallery:
    """Return a private gallery with the first two."""
    made = create_gallery(owner=alice, title="By the Sea")
    add_to_gallery(gallery=made, artworks=[each.pk for each in artworks[:2]])
    return made


def page(link: ShareLink) -> str:
    """Return the address of the archive for browsers."""
    return reverse("share-archive", kwargs={"token": link.token})


def api(link: ShareLink, part: str = "archive") -> str:
    """Return an address of the link for apps."""
    return f"/api/v1/public/shares/{link.token}/{part}/"


ADDRESSES = [pytest.param(page, id="page"), pytest.param(api, id="api")]
Address = Callable[[ShareLink], str]


@pytest.mark.parametrize("address", ADDRESSES)
def test_has_what_the_link_names_and_nothing_else(
    gallery: Gallery, artworks: list[Artwork], address: Address
) -> None:
    response = Client().get(address(create_link(thing=gallery)))
    assert response["Content-Disposition"] == 'attachment; filename="styleweb-by-the-sea.zip"'
    assert response["Cache-Control"] == "private, no-store"
    archive = content_of(response)
    assert archive.namelist() == ["001-dawn.png", "002-noon.png", *CREDITS]
    works = json.loads(archive.read("credits.json"))["pictures"][0]["works"]
    assert [each["title"] for each in works] == ["Dawn", "Great Wave"]
    # The artworks are private, so nobody is sent to their pages.
    assert works[0]["source_url"] == ""
    assert "http" not in archive.read("CREDITS.txt").decode().split("Great Wave")[0]


@pytest.mark.parametrize("address", ADDRESSES)
def test_follows_what_becomes_of_the_gallery(
    gallery: Gallery, artworks: list[Artwork], alice: User, address: Address
) -> None:
    link = create_link(thing=gallery)
    sketch = keep_artwork(
        job=finished_job(alice, styles=[make_own_style(alice, license="unknown-rights")]),
        title="For me alone",
    )
    add_to_gallery(gallery=gallery, artworks=[artworks[2].pk, sketch.pk])
    hide_artwork(artwork=artworks[0])
    trash_artworks(owner=alice, artworks=[artworks[1].pk])
    archive = content_of(Client().get(address(link)))
    assert archive.namelist() == ["001-dusk.png", *CREDITS]


@pytest.mark.parametrize("address", ADDRESSES)
def test_is_for_nobody_if_the_link_allows_no_download(
    gallery: Gallery, artworks: list[Artwork], address: Address
) -> None:
    closed = create_link(thing=gallery, allows_download=False)
    of_one = create_link(thing=artworks[0])
    for link in (closed, of_one):
        assert Client().get(address(link)).status_code == 404
    assert b"Download ZIP" not in Client().get(closed.get_absolute_url()).content
    open_link = create_link(thing=gallery)
    shown = Client().get(open_link.get_absolute_url()).text
    assert page(open_link) in shown
    # It is no layout.
    start = shown.index('aria-label="Layout"')
    assert shown.index("</nav>", start) < shown.index("Download ZIP")


@pytest.mark.parametrize("address", ADDRESSES)
def test_ends_with_the_link(gallery: Gallery, address: Address) -> None:
    revoked, expired = create_link(thing=gallery), create_link(thing=gallery)
    for link in (revoked, expired):
        content_of(Client().get(address(link)))
    revoke_link(link=revoked)
    past = timezone.now() - timedelta(days=40)
    ShareLink.objects.filter(pk=expired.pk).update(created_at=past, expires_at=timezone.now())
    for link, code in ((revoked, "link_revoked"), (expired, "link_expired")):
        assert Client().get(address(link)).status_code == 410
        assert_problem(APIClient().get(api(link)), 410, code)
        assert_problem(APIClient().get(api(link, "materials")), 410, code)


def test_asks_for_the_password(gallery: Gallery, alice: User) -> None:
    link = create_link(thing=gallery, password="sea and sky")
    browser = Client()
    asked = browser.get(page(link))
    assert (asked.status_code, asked["Content-Type"][:9]) == (200, "text/html")
    unlock = reverse("share-unlock", kwargs={"token": link.token})
    browser.post(unlock, {"password": "sea and sky"})
    content_of(browser.get(page(link)))
    app = APIClient()
    for part in ("archive", "materials"):
        assert_problem(app.get(api(link, part)), 403, "link_locked")
    key = app.post(api(link, "unlock"), {"password": "sea and sky"}).json()["key"]
    content_of(app.get(api(link), headers={"share-key": key}))
    # The key is for this password only.
    change_link(link=link, password="another one")
    assert_problem(app.get(api(link), headers={"share-key": key}), 403, "link_locked")
    assert browser.get(page(link))["Content-Type"].startswith("text/html")
    owner = Client()
    owner.force_login(alice)
    content_of(owner.get(page(link)))


@pytest.mark.slow
def test_is_as_small_as_the_link_says(alice: User, media_root: Path) -> None:
    assert media_root.is_dir()
    kept = keep_artwork(job=finished_job(alice, size=(1400, 100), styles=[make_style()]))
    gallery = create_gallery(owner=alice, title="By the Sea")
    add_to_gallery(gallery=gallery, artworks=[kept.pk])
    link = create_link(thing=gallery, max_side=1280)
    for address in (page(link), api(link), f"{page(link)}?size=full", f"{api(link)}?size=2048"):
        archive = content_of(Client().get(address))
        with Image.open(io.BytesIO(archive.read(archive.namelist()[0]))) as small:
            assert small.size == (1280, 91)


def test_tells_the_recipe_only_if_the_link_shows_it(
    gallery: Gallery, artworks: list[Artwork]
) -> None:
    told = {}
    for shows in (True, False):
        link = create_link(thing=gallery, shows_recipe=shows)
        passport = read_passport(content_of(Client().get(page(link))).read("001-dawn.png"))
        told[shows] = bool(passport and passport.facts.get("recipe"))
    assert told == {True: True, False: False}


def test_asks_the_database_no_more_for_more_pictures(
    gallery: Gallery, artworks: list[Artwork], alice: User
) -> None:
    link, counts = create_link(thing=gallery), []
    for more in ([], artworks_of(alice, 8)):
        add_to_gallery(gallery=gallery, artworks=more)
        with CaptureQueriesContext(connection) as queries:
            response: Any = Client().head(api(link))
            response.close()
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_is_refused_for_an_empty_gallery(alice: User) -> None:
    link = create_link(thing=create_gallery(owner=alice, title="Empty"))
    assert Client().get(page(link))["Location"] == link.get_absolute_url()
    assert_problem(APIClient().get(api(link)), 422, "nothing_to_download")
    assert b"Download ZIP" not in Client().get(link.get_absolute_url()).content


class TestMaterials:
    def test_are_those_of_an_artwork_of_the_link(
        self, gallery: Gallery, artworks: list[Artwork]
    ) -> None:
        link, app = create_link(thing=gallery), APIClient()
        items = app.get(api(link, "items")).json()["results"]
        found = app.get(items[1]["materials"]).json()
        assert [each["title"] for each in found["styles"]] == ["Great Wave"]
        assert found["styles"][0]["license"]["id"] == "CC0-1.0"
        assert found["software"]
        assert_problem(app.get(api(link, "materials")), 422, "one_thing")
        for other in (artworks[2].pk, gallery.pk):
            address = f"{api(link, 'materials')}?artwork={other}"
            assert app.get(address).status_code == 404

    def test_are_hidden_with_the_recipe(self, gallery: Gallery, artworks: list[Artwork]) -> None:
        link, app = create_link(thing=artworks[0], shows_recipe=False), APIClient()
        assert app.get(api(link, "materials")).status_code == 404
        assert app.get(api(link, "items")).json()["results"][0]["materials"] is None
        change_link(link=link, shows_recipe=True)
        assert app.get(api(link, "materials")).status_code == 200

    def test_name_an_own_style_without_its_picture(self, alice: User, media_root: Path) -> None:
        style = make_own_style(alice)
        kept = keep_artwork(job=finished_job(alice, styles=[style]))
        found = APIClient().get(api(create_link(thing=kept), "materials")).json()
        assert found["styles"][0]["image_sha256"] == ""
        assert found["styles"][0]["evidence"] == []
