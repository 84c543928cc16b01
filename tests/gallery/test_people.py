"""People as others see them: only what they published, and a picture of it beside the name."""

from typing import Any

import pytest
from django.http import Http404
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.models import User
from gallery.access import NOBODY
from gallery.galleries import add_to_gallery, create_gallery
from gallery.models import Artwork, Gallery
from gallery.moderation import hide_artwork
from gallery.people import AvatarNotPublic, avatar_of, find_person, remove_avatar, set_avatar
from gallery.services import delete_artwork, unpublish_artwork
from tests.gallery.test_galleries import artworks_of
from tests.gallery.test_views import client_of
from tests.support.clients import assert_problem, session_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(alice: User) -> User:
    """Return alice, who published one of two artworks, and one of two galleries."""
    ids = artworks_of(alice, 2)
    Artwork.objects.filter(pk=ids[0]).update(title="Secret")
    Artwork.objects.filter(pk=ids[1]).update(
        title="Harbor", visibility="public", license="CC0-1.0", published_at=alice.date_joined
    )
    for title, visibility in (("Sea", "public"), ("Drafts", "private")):
        gallery = create_gallery(owner=alice, title=title, visibility=visibility)
        add_to_gallery(gallery=gallery, artworks=ids)
    create_gallery(owner=alice, title="Plans", visibility="public")
    alice.display_name, alice.about = "Alice Moreau", "Paints the coast."
    alice.save(update_fields=["display_name", "about"])
    return alice


def public_of(person: User) -> Artwork:
    return Artwork.objects.in_public_gallery().get(owner=person)


class TestPage:
    def test_shows_what_the_person_published_and_nothing_else(
        self, client: Client, person: User
    ) -> None:
        for each in (client, client_of(person)):
            page = each.get(reverse("person", args=["alice"]))
            for word in ("Alice Moreau", "Paints the coast.", "Harbor", "Sea"):
                assert word in page.text
            for word in ("Secret", "Drafts", "Plans", person.email):
                assert word not in page.text

    def test_finds_any_spelling_of_the_name(self, client: Client, person: User) -> None:
        assert client.get("/people/ALICE/").status_code == 200

    def test_is_not_there_for_others_without_anything_public(
        self, client: Client, person: User
    ) -> None:
        unpublish_artwork(artwork=public_of(person))
        address = reverse("person", args=["alice"])
        assert client.get(address).status_code == 404
        assert "not published anything" in client_of(person).get(address).text

    def test_is_gone_with_the_account(self, client: Client, person: User) -> None:
        User.objects.filter(pk=person.pk).update(is_active=False)
        assert client.get(reverse("person", args=["alice"])).status_code == 404

    def test_is_linked_beside_the_pictures(self, client: Client, person: User) -> None:
        address = reverse("person", args=["alice"])
        for page in (reverse("public-gallery"), public_of(person).get_absolute_url()):
            assert f'href="{address}"' in client.get(page).text

    def test_needs_few_queries(self, person: User, django_assert_max_num_queries: Any) -> None:
        client = client_of(person)
        for number in range(8):
            more = create_gallery(owner=person, title=f"Sea {number}", visibility="public")
            add_to_gallery(gallery=more, artworks=[public_of(person).pk])
        set_avatar(artwork=public_of(person))
        with django_assert_max_num_queries(12):
            assert "Sea 7" in client.get(reverse("person", args=["alice"])).text


class TestAvatar:
    def test_is_a_published_picture(self, person: User) -> None:
        client, artwork = client_of(person), public_of(person)
        client.post(reverse("artwork-avatar", args=[artwork.pk]))
        assert avatar_of(person) == artwork
        thumb = reverse("artwork-file", args=[artwork.pk, "thumb"])
        avatar = f'class="avatar"\n       src="{thumb}"'
        assert avatar in client.get(reverse("person", args=["alice"])).text
        client.post(reverse("avatar-remove"))
        assert avatar_of(person) is None

    def test_is_never_a_private_picture(self, person: User) -> None:
        secret = Artwork.objects.get(title="Secret")
        with pytest.raises(AvatarNotPublic):
            set_avatar(artwork=secret)
        page = client_of(person).post(reverse("artwork-avatar", args=[secret.pk]), follow=True)
        assert "Only a published picture" in page.text
        body = {"artwork": str(secret.pk)}
        answer = session_of(person).put("/api/v1/me/avatar/", body)
        assert_problem(answer, 409, "avatar_not_public")
        assert avatar_of(person) is None

    @pytest.mark.parametrize("end", [unpublish_artwork, hide_artwork, delete_artwork])
    def test_disappears_with_its_picture(self, person: User, end: Any) -> None:
        set_avatar(artwork=public_of(person))
        end(artwork=public_of(person))
        assert avatar_of(person) is None

    def test_is_replaced_by_another_one(self, person: User) -> None:
        set_avatar(artwork=public_of(person))
        remove_avatar(owner=person)
        set_avatar(artwork=public_of(person))
        set_avatar(artwork=public_of(person))
        assert avatar_of(person) == public_of(person)


class TestApi:
    def test_shows_a_person(self, person: User) -> None:
        artwork = public_of(person)
        session_of(person).put("/api/v1/me/avatar/", {"artwork": str(artwork.pk)})
        body = APIClient().get("/api/v1/people/alice/").json()
        assert (body["name"], body["public_name"], body["about"], body["avatar"]) == (
            "alice",
            "Alice Moreau",
            "Paints the coast.",
            str(artwork.pk),
        )
        for address, title in (("artworks", "Harbor"), ("galleries", "Sea")):
            results = APIClient().get(body["urls"][address]).json()["results"]
            assert [each["title"] for each in results] == [title]
        other = APIClient().get("/api/v1/public/artworks/", {"person": "bob"})
        assert other.json()["results"] == []

    def test_takes_no_artwork_of_another_user(self, person: User, bob: User) -> None:
        body = {"artwork": str(public_of(person).pk)}
        answer = session_of(bob).put("/api/v1/me/avatar/", body)
        assert_problem(answer, 422, "unknown_artwork")

    def test_changes_the_line_about_the_user(self, alice: User) -> None:
        client = session_of(alice)
        body = client.patch("/api/v1/me/", {"about": " Paints\n the\x07 coast. "}).json()
        assert body["about"] == "Paints the coast."
        assert_problem(client.patch("/api/v1/me/", {"about": "x" * 10_000}), 422, "invalid")


def test_shows_a_user_without_public_pictures_to_nobody(alice: User) -> None:
    create_gallery(owner=alice, title="Empty", visibility="public")
    assert Gallery.objects.public().exists()
    with pytest.raises(Http404):
        find_person("alice", NOBODY)
