"""Pages of a signed-in user are kept by no cache."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.support.factories import make_style

pytestmark = pytest.mark.django_db
PAGES = ("home", "studio", "jobs", "photos", "my-artworks", "public-gallery", "styles")


@pytest.mark.parametrize("page", PAGES)
def test_pages_of_a_session_are_not_kept(alice: User, page: str) -> None:
    make_style()
    client = Client()
    client.force_login(alice)
    answer = client.get(reverse(page))
    assert answer.status_code == 200
    assert {"private", "no-store"} <= set(answer["Cache-Control"].split(", "))


def test_pages_of_nobody_in_particular_may_be_kept(client: Client) -> None:
    assert "Cache-Control" not in client.get(reverse("public-gallery")).headers


def test_pages_that_say_so_themselves_are_not_changed(alice: User) -> None:
    client = Client()
    client.force_login(alice)
    answer = client.get("/api/v1/methods/")
    assert answer["Cache-Control"] == "private, no-cache"
