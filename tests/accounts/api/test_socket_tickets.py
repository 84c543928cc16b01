"""Socket tickets in the API, for an app, a user and an anonymous client."""

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from accounts.socket_tickets import redeem_socket_ticket
from tests.support.clients import app_of, assert_problem, session_of

pytestmark = pytest.mark.django_db
TICKETS = "/api/v1/ws-tickets/"


def test_gives_an_app_a_ticket_for_its_token(alice: User) -> None:
    response = app_of(alice, "jobs:read").post(TICKETS)

    assert response.status_code == 201
    assert response.json()["expires_in"] == 30
    assert response["Cache-Control"] == "no-store"
    credential = redeem_socket_ticket(response.json()["ticket"])
    assert credential is not None
    assert (credential.user_id, credential.token_id) == (alice.pk, alice.api_tokens.get().pk)


def test_gives_a_page_a_ticket_for_its_session(alice: User) -> None:
    client = session_of(alice)

    credential = redeem_socket_ticket(client.post(TICKETS).json()["ticket"])

    assert credential is not None
    assert credential.session_key == client.cookies["sessionid"].value


def test_gives_each_user_a_separate_ticket(alice: User, bob: User) -> None:
    tickets = [app_of(user).post(TICKETS).json()["ticket"] for user in (alice, bob)]

    found = [redeem_socket_ticket(ticket) for ticket in tickets]

    assert [each and each.user_id for each in found] == [alice.pk, bob.pk]


def test_gives_no_ticket_to_an_app_that_may_not_read_jobs(alice: User) -> None:
    response = app_of(alice, "jobs:write", "photos:read").post(TICKETS)

    assert_problem(response, 403, "insufficient_scope")


def test_requires_sign_in() -> None:
    assert_problem(APIClient().post(TICKETS), 401, "not_authenticated")
