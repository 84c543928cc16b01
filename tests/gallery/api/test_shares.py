"""Share links in the API: made and changed by their owner, opened by visitors."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import User
from gallery.galleries import add_to_gallery, create_gallery
from gallery.models import Artwork, ShareLink
from gallery.services import keep_artwork
from gallery.shares import change_link, create_link, revoke_link
from tests.gallery.test_galleries import artworks_of
from tests.support.clients import assert_problem, session_of
from tests.support.factories import finished_job, make_style

pytestmark = pytest.mark.django_db
SHARES = "/api/v1/shares/"


@pytest.fixture
def artwork(media_root: Path, alice: User) -> Artwork:
    """Return a private artwork of alice with its files."""
    assert media_root.is_dir()
    return keep_artwork(job=finished_job(alice, styles=[make_style()]), title="Sea at Night")


def public(link: ShareLink, part: str = "") -> str:
    return f"/api/v1/public/shares/{link.token}/{part}"


def expire(link: ShareLink) -> None:
    past = timezone.now() - timedelta(days=40)
    ShareLink.objects.filter(pk=link.pk).update(created_at=past, expires_at=timezone.now())


class TestMine:
    def test_makes_a_link_with_the_preset_choices(self, artwork: Artwork) -> None:
        answer = session_of(artwork.owner).post(SHARES, {"artwork": str(artwork.pk)})
        assert answer.status_code == 201
        body = answer.json()
        assert answer["Location"].endswith(f"{SHARES}{body['id']}/")
        assert (body["artwork"], body["gallery"]) == (str(artwork.pk), None)
        assert (body["has_password"], body["shows_photo"], body["shows_recipe"]) == (
            False,
            False,
            True,
        )
        end = parse_datetime(body["expires_at"])
        assert end is not None
        assert abs(end - timezone.now() - timedelta(days=30)) < timedelta(minutes=1)
        assert APIClient().get(body["urls"]["page"]).status_code == 200
        assert APIClient().get(body["urls"]["public"]).status_code == 200

    def test_takes_every_choice_and_changes_it(self, artwork: Artwork) -> None:
        client = session_of(artwork.owner)
        gallery = create_gallery(owner=artwork.owner, title="Sea")
        choices = {"password": "sea and sky", "expires_at": None, "max_side": 2048}
        body = client.post(SHARES, {"gallery": str(gallery.pk), **choices}).json()
        assert (body["gallery"], body["expires_at"]) == (str(gallery.pk), None)
        assert (body["has_password"], body["max_side"]) == (True, 2048)
        change = {"password": "", "max_side": None, "allows_download": False}
        body = client.patch(f"{SHARES}{body['id']}/", change).json()
        assert (body["has_password"], body["max_side"], body["allows_download"]) == (
            False,
            None,
            False,
        )

    @pytest.mark.parametrize(
        ("wish", "code", "field"),
        [
            ({}, "one_thing", "artwork"),
            ({"artwork": "other"}, "unknown_artwork", "artwork"),
            ({"gallery": "other"}, "unknown_gallery", "gallery"),
            ({"artwork": "mine", "gallery": "mine"}, "one_thing", "artwork"),
            ({"artwork": "mine", "expires_at": "2020-01-01T00:00Z"}, "ends_in_the_past", None),
            ({"artwork": "mine", "expires_at": "soon"}, "invalid", "expires_at"),
            ({"artwork": "mine", "max_side": 4000}, "invalid", "max_side"),
            ({"artwork": "mine", "password": "x" * 10_000}, "invalid", "password"),
        ],
    )
    def test_refuses_what_cannot_be(
        self, alice: User, bob: User, wish: dict[str, Any], code: str, field: str | None
    ) -> None:
        ids = {
            "mine": {
                "artwork": str(artworks_of(alice, 1)[0]),
                "gallery": str(create_gallery(owner=alice, title="Sea").pk),
            },
            "other": {
                "artwork": str(artworks_of(bob, 1)[0]),
                "gallery": str(create_gallery(owner=bob, title="Sea").pk),
            },
        }
        body = {name: ids.get(str(value), {}).get(name, value) for name, value in wish.items()}
        problem = assert_problem(session_of(alice).post(SHARES, body), 422, code)
        assert problem["errors"][0]["field"] == (field or "expires_at")
        assert not ShareLink.objects.exists()

    def test_lists_them_newest_first(self, alice: User, django_assert_max_num_queries: Any) -> None:
        artwork = Artwork.objects.get(pk=artworks_of(alice, 1)[0])
        links = [create_link(thing=artwork) for _ in range(5)]
        revoke_link(link=links[0])
        client = session_of(alice)
        with django_assert_max_num_queries(12):
            answer = client.get(SHARES, {"limit": 3}).json()
        assert [each["id"] for each in answer["results"]] == [
            str(each.pk) for each in reversed(links[2:])
        ]
        assert [each["id"] for each in client.get(answer["next"]).json()["results"]] == [
            str(links[1].pk)
        ]

    def test_revokes_them(self, artwork: Artwork) -> None:
        link = create_link(thing=artwork)
        client = session_of(artwork.owner)
        assert client.delete(f"{SHARES}{link.pk}/").status_code == 204
        assert client.get(f"{SHARES}{link.pk}/").status_code == 404
        for part in ("", "items/", "file/"):
            assert_problem(APIClient().get(public(link, part)), 410, "link_revoked")


class TestVisitors:
    def test_see_what_the_link_names(self, artwork: Artwork, client: APIClient) -> None:
        link = create_link(thing=artwork)
        answer = client.get(public(link))
        assert answer["Cache-Control"] == "private, no-store"
        body = answer.json()
        assert (body["kind"], body["title"], body["by"]) == ("artwork", "Sea at Night", "alice")
        shown = client.get(body["urls"]["items"]).json()["results"]
        assert [each["id"] for each in shown] == [str(artwork.pk)]
        assert [each["slug"] for each in shown[0]["styles"]] == ["great-wave"]
        assert set(shown[0]["urls"]) == {"full", "preview", "thumb", "link-preview"}
        for address in shown[0]["urls"].values():
            file = client.get(address)
            assert (file.status_code, bool(file.getvalue())) == (200, True)
            assert file["Cache-Control"] == "private, no-store"
        assert ShareLink.objects.get().opened == 1

    def test_see_only_what_its_owner_allows(self, artwork: Artwork, client: APIClient) -> None:
        link = create_link(
            thing=artwork, allows_download=False, shows_recipe=False, shows_photo=True
        )
        shown = client.get(public(link, "items/")).json()["results"][0]
        assert shown["styles"] == []
        assert set(shown["urls"]) == {"preview", "thumb", "link-preview", "before"}
        assert client.get(public(link, "file/?variant=full")).status_code == 404
        assert client.get(public(link, "file/?variant=before")).getvalue()
        assert_problem(client.get(public(link, "file/?variant=x")), 422, "invalid_choice")
        others = artworks_of(artwork.owner, 1)[0]
        assert client.get(public(link, f"file/?artwork={others}")).status_code == 404

    def test_page_through_a_gallery(self, artwork: Artwork, client: APIClient) -> None:
        gallery = create_gallery(owner=artwork.owner, title="Sea", text="Of the north")
        ids = [artwork.pk, *artworks_of(artwork.owner, 2)]
        add_to_gallery(gallery=gallery, artworks=ids)
        link = create_link(thing=gallery)
        body = client.get(public(link)).json()
        assert (body["kind"], body["title"], body["text"]) == ("gallery", "Sea", "Of the north")
        first = client.get(body["urls"]["items"], {"limit": 2}).json()
        rest = client.get(first["next"]).json()
        shown = [each["id"] for each in first["results"] + rest["results"]]
        assert shown == [str(pk) for pk in ids]
        assert_problem(client.get(public(link, "file/")), 422, "one_thing")
        address = public(link, f"file/?artwork={artwork.pk}&variant=thumb")
        assert client.get(address).getvalue()

    @pytest.mark.parametrize("part", ["", "items/", "file/"])
    def test_are_told_why_a_link_does_not_open(
        self, artwork: Artwork, client: APIClient, part: str
    ) -> None:
        link = create_link(thing=artwork)
        answer = client.get(public(link, part))
        answer.getvalue()
        again = {"if-none-match": answer.get("ETag", "*")}
        assert client.get(public(link, part), headers=again).status_code == (
            304 if part == "file/" else 200
        )
        change_link(link=link, password="sea and sky")
        assert_problem(client.get(public(link, part), headers=again), 403, "link_locked")
        expire(link)
        assert_problem(client.get(public(link, part), headers=again), 410, "link_expired")
        revoke_link(link=link)
        assert_problem(client.get(public(link, part), headers=again), 410, "link_revoked")
        cut = f"/api/v1/public/shares/{link.token[:-1]}/{part}"
        assert_problem(client.get(cut), 404, "not_found")

    def test_open_it_with_the_password(self, artwork: Artwork, client: APIClient) -> None:
        link = create_link(thing=artwork, password="sea and sky")
        wrong = client.post(public(link, "unlock/"), {"password": "sea"})
        assert_problem(wrong, 403, "wrong_link_password")
        answer = client.post(public(link, "unlock/"), {"password": "sea and sky"}).json()
        headers = {"Share-Key": answer["key"]}
        for part in ("", "items/", "file/"):
            opened = client.get(public(link, part), headers=headers)
            assert (opened.status_code, bool(opened.getvalue())) == (200, True)
        assert session_of(artwork.owner).get(public(link)).status_code == 200

    def test_cannot_try_many_passwords(
        self, artwork: Artwork, client: APIClient, settings: Settings
    ) -> None:
        settings.API_LIMITS = {**settings.API_LIMITS, "login": (10, 900)}
        link = create_link(thing=artwork, password="sea and sky")
        for _ in range(10):
            wrong = client.post(public(link, "unlock/"), {"password": "sea"})
            assert_problem(wrong, 403, "wrong_link_password")
        answer = client.post(public(link, "unlock/"), {"password": "sea and sky"})
        assert_problem(answer, 429, "throttled")
        assert int(answer["Retry-After"]) > 0


@pytest.fixture
def client() -> APIClient:
    """Return a visitor without an account."""
    return APIClient()
