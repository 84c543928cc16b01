"""The pages where a user makes links and looks after them."""

import io
from datetime import timedelta
from typing import Any

import pytest
import segno
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from accounts.models import User
from gallery.models import Artwork, ShareLink
from gallery.shares import create_link, revoke_link
from tests.gallery.test_galleries import artworks_of
from tests.gallery.test_views import client_of

pytestmark = pytest.mark.django_db
CHOICES = {"ends": "30", "password": "", "download": "full", "shows_recipe": "on"}


@pytest.fixture
def artwork(alice: User) -> Artwork:
    """Return a private artwork of alice."""
    return Artwork.objects.get(pk=artworks_of(alice, 1)[0])


def create(artwork: Artwork, **choices: str) -> Any:
    address = reverse("artwork-share", args=[artwork.pk])
    return client_of(artwork.owner).post(address, CHOICES | choices)


class TestShare:
    def test_is_offered_beside_an_artwork(self, artwork: Artwork) -> None:
        page = client_of(artwork.owner).get(artwork.get_absolute_url())
        assert reverse("artwork-share", args=[artwork.pk]) in page.text

    def test_makes_a_link_and_shows_its_address(self, artwork: Artwork) -> None:
        answer = create(artwork)
        link = ShareLink.objects.get()
        assert answer["Location"] == reverse("link", args=[link.pk])
        page = client_of(artwork.owner).get(answer["Location"])
        assert f"http://testserver/s/{link.token}/" in page.text
        assert (link.artwork, link.allows_download, link.max_side) == (artwork, True, None)
        assert (link.shows_photo, link.shows_recipe) == (False, True)

    def test_takes_every_choice(self, artwork: Artwork) -> None:
        create(artwork, ends="never", password="sea", download="2048", shows_photo="on")
        link = ShareLink.objects.get()
        assert (link.expires_at, link.max_side, link.shows_photo) == (None, 2048, True)
        assert link.password
        create(artwork, download="no")
        assert not ShareLink.objects.latest("created_at").allows_download

    @pytest.mark.parametrize(
        ("field", "value"),
        [("ends", "0"), ("ends", "x" * 10_000), ("download", "9999"), ("password", "x" * 129)],
    )
    def test_refuses_a_wrong_choice(self, artwork: Artwork, field: str, value: str) -> None:
        page = create(artwork, **{field: value})
        assert page.status_code == 422
        assert "errorlist" in page.text
        assert not ShareLink.objects.exists()

    def test_says_why_something_cannot_be_shared(self, artwork: Artwork) -> None:
        Artwork.objects.update(moderation="hidden")
        address = reverse("artwork-share", args=[artwork.pk])
        page = client_of(artwork.owner).get(address)
        assert "A moderator has hidden this. It cannot be shared." in page.text
        assert "Create link" not in page.text
        assert create(artwork).status_code == 422


class TestMyLinks:
    def test_lists_what_works_and_what_expired(self, artwork: Artwork, bob: User) -> None:
        links = [create_link(thing=artwork) for _ in range(3)]
        revoke_link(link=links[0])
        past = timezone.now() - timedelta(days=40)
        ended = ShareLink.objects.filter(pk=links[1].pk)
        ended.update(created_at=past, expires_at=past + timedelta(days=1))
        ShareLink.objects.filter(pk=links[2].pk).update(opened=3, last_opened_at=past)
        page = client_of(artwork.owner).get(reverse("my-links"))
        assert set(page.context["page"]) == set(links[1:])
        assert "Expired" in page.text
        assert "Opened 3 times, last" in page.text
        assert not client_of(bob).get(reverse("my-links")).context["page"].object_list

    def test_needs_few_queries(self, artwork: Artwork, django_assert_max_num_queries: Any) -> None:
        for _ in range(20):
            create_link(thing=artwork)
        client = client_of(artwork.owner)
        for address in (
            reverse("my-links"),
            reverse("artwork-share", args=[artwork.pk]),
            reverse("link", args=[ShareLink.objects.latest("created_at").pk]),
        ):
            with django_assert_max_num_queries(12):
                assert client.get(address).status_code == 200


class TestLink:
    def change(self, link: ShareLink, **choices: str) -> Any:
        address = reverse("link", args=[link.pk])
        return client_of(link.owner).post(address, CHOICES | {"ends": "keep"} | choices)

    def test_changes_what_visitors_may_do(self, artwork: Artwork) -> None:
        link = create_link(thing=artwork, password="sea and sky")
        assert self.change(link, download="1280", shows_photo="on").status_code == 302
        row = ShareLink.objects.get()
        assert (row.max_side, row.shows_photo) == (1280, True)
        assert (row.password, row.expires_at) == (link.password, link.expires_at)
        self.change(link, password="another")
        assert ShareLink.objects.get().password not in {"", link.password}
        self.change(link, without_password="on")
        assert ShareLink.objects.get().password == ""

    def test_prolongs_an_expired_link(self, artwork: Artwork) -> None:
        link = create_link(thing=artwork)
        past = timezone.now() - timedelta(days=40)
        ShareLink.objects.update(created_at=past, expires_at=past + timedelta(days=1))
        address = reverse("link", args=[link.pk])
        assert "Choose a later end" in client_of(artwork.owner).get(address).text
        self.change(link, ends="7")
        assert ShareLink.objects.working().exists()

    def test_revokes_a_link(self, artwork: Artwork) -> None:
        link = create_link(thing=artwork)
        client = client_of(artwork.owner)
        client.post(reverse("link-revoke", args=[link.pk]))
        assert ShareLink.objects.get().revoked_at is not None
        assert client.get(reverse("link", args=[link.pk])).status_code == 404

    def test_has_a_qr_code_of_its_address(self, artwork: Artwork) -> None:
        link = create_link(thing=artwork)
        client = client_of(artwork.owner)
        address = reverse("link-qr", args=[link.pk])
        drawn = client.get(address)
        assert drawn["Content-Type"] == "image/svg+xml"
        assert drawn.content.startswith(b"<?xml")
        assert b"<svg" in drawn.content
        printed = client.get(address, {"download": "1"})
        assert printed["Content-Disposition"] == 'attachment; filename="styleweb-link.png"'
        code = segno.make(f"http://testserver/s/{link.token}/", error="m", micro=False)
        with Image.open(io.BytesIO(printed.content)) as picture:
            side = len(code.matrix) + 2 * 4
            small = picture.convert("1").resize((side, side), Image.Resampling.NEAREST)
        dots = [small.getpixel((x, y)) == 0 for y in range(side) for x in range(side)]
        assert dots == [bool(dot) for row in code.matrix_iter(border=4) for dot in row]
