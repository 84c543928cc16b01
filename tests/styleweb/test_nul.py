"""Tests that a NUL character is refused wherever a request may carry text. See also tests/faults:
on PostgreSQL each of these was an error of the server."""

import base64
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponseBase
from django.test import Client

from accounts.models import User
from tests.support.clients import assert_problem, session_of
from tests.support.factories import make_sheet, make_style, make_user

pytestmark = pytest.mark.django_db
PAGES = [
    "/styles/?q=%00",
    "/styles/?technique=%00",
    "/studio/license/?style=%00",
    "/studio/?style=%00",
    "/gallery/?page=%00",
    "/artworks/%00/",
    "/styles/?%00=1",
]
OF_THE_ADMIN = [
    "/admin/library/style/?state=%00",
    "/admin/library/style/?q=%00",
    "/admin/library/style/?technique=%00",
    "/admin/library/style/%00/change/",
    "/admin/gallery/artwork/?license__exact=%00",
]


@pytest.mark.parametrize("address", PAGES)
def test_refuses_it_in_the_address_of_a_page(address: str) -> None:
    response = Client().get(address)
    assert response.status_code == 400
    assert b"This request cannot be read" in response.content


@pytest.mark.parametrize("address", OF_THE_ADMIN)
def test_refuses_it_in_an_address_of_the_admin_site(address: str) -> None:
    root = make_user("root", is_staff=True, is_superuser=True)
    client = Client()
    client.force_login(root)
    assert client.get(address).status_code == 400


@pytest.mark.parametrize("address", ["styles/?q=%00", "public/artworks/?style=%00", "jobs/%00/"])
def test_refuses_it_in_an_address_of_the_api(address: str) -> None:
    assert_problem(Client().get(f"/api/v1/{address}"), 400, "malformed")


def test_refuses_it_in_the_style_of_a_tile(alice: User) -> None:
    sheet = make_sheet(alice)
    response = session_of(alice).get(f"/api/v1/proofs/{sheet.pk}/file/", {"style": "\0"})
    assert_problem(response, 400, "malformed")


@pytest.mark.parametrize("sort", ["title", "newest", "hanging"])
def test_refuses_it_in_a_cursor(sort: str) -> None:
    make_style()
    cursor = base64.b64encode(b"p=%00").decode()
    response = Client().get("/api/v1/styles/", {"sort": sort, "cursor": cursor})
    assert_problem(response, 400, "cursor_invalid")


def test_refuses_it_in_a_cookie() -> None:
    client = Client()
    client.cookies["sessionid"] = "\0"
    assert client.get("/photos/").status_code == 400


def test_refuses_it_in_a_field_of_a_form(alice: User) -> None:
    make_style()
    client = session_of(alice)
    assert (
        client.post("/studio/", {"styles": "great-wave\0"}, format="multipart").status_code == 400
    )
    assert client.post("/studio/", {"a\0": "b"}, format="multipart").status_code == 400


@pytest.mark.parametrize(
    "ask",
    [
        lambda client: client.get("/styles/?q=%2500"),
        lambda client: client.get("/styles/?q=100%25"),
        lambda client: client.get("/styles/?q=%E2%90%80"),
    ],
    ids=["percent", "percent-sign", "picture-of-nul"],
)
def test_lets_similar_text_pass(ask: Callable[[Any], HttpResponseBase]) -> None:
    assert ask(Client()).status_code == 200
