"""Likes and favorites: counted once, even at the same moment, and only of what is seen."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.http import Http404
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.models import User
from gallery import reactions
from gallery.models import Artwork, FavoriteArtwork, Like
from gallery.moderation import hide_artwork
from gallery.reactions import favor_artwork, like_artwork, unlike_artwork
from gallery.services import delete_artwork, keep_artwork, publish_artwork, unpublish_artwork
from gallery.trash import trash_artworks
from library import favorites
from library.favorites import favor_style
from library.models import FavoriteStyle
from library.own_styles import delete_own_style
from library.services import withdraw_style
from tests.gallery.test_views import client_of
from tests.support.clients import assert_problem, session_of
from tests.support.factories import finished_job, make_own_style, make_style, make_user
from tests.support.races import together

pytestmark = pytest.mark.django_db


@pytest.fixture
def artwork(alice: User) -> Artwork:
    """Return a published artwork of alice."""
    kept = keep_artwork(job=finished_job(alice), title="The harbor")
    return publish_artwork(artwork=kept, license="CC-BY-4.0")


def count(artwork: Artwork) -> int:
    """Return the stored count, which must be the number of rows."""
    stored = Artwork.objects.get(pk=artwork.pk).like_count
    assert stored == Like.objects.filter(artwork=artwork).count()
    return stored


class TestLikes:
    def test_counts_each_person_once(self, artwork: Artwork, bob: User) -> None:
        carol = make_user("carol")
        for _again in range(2):
            assert like_artwork(person=bob, artwork=artwork) == 1
        assert like_artwork(person=carol, artwork=artwork) == 2
        for _again in range(2):
            unlike_artwork(person=bob, artwork=artwork)
        assert count(artwork) == 1

    def test_refuses_a_like_by_nobody(self, artwork: Artwork) -> None:
        answer = APIClient().put(f"/api/v1/likes/{artwork.pk}/")
        assert_problem(answer, 401, "not_authenticated")
        page = Client().post(reverse("artwork-like", args=[artwork.pk]))
        sign_in = f"{reverse('account_login')}?next={artwork.get_absolute_url()}"
        assert page.headers["Location"] == sign_in
        assert count(artwork) == 0

    def test_refuses_a_like_of_ones_own(self, artwork: Artwork) -> None:
        answer = session_of(artwork.owner).put(f"/api/v1/likes/{artwork.pk}/")
        assert_problem(answer, 403, "own_artwork")
        address = reverse("artwork-like", args=[artwork.pk])
        page = client_of(artwork.owner).post(address, follow=True)
        assert "This picture is yours." in page.text
        assert count(artwork) == 0

    @pytest.mark.parametrize("end", [unpublish_artwork, hide_artwork, delete_artwork])
    def test_is_not_possible_any_more(self, artwork: Artwork, bob: User, end: Any) -> None:
        pk = artwork.pk
        # Read before the artwork is removed, as a request at the same time does.
        stale = Artwork.objects.get(pk=pk)
        end(artwork=artwork)
        for write in (like_artwork, favor_artwork):
            with pytest.raises(Http404):
                write(person=bob, artwork=stale)
        assert not Like.objects.exists()
        assert_problem(session_of(bob).put(f"/api/v1/likes/{pk}/"), 404, "not_found")

    def test_counts_the_like_of_a_deleted_account(self, artwork: Artwork, bob: User) -> None:
        like_artwork(person=bob, artwork=artwork)
        bob.delete()
        assert count(artwork) == 1

    def test_tells_how_many_there_are(self, artwork: Artwork, bob: User) -> None:
        client = session_of(bob)
        assert client.put(f"/api/v1/likes/{artwork.pk}/").json() == {"likes": 1}
        assert APIClient().get(f"/api/v1/artworks/{artwork.pk}/").json()["likes"] == 1
        assert client.delete(f"/api/v1/likes/{artwork.pk}/").status_code == 204
        assert client.get("/api/v1/public/artworks/").json()["results"][0]["likes"] == 0


def trash(*, artwork: Artwork) -> None:
    trash_artworks(owner=artwork.owner, artworks=[artwork.pk])


class TestTakingBack:
    """It works also when the thing is not seen any more. Adding does not."""

    @pytest.mark.parametrize("end", [unpublish_artwork, hide_artwork, trash])
    @pytest.mark.parametrize("how", ["api", "page"])
    def test_is_possible_for_a_picture_that_is_not_seen(
        self, artwork: Artwork, bob: User, end: Any, how: str
    ) -> None:
        like_artwork(person=bob, artwork=artwork)
        favor_artwork(person=bob, artwork=artwork)
        end(artwork=artwork)
        for api, page in (("likes", "artwork-like"), ("favorites/artworks", "artwork-favorite")):
            address, url = f"/api/v1/{api}/{artwork.pk}/", reverse(page, args=[artwork.pk])
            assert session_of(bob).put(address).status_code == 404
            assert client_of(bob).post(url).status_code == 404
            if how == "api":
                assert session_of(bob).delete(address).status_code == 204
            else:
                answer: Any = client_of(bob).post(url, {"on": "0"})
                assert answer.headers["Location"] == reverse("favorites")
        assert not Like.objects.exists()
        assert not FavoriteArtwork.objects.exists()
        assert Artwork.with_trash.get().like_count == 0

    @pytest.mark.parametrize("how", ["api", "page"])
    def test_is_possible_for_a_style_that_was_withdrawn(self, bob: User, how: str) -> None:
        style = make_style("wave")
        favor_style(person=bob, style=style)
        withdraw_style(style=style)
        assert client_of(bob).post(reverse("style-favorite", args=["wave"])).status_code == 404
        if how == "api":
            answer: Any = session_of(bob).delete("/api/v1/favorites/styles/wave/")
            assert answer.status_code == 204
        else:
            answer = client_of(bob).post(reverse("style-favorite", args=["wave"]), {"on": "0"})
            assert answer.headers["Location"] == f"{reverse('favorites')}?show=styles"
        assert not FavoriteStyle.objects.exists()

    def test_takes_back_only_what_is_mine(self, artwork: Artwork, bob: User) -> None:
        like_artwork(person=bob, artwork=artwork)
        favor_artwork(person=bob, artwork=artwork)
        carol = session_of(make_user("carol"))
        for path in ("likes", "favorites/artworks"):
            assert carol.delete(f"/api/v1/{path}/{artwork.pk}/").status_code == 204
        assert count(artwork) == 1
        assert FavoriteArtwork.objects.get().owner == bob

    def test_tells_nothing_of_what_is_not_there(self, artwork: Artwork, bob: User) -> None:
        unpublish_artwork(artwork=artwork)
        client = session_of(bob)
        for pk in (artwork.pk, uuid4()):
            for path in ("likes", "favorites/artworks"):
                assert client.delete(f"/api/v1/{path}/{pk}/").status_code == 204
        assert client.delete("/api/v1/favorites/styles/nowhere/").status_code == 204
        assert Artwork.objects.get().like_count == 0


class TestPage:
    def test_likes_without_a_script(self, artwork: Artwork, bob: User) -> None:
        client, page = client_of(bob), artwork.get_absolute_url()
        address = reverse("artwork-like", args=[artwork.pk])
        assert f'action="{address}"' in client.get(page).text
        liked = client.post(address, {"on": "1"}, follow=True)
        assert liked.redirect_chain[-1][0] == page
        assert 'aria-pressed="true"' in liked.text
        assert "1 like" in liked.text
        assert "1 like" not in client.post(address, {"on": "0"}, follow=True).text
        assert count(artwork) == 0

    def test_shows_the_owner_no_button_to_like(self, artwork: Artwork) -> None:
        page = client_of(artwork.owner).get(artwork.get_absolute_url())
        assert reverse("artwork-like", args=[artwork.pk]) not in page.text
        assert reverse("artwork-favorite", args=[artwork.pk]) in page.text

    def test_keeps_favorites_without_a_script(self, artwork: Artwork, bob: User) -> None:
        client, style = client_of(bob), artwork.styles.get()
        client.post(reverse("artwork-favorite", args=[artwork.pk]))
        client.post(reverse("style-favorite", args=[style.slug]))
        pictures = client.get(reverse("favorites")).text
        assert "The harbor" in pictures
        assert style.title in client.get(reverse("favorites"), {"show": "styles"}).text
        assert 'aria-pressed="true"' in client.get(style.get_absolute_url()).text
        client.post(reverse("artwork-favorite", args=[artwork.pk]), {"on": "0"})
        client.post(reverse("style-favorite", args=[style.slug]), {"on": "0"})
        assert "No favorite pictures yet." in client.get(reverse("favorites")).text
        styles = client.get(reverse("favorites"), {"show": "styles"})
        assert "No favorite styles yet." in styles.text

    def test_pages_through_favorites(
        self, bob: User, artwork: Artwork, django_assert_max_num_queries: Any
    ) -> None:
        job = finished_job(artwork.owner)
        for number in range(40):
            row = Artwork.objects.create(
                owner=artwork.owner,
                title=f"No. {number:02}",
                width=4,
                height=4,
                bytes=1,
                visibility="public",
                license="CC0-1.0",
                published_at=job.created_at,
            )
            favor_artwork(person=bob, artwork=row)
        client = client_of(bob)
        with django_assert_max_num_queries(12):
            first = client.get(reverse("favorites"))
        assert "No. 39" in first.text
        assert "No. 03" not in first.text
        second = client.get(reverse("favorites"), {"cursor": first.context["page"].next})
        assert [row.artwork.title for row in second.context["page"].rows] == [
            "No. 03",
            "No. 02",
            "No. 01",
            "No. 00",
        ]
        assert client.get(reverse("favorites"), {"cursor": "x" * 999}).status_code == 200


class TestFavorites:
    def test_are_seen_by_their_owner_only(self, artwork: Artwork, bob: User) -> None:
        favor_artwork(person=bob, artwork=artwork)
        favor_style(person=bob, style=make_style("wave"))
        mine, others = session_of(bob), session_of(artwork.owner)
        for path in ("artworks", "styles"):
            address = f"/api/v1/favorites/{path}/"
            assert len(mine.get(address).json()["results"]) == 1
            assert others.get(address).json()["results"] == []

    def test_leave_out_what_is_not_public_any_more(self, artwork: Artwork, bob: User) -> None:
        favor_artwork(person=bob, artwork=artwork)
        style = make_style("wave")
        favor_style(person=bob, style=style)
        unpublish_artwork(artwork=artwork)
        style.state = "withdrawn"
        style.save(update_fields=["state"])
        client = session_of(bob)
        for path in ("artworks", "styles"):
            assert client.get(f"/api/v1/favorites/{path}/").json()["results"] == []
        page = client_of(bob).get(reverse("favorites"))
        assert "The harbor" not in page.text
        publish_artwork(artwork=artwork, license="CC0-1.0")
        assert len(client.get("/api/v1/favorites/artworks/").json()["results"]) == 1

    def test_can_be_private_things_of_ones_own(self, alice: User) -> None:
        kept, style = keep_artwork(job=finished_job(alice)), make_own_style(alice)
        favor_artwork(person=alice, artwork=kept)
        favor_style(person=alice, style=style)
        client = session_of(alice)
        for path in ("artworks", "styles"):
            assert len(client.get(f"/api/v1/favorites/{path}/").json()["results"]) == 1
        delete_own_style(style=style)
        delete_artwork(artwork=kept)
        assert not FavoriteStyle.objects.exists()
        assert not FavoriteArtwork.objects.exists()

    def test_has_a_limit(
        self, artwork: Artwork, bob: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for module in (reactions, favorites):
            monkeypatch.setattr(module, "MAX_FAVORITES", 0)
        client = session_of(bob)
        for path in (f"artworks/{artwork.pk}", f"styles/{make_style('wave').slug}"):
            answer = client.put(f"/api/v1/favorites/{path}/")
            assert_problem(answer, 409, "too_many_favorites")
        page = client_of(bob).post(reverse("style-favorite", args=["wave"]), follow=True)
        assert "5000 favorites" in page.text


@pytest.mark.django_db(transaction=True)
class TestRaces:
    def test_counts_many_likes_at_the_same_moment(self, media_root: Path, alice: User) -> None:
        assert media_root.is_dir()
        kept = keep_artwork(job=finished_job(alice))
        artwork = publish_artwork(artwork=kept, license="CC0-1.0")
        people = [make_user(f"user-{number}") for number in range(4)]
        calls = [lambda who=who: like_artwork(person=who, artwork=artwork) for who in people * 2]
        together(*calls)
        assert count(artwork) == 4

    def test_likes_and_deletes_at_the_same_moment(self, media_root: Path, alice: User) -> None:
        assert media_root.is_dir()
        kept = keep_artwork(job=finished_job(alice))
        artwork = publish_artwork(artwork=kept, license="CC0-1.0")
        bob = make_user("bob")

        def like() -> object:
            try:
                return like_artwork(person=bob, artwork=Artwork(pk=artwork.pk))
            except Http404:
                return "gone"

        liked, _deleted = together(like, lambda: delete_artwork(artwork=artwork))
        assert liked in {1, "gone"}
        assert not Artwork.objects.exists()
        assert not Like.objects.exists()
        connection.check_constraints()
