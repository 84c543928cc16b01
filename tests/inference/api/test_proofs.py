"""Tests of proof sheets in the API: only the owner can request, watch, end and download them."""

from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from inference.live.snapshots.sheet import proof_snapshot
from inference.models import Photo, ProofSheet
from library.models import Style
from tests.support.clients import app_of, assert_problem, sent_file, session_of
from tests.support.documents import assert_described, component
from tests.support.factories import make_photo, make_sheet, make_style, make_tile

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root", "wakeups")]
PROOFS = "/api/v1/proofs/"


@pytest.fixture
def photo(alice: User) -> Photo:
    """Return a photo of alice."""
    return make_photo(alice)


@pytest.fixture
def styles() -> list[Style]:
    """Return two published styles."""
    return [make_style("ink"), make_style("wash")]


class TestPost:
    def test_tries_every_style(self, alice: User, photo: Photo, styles: list[Style]) -> None:
        response = session_of(alice).post(PROOFS, {"photo": str(photo.pk)})
        body = response.json()
        assert response.status_code == 202
        assert response["Location"] == f"{PROOFS}{body['id']}/"
        assert (body["state"], body["done"], body["total"]) == ("queued", 0, len(styles))
        assert [(tile["style"], tile["state"]) for tile in body["tiles"]] == [
            ("ink", "waiting"),
            ("wash", "waiting"),
        ]

    def test_tries_the_named_styles(self, alice: User, photo: Photo, styles: list[Style]) -> None:
        response = session_of(alice).post(PROOFS, {"photo": str(photo.pk), "styles": ["wash"]})
        assert response.status_code == 202
        assert [tile["style"] for tile in response.json()["tiles"]] == [styles[1].slug]

    def test_answers_200_when_every_tile_is_there(
        self, alice: User, photo: Photo, styles: list[Style]
    ) -> None:
        for style in styles:
            make_tile(photo, style)
        response = session_of(alice).post(PROOFS, {"photo": str(photo.pk)})
        body = response.json()
        assert response.status_code == 200
        assert (body["state"], body["done"]) == ("succeeded", 2)
        assert {tile["state"] for tile in body["tiles"]} == {"done"}
        again = session_of(alice).post(PROOFS, {"photo": str(photo.pk)})
        assert (again.status_code, again.json()["id"]) == (200, body["id"])

    def test_finds_the_same_sheet_again(
        self, alice: User, photo: Photo, styles: list[Style]
    ) -> None:
        client = session_of(alice)
        first, second = (client.post(PROOFS, {"photo": str(photo.pk)}) for _ in range(2))
        assert first.json()["id"] == second.json()["id"]
        assert ProofSheet.objects.get().styles.count() == len(styles)

    def test_knows_only_the_user_s_photos(
        self, bob: User, photo: Photo, styles: list[Style]
    ) -> None:
        for photo_id in (photo.pk, uuid4()):
            response = session_of(bob).post(PROOFS, {"photo": str(photo_id)})
            assert_problem(response, 422, "unknown_photo")
        assert not ProofSheet.objects.exists()
        assert styles

    @pytest.mark.parametrize("slug", ["sketch", "nothing"])
    def test_knows_only_published_styles(self, alice: User, photo: Photo, slug: str) -> None:
        make_style("ink")
        make_style("sketch", state="draft")
        response = session_of(alice).post(PROOFS, {"photo": str(photo.pk), "styles": ["ink", slug]})
        body = assert_problem(response, 422, "style_unavailable")
        assert body["errors"][0]["field"] == "styles.1"

    def test_says_that_there_is_nothing_to_try(self, alice: User, photo: Photo) -> None:
        response = session_of(alice).post(PROOFS, {"photo": str(photo.pk)})
        assert_problem(response, 422, "nothing_to_try")

    @pytest.mark.parametrize("body", [{}, {"photo": "x"}, {"photo": None}, {"styles": ["ink"]}])
    def test_refuses_a_body_without_a_photo(self, alice: User, body: dict[str, Any]) -> None:
        make_style("ink")
        assert session_of(alice).post(PROOFS, body).status_code == 422


class TestGet:
    def test_shows_each_tile_with_its_picture(self, alice: User, photo: Photo) -> None:
        ink, wash = make_style("ink"), make_style("wash")
        sheet = make_sheet(photo=photo, styles=[ink, wash])
        make_tile(photo, ink)
        make_tile(photo, wash, file="", error_code="out_of_memory")
        client = session_of(alice)
        body = client.get(f"{PROOFS}{sheet.pk}/").json()
        done, failed = body["tiles"]
        assert (done["state"], done["width"], done["error"]) == ("done", 64, None)
        assert sent_file(client.get(done["url"])).startswith(b"RIFF")
        assert (failed["state"], failed["url"], failed["error"]) == (
            "failed",
            None,
            "out_of_memory",
        )
        assert body["done"] == 2

    def test_describes_every_field_of_the_snapshot(self, photo: Photo) -> None:
        sheet = make_sheet(photo=photo, state="failed", completed_at=timezone.now())
        snapshot = proof_snapshot(sheet)
        assert_described(snapshot, component("ProofSheet"))
        assert (snapshot["error"] is not None, len(snapshot["tiles"])) == (True, 1)

    def test_leaves_out_a_style_that_was_withdrawn(self, alice: User, photo: Photo) -> None:
        sheet = make_sheet(photo=photo, styles=[make_style("ink"), make_style("wash")])
        Style.objects.filter(slug="ink").update(state="withdrawn")
        body = session_of(alice).get(f"{PROOFS}{sheet.pk}/").json()
        assert [tile["style"] for tile in body["tiles"]] == ["wash"]

    def test_costs_nothing_to_poll_while_nothing_changes(self, alice: User, photo: Photo) -> None:
        address = f"{PROOFS}{make_sheet(photo=photo).pk}/"
        client = session_of(alice)
        etag = client.get(address)["ETag"]
        assert client.get(address, headers={"If-None-Match": etag}).status_code == 304

    def test_needs_a_fixed_number_of_queries(
        self, alice: User, photo: Photo, django_assert_num_queries: Any
    ) -> None:
        styles = [make_style(f"style-{number}") for number in range(6)]
        sheet = make_sheet(photo=photo, styles=styles)
        for style in styles:
            make_tile(photo, style)
        with django_assert_num_queries(2):
            proof_snapshot(ProofSheet(pk=sheet.pk, photo_id=sheet.photo_id))


class TestCancel:
    def test_ends_the_sheet_and_answers_the_same_again(self, alice: User, photo: Photo) -> None:
        address = f"{PROOFS}{make_sheet(photo=photo).pk}/cancel/"
        client = session_of(alice)
        first, second = client.post(address), client.post(address)
        assert (first.status_code, second.status_code) == (200, 200)
        assert first.json() == second.json()
        assert first.json()["state"] == "canceled"


class TestFile:
    def test_sends_a_tile_to_a_token(self, alice: User, photo: Photo) -> None:
        ink = make_style("ink")
        sheet = make_sheet(photo=photo, styles=[ink, make_style("wash")])
        make_tile(photo, ink)
        app = app_of(alice, "jobs:read")
        response = app.get(f"{PROOFS}{sheet.pk}/file/", {"style": "ink"})
        assert response["Cache-Control"] == "private, no-store"
        assert sent_file(response).startswith(b"RIFF")
        for query in ({"style": "wash"}, {"style": "nothing"}):
            assert_problem(app.get(f"{PROOFS}{sheet.pk}/file/", query), 404, "not_found")
        assert_problem(app.get(f"{PROOFS}{sheet.pk}/file/"), 422, "invalid")


class TestAccess:
    @pytest.mark.parametrize("path", ["", "cancel/", "file/?style=ink"])
    def test_a_stranger_finds_nothing_and_sign_in_is_required(
        self, bob: User, photo: Photo, path: str
    ) -> None:
        ink = make_style("ink")
        sheet = make_sheet(photo=photo, styles=[ink])
        make_tile(photo, ink)
        method = "post" if path == "cancel/" else "get"
        for sheet_id in (sheet.pk, uuid4()):
            address = f"{PROOFS}{sheet_id}/{path}"
            stranger = getattr(session_of(bob), method)(address)
            assert_problem(stranger, 404, "not_found")
            assert_problem(getattr(APIClient(), method)(address), 401, "not_authenticated")
        sheet.refresh_from_db()
        assert sheet.state == "queued"

    def test_requires_sign_in(self, photo: Photo) -> None:
        response = APIClient().post(PROOFS, {"photo": str(photo.pk)})
        assert_problem(response, 401, "not_authenticated")

    def test_needs_the_scopes_of_jobs(self, alice: User, photo: Photo) -> None:
        sheet = make_sheet(photo=photo)
        reader, writer = app_of(alice, "jobs:read"), app_of(alice, "jobs:write")
        assert reader.get(f"{PROOFS}{sheet.pk}/").status_code == 200
        assert_problem(reader.post(f"{PROOFS}{sheet.pk}/cancel/"), 403, "insufficient_scope")
        assert_problem(writer.get(f"{PROOFS}{sheet.pk}/"), 403, "insufficient_scope")
        assert writer.post(f"{PROOFS}{sheet.pk}/cancel/").status_code == 200

    @pytest.mark.parametrize("method", ["put", "patch", "delete"])
    def test_has_no_other_way_to_change(self, alice: User, photo: Photo, method: str) -> None:
        address = f"{PROOFS}{make_sheet(photo=photo).pk}/"
        response = getattr(session_of(alice), method)(address, {})
        assert_problem(response, 405, "method_not_allowed")

    def test_lists_nothing(self, alice: User) -> None:
        assert_problem(session_of(alice).get(PROOFS), 405, "method_not_allowed")
