"""What visitors with a share link get at each stage of its life: every address, every variant."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from common.storage import save_as
from gallery.conversions import conversions_of
from gallery.models import Artwork, ShareLink
from gallery.moderation import hide_artwork
from gallery.services import delete_artwork, keep_artwork, publish_artwork
from gallery.shares import change_link, create_link, revoke_link
from tests.gallery.test_views import client_of
from tests.support.factories import finished_job, make_style

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
VARIANTS = ("full", "preview", "thumb", "link-preview", "before")
FORMATS = ("jpeg", "png", "webp")
SHOWN = {"preview", "thumb", "link-preview"}


@pytest.fixture
def artwork(media_root: Path, alice: User) -> Artwork:
    """Return a private artwork of alice."""
    assert media_root.is_dir()
    made = keep_artwork(job=finished_job(alice, styles=[make_style()]), title="Sea at Night")
    store_conversions(made)
    return made


def store_conversions(artwork: Artwork) -> None:
    """Store every file that is made at the first request, because making one takes long."""
    for name in conversions_of([str(artwork.file.name)]):
        save_as(name, ContentFile(b"made before"))


@pytest.fixture
def link(artwork: Artwork) -> ShareLink:
    """Return a link to the artwork, as it is made without any choice."""
    return create_link(thing=artwork)


def file_address(link: ShareLink, artwork: Artwork, variant: str) -> str:
    return reverse("share-file", args=[link.token, artwork.pk, variant])


def addresses(link: ShareLink, artwork: Artwork) -> Iterator[tuple[str, str]]:
    """Yield every address of an artwork by a link, with the variant or the format that it asks."""
    for variant in VARIANTS:
        yield variant, file_address(link, artwork, variant)
    for form in FORMATS:
        yield form, file_address(link, artwork, "full") + f"?download=1&format={form}"


def opened(client: Client, link: ShareLink, artwork: Artwork) -> set[str]:
    """Return which variants and formats `client` gets. Each is asked in every way."""
    got: set[str] = set()
    for name, address in addresses(link, artwork):
        ways: list[Any] = [
            client.get(address),
            client.head(address),
            client.get(address, headers={"range": "bytes=0-9"}),
            client.get(address, headers={"if-none-match": "*"}),
        ]
        for answer in ways:
            answer.getvalue()
        codes = [answer.status_code for answer in ways]
        assert codes in ([200, 200, 200, 304], [ways[0].status_code] * 4), name
        if codes[0] == 200:
            got.add(name)
            for answer in ways:
                assert answer["Cache-Control"] == "private, no-store"
                assert answer["X-Robots-Tag"] == "noindex"
    return got


class TestArtwork:
    def test_shows_it_to_everybody_who_has_the_link(
        self, client: Client, artwork: Artwork, link: ShareLink, bob: User
    ) -> None:
        for visitor in (client, client_of(bob)):
            page = visitor.get(link.get_absolute_url())
            assert page.status_code == 200
            assert "Sea at Night" in page.text
            assert page["Cache-Control"] == "private, no-store"
            assert opened(visitor, link, artwork) == {*SHOWN, "full", *FORMATS}

    def test_opens_nothing_else(self, client: Client, link: ShareLink, alice: User) -> None:
        other = publish_artwork(artwork=keep_artwork(job=finished_job(alice)), license="CC0-1.0")
        assert opened(client, link, other) == set()
        for name in ("artwork", "artwork-share"):
            address = reverse(name, args=[link.artwork_id])
            assert client_of(link.owner).get(address).status_code == 200
            assert client.get(address).status_code in {302, 404}
        for variant in VARIANTS:
            address = reverse("artwork-file", args=[link.artwork_id, variant])
            assert client.get(address).status_code == 404

    def test_ends_with_the_next_request(
        self, client: Client, artwork: Artwork, link: ShareLink
    ) -> None:
        client.get(link.get_absolute_url())
        revoke_link(link=link)
        page = client.get(link.get_absolute_url())
        assert page.status_code == 410
        assert "was turned off" in page.text
        assert "Sea at Night" not in page.text
        assert opened(client, link, artwork) == set()

    def test_ends_after_its_time(self, client: Client, artwork: Artwork, link: ShareLink) -> None:
        ShareLink.objects.update(created_at=timezone.now() - timedelta(days=31))
        ShareLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
        page = client.get(link.get_absolute_url())
        assert page.status_code == 410
        assert "has expired" in page.text
        assert opened(client, link, artwork) == set()
        change_link(link=link, expires_at=None)
        assert opened(client, link, artwork) == {*SHOWN, "full", *FORMATS}

    @pytest.mark.parametrize("cut", [0, 1, 21])
    def test_needs_the_whole_token(self, client: Client, link: ShareLink, cut: int) -> None:
        assert client.get(f"/s/{link.token[:cut]}/").status_code == 404
        assert client.get(f"/s/{link.token}x/").status_code == 404
        assert client.get(f"/s/{link.token.swapcase()}/").status_code == 404

    def test_shows_the_photo_only_if_its_owner_allows_it(
        self, client: Client, artwork: Artwork, link: ShareLink
    ) -> None:
        Artwork.objects.update(shows_before=True)  # for the public gallery
        assert "compare-before" not in client.get(link.get_absolute_url()).text
        change_link(link=link, shows_photo=True)
        assert "compare-before" in client.get(link.get_absolute_url()).text
        assert "before" in opened(client, link, artwork)

    def test_shows_how_it_was_made_unless_its_owner_forbids_it(
        self, client: Client, link: ShareLink
    ) -> None:
        page = client.get(link.get_absolute_url())
        assert "Use this style" in page.text
        assert "/styles/great-wave/" in page.text
        change_link(link=link, shows_recipe=False)
        page = client.get(link.get_absolute_url())
        assert "Use this style" not in page.text
        assert "/styles/" not in page.text.replace('href="/styles/"', "")
        assert "Katsushika Hokusai" in page.text  # the credit

    def test_is_hidden_by_a_moderator(
        self, client: Client, artwork: Artwork, link: ShareLink
    ) -> None:
        hide_artwork(artwork=artwork)
        assert client.get(link.get_absolute_url()).status_code == 404
        assert opened(client, link, artwork) == set()

    def test_ends_with_its_artwork(self, client: Client, artwork: Artwork, link: ShareLink) -> None:
        delete_artwork(artwork=artwork)
        assert client.get(link.get_absolute_url()).status_code == 404
        assert not ShareLink.objects.exists()

    def test_ends_with_the_account_of_its_owner(
        self, client: Client, artwork: Artwork, link: ShareLink
    ) -> None:
        User.objects.update(is_active=False)
        assert client.get(link.get_absolute_url()).status_code == 404
        assert opened(client, link, artwork) == set()
