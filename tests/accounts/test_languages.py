"""The language of mails: the one that the user chose last, on a page or by the API."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.languages import remember_language
from accounts.models import User
from tests.support.clients import assert_problem, session_of

pytestmark = pytest.mark.django_db


def language_of(user: User) -> str:
    return User.objects.get(pk=user.pk).language


def test_is_stored_when_it_is_chosen_on_a_page(client: Client, alice: User) -> None:
    address = reverse("set_language")
    client.post(address, {"language": "zh-hans"})
    assert language_of(alice) == ""
    client.force_login(alice)
    client.post(address, {"language": "zh-hans"})
    assert language_of(alice) == "zh-hans"
    assert client.cookies["django_language"].value == "zh-hans"
    for ignored in ("xx", "", "zh-hans" * 9):
        client.post(address, {"language": ignored})
        client.get(address, {"language": "en"})
        assert language_of(alice) == "zh-hans"


def test_is_that_of_the_page_if_none_was_chosen(client: Client, alice: User) -> None:
    client.force_login(alice)
    client.post(reverse("email-proof-request"), headers={"accept-language": "zh-Hans"})
    assert language_of(alice) == "zh-hans"
    alice.refresh_from_db()
    remember_language(user=alice)
    assert language_of(alice) == "zh-hans"


def test_is_in_the_api(alice: User) -> None:
    client = session_of(alice)
    assert client.get("/api/v1/me/").json()["language"] == "en"
    answer = client.patch("/api/v1/me/", {"language": "zh-hans"}, format="json")
    assert answer.json()["language"] == "zh-hans"
    assert language_of(alice) == "zh-hans"
    refused = client.patch("/api/v1/me/", {"language": "xx"}, format="json")
    assert_problem(refused, 422, "invalid")
    assert language_of(alice) == "zh-hans"
