"""Tests of messages to sockets. They are sent only if a session or token may have ended."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts import session_news
from accounts.models import User
from accounts.services import set_display_name
from accounts.session_news import group_of, session_digest
from accounts.tokens import create_token, revoke_token
from tests.support.factories import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)
News = list[tuple[str, Any]]


@pytest.fixture
def news(monkeypatch: pytest.MonkeyPatch) -> News:
    """Return the list of the messages that sockets get from now on."""
    told: News = []
    monkeypatch.setattr(session_news, "broadcast", lambda *each: told.append(each))
    return told


def sign_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def close_account(user: User) -> None:
    user.is_active = False
    user.save(update_fields=["is_active"])


def change_password(user: User) -> None:
    user.set_password(PASSWORD + "!")
    user.save()


def revoke(user: User) -> None:
    revoke_token(token=create_token(owner=user, name="app", scopes=["jobs:read"])[0])


def test_names_the_session_that_ended_without_its_key(alice: User, news: News) -> None:
    client = sign_in(alice)
    key = client.cookies["sessionid"].value

    client.post("/account/logout/")

    assert news == [(group_of(alice.pk), {"type": "session.changed", "ended": session_digest(key)})]
    assert key not in str(news)


@pytest.mark.parametrize("end", [close_account, change_password, revoke])
def test_rechecks_sockets_when_a_credential_may_have_ended(
    alice: User, news: News, end: Callable[[User], None]
) -> None:
    end(alice)

    assert news == [(group_of(alice.pk), {"type": "session.changed", "ended": ""})]


def test_sends_a_message_after_a_new_password_on_the_page(alice: User, news: News) -> None:
    client = sign_in(alice)
    new = PASSWORD + "!"
    fields = {"oldpassword": PASSWORD, "password1": new, "password2": new}

    assert client.post("/account/password/change/", fields).status_code == 302

    assert (group_of(alice.pk), {"type": "session.changed", "ended": ""}) in news


def test_sends_a_message_when_an_administrator_closes_an_account(alice: User, news: News) -> None:
    admin = User.objects.create_superuser("root", "root@example.org", PASSWORD)
    fields = {"username": "alice", "email": alice.email, "display_name": "", "is_active": ""}
    fields |= {"date_joined_0": "2026-01-01", "date_joined_1": "00:00:00"}

    response = sign_in(admin).post(f"/admin/accounts/user/{alice.pk}/change/", fields)

    assert response.status_code == 302
    assert not User.objects.get(pk=alice.pk).is_active
    assert news == [(group_of(alice.pk), {"type": "session.changed", "ended": ""})]


@pytest.mark.parametrize("what", ["sign in", "name", "sign out of nobody"])
def test_sends_nothing_when_no_credential_ended(alice: User, news: News, what: str) -> None:
    if what == "sign in":
        sign_in(alice)
    elif what == "name":
        set_display_name(user=alice, display_name="Alice")
    else:
        Client().post("/account/logout/")

    assert news == []
