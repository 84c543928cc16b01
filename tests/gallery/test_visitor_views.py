"""What visitors with a share link get at each stage of its life: every address, every variant."""

import io
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from accounts.models import User
from common.storage import save_as
from gallery.conversions import conversions_of
from gallery.galleries import add_to_gallery, arrange_gallery, create_gallery, hide_gallery
from gallery.models import Artwork, Gallery, ShareLink
from gallery.moderation import hide_artwork
from gallery.services import delete_artwork, keep_artwork, publish_artwork
from gallery.shares import change_link, create_link, revoke_link
from gallery.trash import restore, trash_artworks, trash_gallery
from tests.gallery.test_galleries import artworks_of, order_of
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
            # No request of the page names its address, which has the token.
            assert page["Referrer-Policy"] == "strict-origin"
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


class TestGallery:
    @pytest.fixture
    def gallery(self, artwork: Artwork) -> Gallery:
        """Return a private gallery with the private artwork and two others."""
        made = create_gallery(owner=artwork.owner, title="Northern sea")
        add_to_gallery(gallery=made, artworks=[artwork.pk, *artworks_of(artwork.owner, 2)])
        return made

    @pytest.mark.parametrize("layout", Gallery.Layout.values)
    def test_shows_every_picture_in_it(
        self, client: Client, gallery: Gallery, artwork: Artwork, layout: str
    ) -> None:
        link = create_link(thing=gallery)
        page = client.get(link.get_absolute_url(), {"layout": layout})
        assert page.templates[0].name == f"gallery/shares/{layout}.html"
        for pk in order_of(gallery):
            assert reverse("share-artwork", args=[link.token, pk]) in page.text
        found = set(re.findall(r'(?:src|href|content)="([^"]*)"', page.text))
        # Nothing on the page leads to an address that visitors cannot open.
        private = [
            each for each in found if "/artworks/" in each and f"/s/{link.token}/" not in each
        ]
        assert private == []
        page = client.get(reverse("share-artwork", args=[link.token, artwork.pk]))
        assert "Sea at Night" in page.text
        assert link.get_absolute_url() in page.text

    def test_opens_all_files_of_its_pictures_until_it_is_revoked(
        self, client: Client, gallery: Gallery, artwork: Artwork
    ) -> None:
        link = create_link(thing=gallery)
        assert opened(client, link, artwork) == {*SHOWN, "full", *FORMATS}
        other = keep_artwork(job=finished_job(artwork.owner))
        assert opened(client, link, other) == set()
        assert client.get(reverse("share-artwork", args=[link.token, other.pk])).status_code == 404
        revoke_link(link=link)
        assert opened(client, link, artwork) == set()
        address = reverse("share-artwork", args=[link.token, artwork.pk])
        assert client.get(address).status_code == 410

    def test_leaves_out_what_may_not_be_shared(
        self, client: Client, gallery: Gallery, artwork: Artwork
    ) -> None:
        link = create_link(thing=gallery)
        hidden, unknown = order_of(gallery)[1:]
        hide_artwork(artwork=Artwork.objects.get(pk=hidden))
        Artwork.objects.filter(pk=unknown).update(
            origin="uploaded", rights="unknown-rights", job=None
        )
        page = client.get(link.get_absolute_url())
        assert [item.artwork for item in page.context["page"]] == [artwork]
        for pk in (hidden, unknown):
            assert opened(client, link, Artwork.objects.get(pk=pk)) == set()
        arrange_gallery(gallery=gallery, artworks=[hidden], version=gallery.version)
        assert opened(client, link, artwork) == set()
        assert "There are no pictures" in client.get(link.get_absolute_url()).text

    def test_is_hidden_by_a_moderator(
        self, client: Client, gallery: Gallery, artwork: Artwork
    ) -> None:
        link = create_link(thing=gallery)
        hide_gallery(gallery=gallery)
        assert client.get(link.get_absolute_url()).status_code == 404
        assert opened(client, link, artwork) == set()

    def test_needs_few_queries(
        self, client: Client, gallery: Gallery, django_assert_max_num_queries: Any
    ) -> None:
        link = create_link(thing=gallery)
        add_to_gallery(gallery=gallery, artworks=artworks_of(gallery.owner, 20))
        for layout in Gallery.Layout.values:
            with django_assert_max_num_queries(12):
                client.get(link.get_absolute_url(), {"layout": layout})


def test_rests_while_its_artwork_or_gallery_is_in_the_trash(
    client: Client, artwork: Artwork, link: ShareLink
) -> None:
    gallery = create_gallery(owner=artwork.owner, title="Northern sea")
    add_to_gallery(gallery=gallery, artworks=[artwork.pk])
    whole = create_link(thing=gallery)
    trash_gallery(gallery=gallery)
    assert client.get(whole.get_absolute_url()).status_code == 404
    assert opened(client, whole, artwork) == set()
    trash_artworks(owner=artwork.owner, artworks=[artwork.pk])
    assert client.get(link.get_absolute_url()).status_code == 404
    assert opened(client, link, artwork) == set()
    assert not ShareLink.objects.owned_by(artwork.owner).exists()
    restore(owner=artwork.owner, artworks=[artwork.pk], galleries=[gallery.pk])
    for each in (link, whole):
        assert opened(client, each, artwork) == {*SHOWN, "full", *FORMATS}


class TestTrial:
    """The owner sees the page of a stranger."""

    def test_shows_the_owner_exactly_what_a_stranger_gets(
        self, client: Client, artwork: Artwork, link: ShareLink
    ) -> None:
        mine = client_of(artwork.owner)
        change_link(link=link, shows_recipe=False, allows_download=False)
        trial = mine.get(link.get_absolute_url()).text
        bar = re.compile(r'<aside class="share-trial".*?</aside>', re.DOTALL)
        assert bar.search(trial)
        assert plain(bar.sub("", trial)) == plain(client.get(link.get_absolute_url()).text)
        assert opened(mine, link, artwork) == opened(client, link, artwork) == SHOWN

    def test_needs_no_password_and_is_not_counted(self, artwork: Artwork) -> None:
        link = create_link(thing=artwork, password="sea and sky")
        page = client_of(artwork.owner).get(link.get_absolute_url())
        assert "They are asked for the password first." in page.text
        assert ShareLink.objects.get().opened == 0


def plain(page: str) -> str:
    """Return a page without the values that differ with each request, and without empty lines."""
    page = re.sub(r'name="csrfmiddlewaretoken"\s+value="\w+"', "", page)
    return "\n".join(line for line in page.splitlines() if line.strip())


def test_counts_visits_of_others(client: Client, link: ShareLink, bob: User) -> None:
    address = link.get_absolute_url()
    for visitor in (client, client_of(bob)):
        visitor.get(address)
    for request in (client.head(address), client.get(address + "?page=2")):
        request.getvalue()
    row = ShareLink.objects.get()
    assert row.opened == 2
    assert row.last_opened_at is not None


@pytest.mark.parametrize("side", [1280, 2048])
def test_sends_no_larger_picture_than_its_owner_allows(
    client: Client,
    alice: User,
    media_root: Path,
    side: int,
    django_capture_on_commit_callbacks: Any,
) -> None:
    assert media_root.is_dir()
    artwork = keep_artwork(job=finished_job(alice, size=(2100, 1400), styles=[make_style()]))
    link = create_link(thing=artwork, max_side=side)
    for query in ("", "?download=1", "?download=1&format=jpeg"):
        answer = client.get(file_address(link, artwork, "full") + query)
        with Image.open(io.BytesIO(answer.getvalue())) as picture:
            assert max(picture.size) == side
    assert f"{side} × {round(side * 2 / 3)} px" in client.get(link.get_absolute_url()).text
    with django_capture_on_commit_callbacks(execute=True):
        delete_artwork(artwork=artwork)
    assert [path for path in (media_root / "artworks").rglob("*") if path.is_file()] == []


def test_allows_no_download_if_its_owner_forbids_it(
    client: Client, artwork: Artwork, link: ShareLink
) -> None:
    change_link(link=link, allows_download=False)
    assert "Download" not in client.get(link.get_absolute_url()).text
    assert opened(client, link, artwork) == SHOWN


def test_puts_a_picture_beside_the_link_for_messengers(client: Client, link: ShareLink) -> None:
    page = client.get(link.get_absolute_url()).text
    picture = re.search(r'og:image" content="http://testserver([^"]*)"', page)
    assert picture
    answer = client.get(picture[1])
    assert (answer.status_code, answer.getvalue()) == (200, b"made before")
    assert '<meta name="robots" content="noindex">' in page
    assert "canonical" not in page
