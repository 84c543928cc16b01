"""Tests of the credential of a connection, and of what ends it."""

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client

from accounts.credentials import credential_of_session, credential_of_token
from accounts.models import Scope, User
from accounts.tokens import create_token, revoke_token
from tests.support.factories import PASSWORD

pytestmark = pytest.mark.django_db


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def key_of(client: Client) -> str:
    return str(client.cookies["sessionid"].value)


def close_account(user: User) -> None:
    user.is_active = False
    user.save(update_fields=["is_active"])


class TestSession:
    def test_is_valid_while_signed_in_and_allows_everything(self, alice: User) -> None:
        credential = credential_of_session(key_of(signed_in(alice)))

        assert credential is not None
        assert credential.user_id == alice.pk
        assert credential.is_valid()
        assert all(credential.allows(scope) for scope in Scope)

    def test_ends_with_the_sign_out(self, alice: User) -> None:
        client = signed_in(alice)
        credential, other = (
            credential_of_session(key_of(each)) for each in (client, signed_in(alice))
        )
        assert credential is not None
        assert other is not None

        client.logout()

        assert not credential.is_valid()
        assert other.is_valid()

    def test_ends_with_a_new_password(self, alice: User) -> None:
        credential = credential_of_session(key_of(signed_in(alice)))
        assert credential is not None

        alice.set_password(PASSWORD + "!")
        alice.save()

        assert not credential.is_valid()

    def test_ends_with_the_account(self, alice: User) -> None:
        credential = credential_of_session(key_of(signed_in(alice)))
        assert credential is not None

        close_account(alice)

        assert not credential.is_valid()

    def test_ends_when_the_session_belongs_to_another_user(self, alice: User, bob: User) -> None:
        client = signed_in(alice)
        credential = credential_of_session(key_of(client))
        assert credential is not None
        session = SessionStore(key_of(client))
        session["_auth_user_id"] = str(bob.pk)
        session["_auth_user_hash"] = bob.get_session_auth_hash()
        session.save()

        assert not credential.is_valid()

    @pytest.mark.parametrize("key", ["", "nothing-like-it", "../../etc/passwd"])
    def test_is_none_for_an_unknown_session(self, key: str) -> None:
        assert credential_of_session(key) is None


class TestToken:
    def test_is_valid_for_its_scopes(self, alice: User) -> None:
        _row, secret = create_token(owner=alice, name="app", scopes=["jobs:read"])

        credential = credential_of_token(secret)

        assert credential is not None
        assert credential.is_valid()
        assert credential.allows(Scope.JOBS_READ)
        assert not credential.allows(Scope.JOBS_WRITE)

    def test_ends_when_revoked(self, alice: User) -> None:
        row, secret = create_token(owner=alice, name="app", scopes=["jobs:read"])
        credential = credential_of_token(secret)
        assert credential is not None

        revoke_token(token=row)

        assert not credential.is_valid()
        assert credential_of_token(secret) is None

    def test_ends_with_the_account(self, alice: User) -> None:
        _row, secret = create_token(owner=alice, name="app", scopes=["jobs:read"])
        credential = credential_of_token(secret)
        assert credential is not None

        close_account(alice)

        assert not credential.is_valid()
