"""Artworks in the API: saved as private, published with a valid license, unpublished at once."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.http import QueryDict
from rest_framework.test import APIClient

from accounts.models import User
from gallery.models import Artwork
from gallery.moderation import hide_artwork
from gallery.services import keep_artwork, publish_artwork
from inference.models import Job
from library.models import Style
from tests.support.clients import app_of, assert_problem, sent_file, session_of
from tests.support.factories import finished_job, make_job, make_style

pytestmark = pytest.mark.django_db
ARTWORKS, PUBLIC = "/api/v1/artworks/", "/api/v1/public/artworks/"
OWN_FIELDS = {"visibility", "moderation", "shows_before", "bytes", "job", "recipe", "created_at"}
CHANGES = [
    ("patch", "", {"title": "Mine now"}),
    ("delete", "", {}),
    ("post", "publish/", {"license": "CC0-1.0"}),
    ("post", "unpublish/", {}),
]


def kept(owner: User, *, style: str = "great-wave", license_id: str = "CC0-1.0") -> Artwork:
    """Return a private artwork of `owner` with one style."""
    found = Style.objects.filter(slug=style).first() or make_style(style, license=license_id)
    return keep_artwork(job=finished_job(owner, styles=[found]), title="Evening")


def published(owner: User, **fields: Any) -> Artwork:
    """Return an artwork of `owner` in the public gallery."""
    return publish_artwork(artwork=kept(owner), license="CC0-1.0", **fields)


class TestKeep:
    def test_saves_a_result_as_private(self, alice: User) -> None:
        job = finished_job(alice)
        response = session_of(alice).post(ARTWORKS, {"job": str(job.pk), "title": "Evening"})
        assert response.status_code == 201
        body = response.json()
        assert (body["title"], body["visibility"], body["job"]) == (
            "Evening",
            "private",
            str(job.pk),
        )
        assert response["Location"] == f"{ARTWORKS}{body['id']}/"
        assert Artwork.objects.get().owner == alice

    def test_saves_a_result_only_once(self, alice: User) -> None:
        wish = {"job": str(finished_job(alice).pk)}
        first, second = (session_of(alice).post(ARTWORKS, wish) for _ in range(2))
        assert (first.status_code, second.status_code) == (201, 200)
        assert first.json() == second.json()
        assert Artwork.objects.count() == 1

    def test_appears_in_the_snapshot_of_its_job(self, alice: User) -> None:
        artwork = kept(alice)
        job = session_of(alice).get(f"/api/v1/jobs/{artwork.job_id}/").json()
        assert job["artwork"] == str(artwork.pk)

    def test_finds_only_my_jobs(self, alice: User, bob: User) -> None:
        theirs, nothing = (
            session_of(alice).post(ARTWORKS, {"job": str(pk)})
            for pk in (finished_job(bob).pk, uuid4())
        )
        body = assert_problem(theirs, 422, "unknown_job")
        assert body["errors"][0]["field"] == "job"
        assert theirs.content == nothing.content
        assert not Artwork.objects.exists()

    def test_saves_nothing_before_the_job_ends(self, alice: User) -> None:
        response = session_of(alice).post(ARTWORKS, {"job": str(make_job(alice).pk)})
        assert_problem(response, 409, "nothing_to_keep")

    def test_ignores_fields_that_the_client_may_not_set(self, alice: User, bob: User) -> None:
        wish = {"job": str(finished_job(alice).pk), "owner": bob.pk, "visibility": "public"}
        session_of(alice).post(ARTWORKS, wish | {"license": "CC0-1.0", "credit": "by me"})
        artwork = Artwork.objects.get()
        assert (artwork.owner, artwork.visibility, artwork.license) == (alice, "private", "")
        assert artwork.credit != "by me"


class TestRead:
    def test_lists_only_my_own(self, alice: User, bob: User) -> None:
        mine = [kept(alice), published(alice)]
        published(bob)
        results = session_of(alice).get(ARTWORKS).json()["results"]
        assert {each["id"] for each in results} == {str(each.pk) for each in mine}

    def test_shows_all_fields_to_the_owner(self, alice: User) -> None:
        body = session_of(alice).get(f"{ARTWORKS}{kept(alice).pk}/").json()
        assert set(body) >= OWN_FIELDS
        assert body["recipe"]
        assert "before" in body["urls"]
        assert body["styles"][0]["slug"] == "great-wave"

    def test_shows_only_public_fields_to_others(self, alice: User, bob: User) -> None:
        artwork = published(alice, alt_text="A wave at evening")
        for client in (session_of(bob), APIClient()):
            body = client.get(f"{ARTWORKS}{artwork.pk}/").json()
            assert not OWN_FIELDS & set(body)
            assert (body["by"], body["alt_text"]) == ("alice", "A wave at evening")
            assert body["license"] == "CC0-1.0"
            assert set(body["urls"]) == {"full", "preview", "thumb"}

    def test_does_not_show_the_email_of_a_user(self, alice: User) -> None:
        artwork = published(alice)
        assert alice.email not in APIClient().get(f"{ARTWORKS}{artwork.pk}/").content.decode()

    def test_hides_a_private_artwork_as_if_it_does_not_exist(self, alice: User, bob: User) -> None:
        artwork = kept(alice)
        for client in (session_of(bob), APIClient()):
            for rest in ("", "file/", "file/?variant=thumb"):
                private, nothing = (
                    client.get(f"{ARTWORKS}{pk}/{rest}") for pk in (artwork.pk, uuid4())
                )
                assert_problem(private, 404, "not_found")
                assert private.content == nothing.content
                assert private.headers == nothing.headers

    def test_hides_an_artwork_that_a_moderator_hid(self, alice: User, bob: User) -> None:
        artwork = hide_artwork(artwork=published(alice))
        assert_problem(session_of(bob).get(f"{ARTWORKS}{artwork.pk}/"), 404, "not_found")
        assert session_of(alice).get(f"{ARTWORKS}{artwork.pk}/").status_code == 200

    def test_needs_a_fixed_number_of_queries(
        self, alice: User, django_assert_max_num_queries: Any
    ) -> None:
        client = session_of(alice)
        for _ in range(4):
            kept(alice)
        with django_assert_max_num_queries(7):
            assert len(client.get(ARTWORKS).json()["results"]) == 4


class TestChange:
    def test_changes_the_texts(self, alice: User) -> None:
        address = f"{ARTWORKS}{kept(alice).pk}/"
        client = session_of(alice)
        body = client.patch(address, {"title": "Night", "alt_text": "A wave"}).json()
        assert (body["title"], body["alt_text"]) == ("Night", "A wave")
        assert client.patch(address, {"title": ""}).json()["alt_text"] == "A wave"

    def test_changes_nothing_for_an_empty_body(self, alice: User) -> None:
        response = session_of(alice).patch(f"{ARTWORKS}{kept(alice).pk}/", {})
        assert (response.status_code, response.json()["title"]) == (200, "Evening")

    def test_refuses_a_title_that_is_too_long(self, alice: User) -> None:
        response = session_of(alice).patch(f"{ARTWORKS}{kept(alice).pk}/", {"title": "x" * 121})
        body = assert_problem(response, 422, "invalid")
        assert body["errors"][0]["code"] == "max_length"

    def test_ignores_fields_that_i_may_not_change(self, alice: User, bob: User) -> None:
        artwork = kept(alice)
        wish = {"owner": bob.pk, "visibility": "public", "moderation": "hidden", "recipe": {}}
        wish |= {"license": "CC0-1.0", "credit": "x", "job": None, "created_at": "2000-01-01"}
        assert session_of(alice).patch(f"{ARTWORKS}{artwork.pk}/", wish).status_code == 200
        fresh = Artwork.objects.get()
        for field in ("owner", "visibility", "moderation", "recipe", "license", "credit", "job_id"):
            assert getattr(fresh, field) == getattr(artwork, field), field
        assert fresh.created_at == artwork.created_at

    @pytest.mark.parametrize(("method", "rest", "body"), CHANGES)
    def test_does_not_change_a_public_artwork_of_another_user(
        self, alice: User, bob: User, method: str, rest: str, body: dict[str, str]
    ) -> None:
        artwork = published(alice)
        response = getattr(session_of(bob), method)(f"{ARTWORKS}{artwork.pk}/{rest}", body)
        assert_problem(response, 403, "permission_denied")
        assert Artwork.objects.get().title == "Evening"

    @pytest.mark.parametrize(("method", "rest", "body"), CHANGES)
    def test_does_not_find_a_private_artwork_of_another_user(
        self, alice: User, bob: User, method: str, rest: str, body: dict[str, str]
    ) -> None:
        artwork = kept(alice)
        private, nothing = (
            getattr(session_of(bob), method)(f"{ARTWORKS}{pk}/{rest}", body)
            for pk in (artwork.pk, uuid4())
        )
        assert_problem(private, 404, "not_found")
        assert private.content == nothing.content

    @pytest.mark.parametrize(("method", "rest", "body"), CHANGES)
    def test_checks_the_sign_in_before_it_searches(
        self, alice: User, method: str, rest: str, body: dict[str, str]
    ) -> None:
        for pk in (published(alice).pk, kept(alice).pk, uuid4()):
            response = getattr(APIClient(), method)(f"{ARTWORKS}{pk}/{rest}", body)
            assert_problem(response, 401, "not_authenticated")

    @pytest.mark.parametrize(("method", "rest", "body"), CHANGES)
    def test_needs_the_write_scope(
        self, alice: User, method: str, rest: str, body: dict[str, str]
    ) -> None:
        app = app_of(alice, "artworks:read", "jobs:write", "photos:write")
        response = getattr(app, method)(f"{ARTWORKS}{kept(alice).pk}/{rest}", body)
        assert_problem(response, 403, "insufficient_scope")
        assert Artwork.objects.get().title == "Evening"

    def test_deletes_the_artwork_but_not_the_job(self, alice: User) -> None:
        artwork = kept(alice)
        assert session_of(alice).delete(f"{ARTWORKS}{artwork.pk}/").status_code == 204
        assert not Artwork.objects.exists()
        assert Job.objects.get().pk == artwork.job_id


class TestPublish:
    def publish(self, client: APIClient, pk: UUID, **body: Any) -> Any:
        """Request the publication."""
        return client.post(f"{ARTWORKS}{pk}/publish/", {"license": "CC0-1.0", **body})

    def test_publishes_it_in_the_public_gallery(self, alice: User) -> None:
        artwork = kept(alice)
        response = self.publish(session_of(alice), artwork.pk, alt_text="A wave")
        assert response.status_code == 200
        body = response.json()
        assert (body["visibility"], body["license"], body["alt_text"]) == (
            "public",
            "CC0-1.0",
            "A wave",
        )
        results = APIClient().get(PUBLIC).json()["results"]
        assert [each["id"] for each in results] == [str(artwork.pk)]

    def test_keeps_the_existing_description(self, alice: User) -> None:
        artwork = kept(alice)
        client = session_of(alice)
        client.patch(f"{ARTWORKS}{artwork.pk}/", {"alt_text": "A wave"})
        assert self.publish(client, artwork.pk).json()["alt_text"] == "A wave"

    def test_refuses_a_license_that_the_styles_forbid(self, alice: User) -> None:
        artwork = kept(alice, style="shared", license_id="CC-BY-SA-4.0")
        response = self.publish(session_of(alice), artwork.pk)
        body = assert_problem(response, 422, "license_refused")
        assert body["reasons"] == ["share-alike"]
        assert "CC BY-SA 4.0" in body["detail"]
        assert Artwork.objects.get().visibility == "private"

    @pytest.mark.parametrize("license_id", ["MIT", "", None])
    def test_refuses_an_unknown_license(self, alice: User, license_id: Any) -> None:
        response = self.publish(session_of(alice), kept(alice).pk, license=license_id)
        assert_problem(response, 422, "invalid")

    def test_shows_the_photo_only_on_request(self, alice: User) -> None:
        client, artwork = session_of(alice), kept(alice)
        before = f"{ARTWORKS}{artwork.pk}/file/?variant=before"
        self.publish(client, artwork.pk)
        assert_problem(APIClient().get(before), 404, "not_found")
        assert sent_file(client.get(before))
        self.publish(client, artwork.pk, shows_before=True)
        assert sent_file(APIClient().get(before))

    def test_hides_everything_at_once_when_unpublished(self, alice: User, bob: User) -> None:
        artwork = published(alice, shows_before=True)
        address = f"{ARTWORKS}{artwork.pk}/"
        for variant in ("full", "preview", "thumb", "before"):
            assert sent_file(APIClient().get(f"{address}file/?variant={variant}"))
        body = session_of(alice).post(f"{address}unpublish/").json()
        assert (body["visibility"], body["published_at"]) == ("private", None)
        for client in (APIClient(), session_of(bob)):
            assert_problem(client.get(address), 404, "not_found")
            for variant in ("full", "preview", "thumb", "before"):
                response = client.get(f"{address}file/?variant={variant}")
                assert_problem(response, 404, "not_found")
        assert APIClient().get(PUBLIC).json()["results"] == []


class TestFile:
    @pytest.mark.parametrize("variant", ["full", "preview", "thumb"])
    def test_lets_caches_keep_only_public_files(self, alice: User, variant: str) -> None:
        for artwork, rule in ((published(alice), "public"), (kept(alice), "private")):
            address = f"{ARTWORKS}{artwork.pk}/file/?variant={variant}"
            response = session_of(alice).get(address, headers={"Accept": "image/avif,image/webp"})
            assert response["Cache-Control"].startswith(rule)
            assert response["Content-Type"].startswith("image/")
            assert sent_file(response)

    @pytest.mark.parametrize("kind", ["jpeg", "png", "webp"])
    def test_converts_a_download(self, alice: User, kind: str) -> None:
        address = f"{ARTWORKS}{kept(alice).pk}/file/?download=1&format={kind}"
        response = session_of(alice).get(address)
        assert response["Content-Type"] == f"image/{kind}"
        assert response["Content-Disposition"].startswith("attachment")
        assert sent_file(response)

    @pytest.mark.parametrize("query", ["variant=huge", "download=1&format=gif", "format=.."])
    def test_refuses_any_other_choice(self, alice: User, query: str) -> None:
        response = session_of(alice).get(f"{ARTWORKS}{kept(alice).pk}/file/?{query}")
        body = assert_problem(response, 422, "invalid_choice")
        assert body["errors"][0]["field"] in QueryDict(query)

    def test_needs_the_read_scope(self, alice: User) -> None:
        app = app_of(alice, "photos:read", "artworks:write")
        response = app.get(f"{ARTWORKS}{kept(alice).pk}/file/")
        assert_problem(response, 403, "insufficient_scope")


class TestPublicGallery:
    def test_shows_public_and_visible_artworks(self, alice: User) -> None:
        shown = published(alice)
        kept(alice)
        hidden = keep_artwork(job=finished_job(alice, seed=1))
        hide_artwork(artwork=publish_artwork(artwork=hidden, license="CC0-1.0"))
        results = APIClient().get(PUBLIC).json()["results"]
        assert [each["id"] for each in results] == [str(shown.pk)]

    def test_shows_the_newest_first(self, alice: User, bob: User) -> None:
        shown = [published(alice), published(bob), published(alice)]
        found, address = [], f"{PUBLIC}?limit=2"
        while address:
            page = APIClient().get(address).json()
            found += [each["id"] for each in page["results"]]
            address = page["next"]
        assert found == [str(each.pk) for each in reversed(shown)]

    def test_shows_artworks_with_a_given_style(self, alice: User) -> None:
        published(alice)
        night = publish_artwork(artwork=kept(alice, style="night"), license="CC0-1.0")
        results = APIClient().get(PUBLIC, {"style": "night"}).json()["results"]
        assert [each["id"] for each in results] == [str(night.pk)]
        assert APIClient().get(PUBLIC, {"style": "nothing"}).json()["results"] == []

    @pytest.mark.parametrize("style", ["a b", "é"])
    def test_refuses_a_slug_that_is_not_valid(self, style: str) -> None:
        assert_problem(APIClient().get(PUBLIC, {"style": style}), 422, "invalid")

    def test_gives_addresses_that_work(self, alice: User) -> None:
        published(alice)
        (artwork,) = APIClient().get(PUBLIC).json()["results"]
        for url in artwork["urls"].values():
            assert sent_file(APIClient().get(url))
