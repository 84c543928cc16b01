"""Tokens: stored as a hash, shown once, limited to scopes, and useless when revoked."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client, RequestFactory
from django.utils import timezone
from pytest_django import Settings

from accounts.credentials import Credential
from accounts.forms import token_lifetimes
from accounts.models import ApiToken, Scope, User
from accounts.tokens import (
    USE_NOTED_EVERY,
    WrongCredentials,
    create_token,
    exchange_password,
    find_token,
    revoke_token,
)
from tests.support.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db
SCOPES = [Scope.PHOTOS_READ]
REQUEST = RequestFactory().post("/")


def test_finds_the_token_that_it_made() -> None:
    row, token = create_token(owner=make_user("alice"), name="phone", scopes=SCOPES)
    assert find_token(token) == row


def test_stores_nothing_that_can_sign_in() -> None:
    row, token = create_token(owner=make_user("alice"), name="phone", scopes=SCOPES)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM accounts_apitoken")
        stored = " ".join(str(value) for value in cursor.fetchone())
    assert token not in stored
    assert find_token(row.digest) is None
    assert find_token(row.prefix) is None


def test_makes_each_token_different() -> None:
    alice = make_user("alice")
    tokens = {create_token(owner=alice, name="phone", scopes=SCOPES)[1] for _ in range(20)}
    assert len(tokens) == 20
    assert all(token.startswith("sw_") and len(token) > 40 for token in tokens)


def test_shows_only_the_first_characters_later() -> None:
    row, token = create_token(owner=make_user("alice"), name="phone", scopes=SCOPES)
    assert token.startswith(row.prefix)
    assert len(row.prefix) <= 8


def test_keeps_each_scope_once_and_in_order() -> None:
    wish = ["photos:write", "photos:read", "photos:write"]
    row, _token = create_token(owner=make_user("alice"), name="phone", scopes=wish)
    assert row.scopes == ["photos:read", "photos:write"]


def test_refuses_a_scope_that_does_not_exist() -> None:
    with pytest.raises(ValueError, match="admin"):
        create_token(owner=make_user("alice"), name="phone", scopes=["admin"])
    assert not ApiToken.objects.exists()


def test_does_not_find_a_revoked_token() -> None:
    row, token = create_token(owner=make_user("alice"), name="phone", scopes=SCOPES)
    revoke_token(token=row)
    assert find_token(token) is None


def test_keeps_the_time_of_the_first_revocation() -> None:
    row, _token = create_token(owner=make_user("alice"), name="phone", scopes=SCOPES)
    revoke_token(token=row)
    row.refresh_from_db()
    first = row.revoked_at
    revoke_token(token=row)
    row.refresh_from_db()
    assert row.revoked_at == first is not None


def test_does_not_find_the_token_of_a_closed_account() -> None:
    alice = make_user("alice")
    _row, token = create_token(owner=alice, name="phone", scopes=SCOPES)
    alice.is_active = False
    alice.save(update_fields=["is_active"])
    assert find_token(token) is None


def set_password(user: User) -> None:
    user.set_password(PASSWORD + "!")
    user.save(update_fields=["password"])


def set_no_password(user: User) -> None:
    user.set_unusable_password()
    user.save()


@pytest.mark.bar(46)
@pytest.mark.parametrize("end", [set_password, set_no_password])
def test_ends_the_tokens_with_the_password(end: Callable[[User], None]) -> None:
    alice, bob = make_user("alice"), make_user("bob")
    old = create_token(owner=alice, name="phone", scopes=SCOPES)[1]
    others = create_token(owner=bob, name="phone", scopes=SCOPES)[1]
    end(alice)
    assert find_token(old) is None
    assert find_token(others) is not None
    assert find_token(create_token(owner=alice, name="new", scopes=SCOPES)[1]) is not None


def test_keeps_the_tokens_when_something_else_changes() -> None:
    alice = make_user("alice")
    token = create_token(owner=alice, name="phone", scopes=SCOPES)[1]
    alice.display_name = "Alice in Ink"
    alice.save()
    assert find_token(token) is not None


def test_keeps_the_tokens_when_a_hash_is_replaced(settings: Settings) -> None:
    alice = make_user("alice")
    token = create_token(owner=alice, name="phone", scopes=SCOPES)[1]
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.ScryptPasswordHasher",
        "django.contrib.auth.hashers.MD5PasswordHasher",
    ]
    assert Client().login(username="alice", password=PASSWORD)
    alice.refresh_from_db()
    assert alice.password.startswith("scrypt$")
    assert find_token(token) is not None


def test_expires(settings: Settings) -> None:
    settings.API_TOKEN_DAYS = 30
    alice = make_user("alice")
    usual, long = (
        create_token(owner=alice, name="phone", scopes=SCOPES, days=days)[0] for days in (None, 365)
    )
    assert usual.expires_at - timezone.now() < timedelta(days=30)
    assert long.expires_at - timezone.now() > timedelta(days=364)
    row, token = create_token(owner=alice, name="phone", scopes=SCOPES)
    assert find_token(token) == row
    ApiToken.objects.filter(pk=row.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert find_token(token) is None
    assert not Credential(alice.pk, token_id=row.pk).is_valid()


@pytest.mark.parametrize("token", ["", "sw_", "sw_" + "a" * 43, "\ufffd", "x" * 10_000])
def test_does_not_find_an_unknown_token(token: str) -> None:
    create_token(owner=make_user("alice"), name="phone", scopes=SCOPES)
    assert find_token(token) is None


def test_records_the_time_of_use_at_most_once_a_minute() -> None:
    row, token = create_token(owner=make_user("alice"), name="phone", scopes=SCOPES)
    find_token(token)
    row.refresh_from_db()
    first = row.last_used_at
    find_token(token)
    row.refresh_from_db()
    assert row.last_used_at == first is not None


def test_records_a_later_use() -> None:
    row, token = create_token(owner=make_user("alice"), name="phone", scopes=SCOPES)
    early = timezone.now() - USE_NOTED_EVERY - timedelta(seconds=1)
    ApiToken.objects.filter(pk=row.pk).update(last_used_at=early)
    find_token(token)
    row.refresh_from_db()
    assert row.last_used_at is not None
    assert row.last_used_at > early


@pytest.mark.parametrize("login", ["alice", "alice@example.org", "ALICE@example.org"])
def test_exchanges_name_or_email_and_password_for_a_token(login: str) -> None:
    alice = make_user("alice")
    row, token = exchange_password(
        request=REQUEST, login=login, password=PASSWORD, name="phone", scopes=SCOPES
    )
    assert row.owner == alice
    assert find_token(token) == row


@pytest.mark.parametrize(("login", "password"), [("alice", "wrong"), ("nobody", PASSWORD)])
def test_makes_no_token_for_wrong_credentials(login: str, password: str) -> None:
    make_user("alice")
    with pytest.raises(WrongCredentials):
        exchange_password(
            request=REQUEST, login=login, password=password, name="phone", scopes=SCOPES
        )
    assert not ApiToken.objects.exists()


def test_makes_no_token_for_a_closed_account() -> None:
    make_user("alice", is_active=False)
    with pytest.raises(WrongCredentials):
        exchange_password(
            request=REQUEST, login="alice", password=PASSWORD, name="phone", scopes=SCOPES
        )


def test_offers_the_lifetime_of_the_site_among_others(settings: Settings) -> None:
    settings.API_TOKEN_DAYS = 90

    assert token_lifetimes() == [(7, "7 days"), (30, "30 days"), (90, "90 days"), (365, "365 days")]
