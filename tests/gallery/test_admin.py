"""Moderation: hide published artworks and show them again. Private artworks are not visible."""

from pathlib import Path

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from accounts.models import User
from gallery.galleries import create_gallery
from gallery.models import Artwork, Gallery
from gallery.services import keep_artwork, publish_artwork, unpublish_artwork
from tests.support.factories import finished_job, make_style

pytestmark = pytest.mark.django_db(transaction=True)

LIST = reverse("admin:gallery_artwork_changelist")


@pytest.fixture
def moderator(bob: User) -> Client:
    """Return a browser that is signed in as a moderator."""
    bob.is_staff = True
    bob.save(update_fields=["is_staff"])
    rights = Permission.objects.filter(codename__in=["change_artwork", "view_artwork"])
    bob.user_permissions.set(rights)
    client = Client()
    client.force_login(bob)
    return client


@pytest.fixture
def artwork(media_root: Path, alice: User) -> Artwork:
    """Return a published artwork of alice."""
    assert media_root.is_dir()
    kept = keep_artwork(job=finished_job(alice, styles=[make_style()]), title="Sea at night")
    return publish_artwork(artwork=kept, license="CC-BY-4.0")


def page_of(artwork: Artwork) -> str:
    """Return the address of the page of an artwork."""
    return reverse("admin:gallery_artwork_change", args=[artwork.pk])


def test_hides_and_shows_artworks_from_the_list(moderator: Client, artwork: Artwork) -> None:
    for action, is_public in (("hide", False), ("show", True)):
        moderator.post(LIST, {"action": action, "_selected_action": [str(artwork.pk)]})
        assert Artwork.objects.in_public_gallery().exists() == is_public


def test_shows_hidden_artworks_to_moderators(moderator: Client, artwork: Artwork) -> None:
    moderator.post(LIST, {"action": "hide", "_selected_action": [str(artwork.pk)]})
    page = moderator.get(LIST, {"moderation__exact": "hidden"}).content.decode()
    source = reverse("artwork-file", kwargs={"pk": artwork.pk, "variant": "thumb"})
    assert source in page
    assert moderator.get(source).getvalue()


def test_shows_an_artwork_without_changing_it(moderator: Client, artwork: Artwork) -> None:
    page = moderator.get(page_of(artwork)).content.decode()
    assert "CC BY 4.0" in page
    assert "Katsushika Hokusai" in page
    moderator.post(page_of(artwork), {"title": "Mine now", "owner": "1"})
    artwork.refresh_from_db()
    assert (artwork.title, artwork.owner.username) == ("Sea at night", "alice")


def test_does_not_list_private_artworks(moderator: Client, artwork: Artwork) -> None:
    unpublish_artwork(artwork=artwork)
    assert "Sea at night" not in moderator.get(LIST).content.decode()
    assert moderator.get(page_of(artwork)).status_code == 302


def test_can_neither_add_nor_delete_artworks(artwork: Artwork, admin_client: Client) -> None:
    assert admin_client.get(reverse("admin:gallery_artwork_add")).status_code == 403
    url = reverse("admin:gallery_artwork_delete", args=[artwork.pk])
    assert admin_client.post(url, {"post": "yes"}).status_code == 403
    assert Artwork.objects.filter(pk=artwork.pk).exists()


def test_is_closed_to_others(alice: User, artwork: Artwork) -> None:
    client = Client()
    client.force_login(alice)
    assert client.get(LIST).status_code == 302
    alice.is_staff = True
    alice.save(update_fields=["is_staff"])
    assert client.get(LIST).status_code == 403
    assert client.post(LIST, {"action": "hide", "_selected_action": artwork.pk}).status_code == 403


def test_hides_and_shows_galleries(admin_client: Client, alice: User) -> None:
    gallery = create_gallery(owner=alice, title="Sea", visibility="public")
    create_gallery(owner=alice, title="Private")
    listed = reverse("admin:gallery_gallery_changelist")
    assert "Private" not in admin_client.get(listed).text
    for action, is_public in (("hide", False), ("show", True)):
        admin_client.post(listed, {"action": action, "_selected_action": [str(gallery.pk)]})
        assert Gallery.objects.public().exists() == is_public
