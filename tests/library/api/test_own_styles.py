"""The API of one's own styles."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from rest_framework.test import APIClient

from accounts.models import User
from library.models import Style
from tests.support.clients import app_of, assert_problem, sent_file, session_of
from tests.support.factories import (
    make_own_style,
    make_picture,
    make_style,
    make_user,
    picture_bytes,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]
STYLES = "/api/v1/styles/"


def post(client: APIClient, picture: Image.Image | None = None, **answers: Any) -> Any:
    """Send a picture as a style."""
    data = picture_bytes(picture or make_picture((200, 160)))
    body = {"file": SimpleUploadedFile("My holiday.png", data), **answers}
    return client.post(STYLES, body, format="multipart")


def slugs(client: APIClient, query: str = "") -> list[str]:
    """Return the slugs of a list."""
    return [each["slug"] for each in client.get(STYLES + query).json()["results"]]


class TestCreate:
    def test_adds_a_private_style(self, alice: User) -> None:
        response = post(app_of(alice, "styles:write"), title="Barn", rights="CC-BY-SA-4.0")
        assert response.status_code == 201
        style = response.json()
        assert response["Location"].endswith(f"{STYLES}{style['slug']}/")
        assert (style["title"], style["state"]) == ("Barn", "private")
        assert (style["rights"], style["license"]["name"]) == ("CC-BY-SA-4.0", "CC BY-SA 4.0")
        assert style["methods"] == ["fast", "optimize", "gatys"]
        assert style["resembles"] is None
        assert "holiday" not in response.content.decode().lower()

    def test_answers_200_for_a_known_file(self, alice: User) -> None:
        client = session_of(alice)
        first, again = post(client), post(client)
        assert (first.status_code, again.status_code) == (201, 200)
        assert again.json()["slug"] == first.json()["slug"]
        assert first.json()["license"] is None
        assert first.json()["rights"] == "unknown-rights"

    @pytest.mark.parametrize(
        ("answers", "field"),
        [
            ({"rights": "all-rights-reserved"}, "rights"),
            ({"rights": "mine"}, "rights"),
            ({"title": "x" * 10_000}, "title"),
            ({"artist": "x" * 161}, "artist"),
            ({"source_url": "javascript:alert(1)"}, "source_url"),
        ],
    )
    def test_names_a_wrong_answer(self, alice: User, answers: dict[str, str], field: str) -> None:
        body = assert_problem(post(session_of(alice), None, **answers), 422, "invalid")
        assert [each["field"] for each in body["errors"]] == [field]
        assert not Style.objects.exists()

    def test_needs_a_file(self, alice: User) -> None:
        body = assert_problem(session_of(alice).post(STYLES, {"title": "A"}), 422, "invalid")
        assert body["errors"][0]["field"] == "file"

    def test_names_what_is_wrong_with_a_picture(self, alice: User) -> None:
        response = post(session_of(alice), Image.new("RGB", (90, 90), "teal"))
        assert_problem(response, 422, "one_color")


class TestRead:
    def test_lists_my_styles_apart_from_the_library(self, alice: User, bob: User) -> None:
        make_style("wave")
        make_own_style(alice, "own-a")
        make_own_style(bob, "own-b")
        assert slugs(session_of(alice)) == ["wave"]
        assert slugs(session_of(alice), "?owner=me") == ["own-a"]
        assert slugs(app_of(alice), "?owner=me&q=own") == ["own-a"]

    def test_leaves_my_styles_out_of_the_library_of_a_curator(self) -> None:
        root = make_user("root", is_superuser=True)
        make_own_style(root, "own-r")
        make_own_style(make_user("carol"), "own-c")
        make_style("sketch", state="draft")
        assert slugs(session_of(root)) == ["sketch"]

    def test_sends_the_picture_to_its_owner(self, alice: User) -> None:
        style = make_own_style(alice)
        client = app_of(alice, "styles:read")
        urls = client.get(f"{STYLES}{style.slug}/").json()["urls"]
        assert set(urls) == {"full", "thumb"}
        for address in urls.values():
            response = client.get(address)
            with Image.open(io.BytesIO(sent_file(response))) as picture:
                assert picture.size == (80, 80)
            assert response["Cache-Control"] == "private, no-store"

    def test_hides_my_styles_from_a_token_without_the_scope(self, alice: User) -> None:
        style = make_own_style(alice)
        other = app_of(alice, "jobs:read", "jobs:write")
        assert_problem(other.get(f"{STYLES}{style.slug}/"), 404, "not_found")
        assert_problem(other.get(f"{STYLES}?owner=me"), 403, "insufficient_scope")


class TestChange:
    def test_renames_and_asks_again_for_the_rights(self, alice: User) -> None:
        address = f"{STYLES}{make_own_style(alice).slug}/"
        body = {"title": "Barn", "rights": "CC-PDM-1.0", "artist": "Emma"}
        style = session_of(alice).patch(address, body).json()
        assert (style["title"], style["artist"]["name"]) == ("Barn", "Emma")
        assert (style["rights"], style["version"]) == ("CC-PDM-1.0", 2)

    def test_offers_and_takes_back(self, alice: User) -> None:
        address, client = f"{STYLES}{make_own_style(alice).slug}/", session_of(alice)
        assert_problem(client.post(f"{address}offer/"), 422, "rights_not_given")
        offered = client.post(f"{address}offer/", {"license": "CC-BY-4.0"}).json()
        assert (offered["state"], offered["rights"]) == ("in_review", "CC-BY-4.0")
        assert_problem(client.patch(address, {"title": "B"}), 409, "style_in_review")
        assert client.delete(f"{address}offer/").json()["state"] == "private"

    def test_deletes(self, alice: User, media_root: Path) -> None:
        address, client = f"{STYLES}{make_own_style(alice).slug}/", session_of(alice)
        assert client.delete(address).status_code == 204
        assert_problem(client.get(address), 404, "not_found")
        assert media_root.is_dir()
