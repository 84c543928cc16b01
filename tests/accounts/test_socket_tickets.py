"""Tests of socket tickets: valid once, for a short time, and only with a valid credential."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.credentials import Credential
from accounts.models import SocketTicket, User
from accounts.socket_tickets import TICKET_SECONDS, issue_socket_ticket, redeem_socket_ticket
from accounts.tokens import create_token, revoke_token

pytestmark = pytest.mark.django_db


@pytest.fixture
def credential(alice: User) -> Credential:
    """Return the credential of an app that belongs to alice."""
    row, _secret = create_token(owner=alice, name="app", scopes=["jobs:read"])
    return Credential(alice.pk, token_id=row.pk)


def redeem(ticket: str) -> Credential | None:
    """Redeem a ticket in a thread, and close the connection of the thread."""
    try:
        return redeem_socket_ticket(ticket)
    finally:
        connection.close()


class TestTicket:
    def test_has_the_credential_that_it_was_issued_for(self, credential: Credential) -> None:
        assert redeem_socket_ticket(issue_socket_ticket(credential=credential)) == credential

    def test_is_valid_once(self, credential: Credential) -> None:
        ticket = issue_socket_ticket(credential=credential)
        redeem_socket_ticket(ticket)

        assert redeem_socket_ticket(ticket) is None

    def test_is_different_each_time(self, credential: Credential) -> None:
        first, second = (issue_socket_ticket(credential=credential) for _ in range(2))

        assert first != second
        assert redeem_socket_ticket(second) == redeem_socket_ticket(first) == credential

    def test_is_valid_for_half_a_minute(self, credential: Credential) -> None:
        ticket = issue_socket_ticket(credential=credential)
        row = SocketTicket.objects.get()
        left = row.expires_at - timezone.now()
        assert timedelta(seconds=TICKET_SECONDS - 5) < left <= timedelta(seconds=TICKET_SECONDS)
        SocketTicket.objects.update(expires_at=timezone.now())

        assert redeem_socket_ticket(ticket) is None

    def test_is_stored_only_as_a_hash(self, credential: Credential) -> None:
        ticket = issue_socket_ticket(credential=credential)

        assert ticket not in str(SocketTicket.objects.values())

    def test_is_deleted_when_too_old(self, credential: Credential) -> None:
        issue_socket_ticket(credential=credential)
        SocketTicket.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

        issue_socket_ticket(credential=credential)

        assert SocketTicket.objects.count() == 1

    @pytest.mark.parametrize("ticket", ["", "unknown", "\u00e9"])
    def test_is_refused_when_unknown(self, credential: Credential, ticket: str) -> None:
        issue_socket_ticket(credential=credential)

        assert redeem_socket_ticket(ticket) is None

    def test_ends_with_its_token(self, credential: Credential, alice: User) -> None:
        ticket = issue_socket_ticket(credential=credential)
        revoke_token(token=alice.api_tokens.get())

        assert redeem_socket_ticket(ticket) is None

    def test_ends_with_its_session(self, alice: User) -> None:
        client = Client()
        client.force_login(alice)
        key = client.cookies["sessionid"].value
        ticket = issue_socket_ticket(credential=Credential(alice.pk, session_key=key))
        client.logout()

        assert redeem_socket_ticket(ticket) is None


@pytest.mark.django_db(transaction=True)
def test_accepts_only_one_of_many_at_the_same_time(credential: Credential) -> None:
    ticket = issue_socket_ticket(credential=credential)

    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(redeem, [ticket] * 8))

    assert sorted(found, key=bool) == [None] * 7 + [credential]
