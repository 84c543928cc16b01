"""Tests that the API keeps the OpenAPI document, whatever a client sends: no failure of the server,
no status, content type or header that the document does not have, and every body of its schema.

The requests are made from the document itself. The owner owns one of everything, and half of the
requests name those things; the stranger and nobody send the same requests.

On PostgreSQL only the owner asks, and only where the client chooses texts and numbers: these are
what one database accepts and another refuses.
"""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
import schemathesis
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoDbBlocker
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from accounts.models import User
from accounts.tokens import create_token
from common.openapi import whole_document
from styleweb.wsgi import application
from tests.support.clients import ALL_SCOPES, open_connection
from tests.support.factories import make_style, make_user
from tests.support.things import THINGS

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
ON_SQLITE = connection.vendor == "sqlite"
EXAMPLES = 4 if ON_SQLITE else 2
CHECKS = [
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
# The thing that an id in the path of a resource names.
OF_PATH = {
    "photos": "photo",
    "jobs": "done",
    "batches": "batch",
    "proofs": "sheet",
    "sketches": "sketch",
    "artworks": "public",
    "galleries": "open",
    "shares": "share",
    "likes": "public",
    "favorites": "public",
    "tokens": "token",
    "masks": "mask",
    "notices": "notice",
}


def whole_answers(environ: dict[str, Any], start: Any) -> list[bytes]:
    """Call the application, and close the file that it may send."""
    answer: Any = application(environ, start)
    try:
        return [b"".join(answer)]
    finally:
        answer.close()


SCHEMA = schemathesis.openapi.from_dict(whole_document())
SCHEMA.app = whole_answers
OPERATIONS = [found.ok() for found in SCHEMA.get_all_operations() if isinstance(found, Ok)]
ASKED = [each for each in OPERATIONS if ON_SQLITE or list(each.query) or list(each.body)]
PICKED = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def people(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[tuple[User, User]]:
    """Return the owner and a stranger. All tests share the owner's things, and keep them."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_user("alice"), make_user("bob")
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def ids(people: tuple[User, User]) -> dict[str, str]:
    """Return the ids of one thing of each kind, which the first person owns."""
    made = {path: str(THINGS[thing](people[0])) for path, thing in OF_PATH.items()}
    known = {"styles": make_style("great-wave").slug, "methods": "fast", "people": "alice"}
    return made | known | {"public": THINGS["shared"](people[0])}


@pytest.fixture(scope="module")
def callers(people: tuple[User, User]) -> list[dict[str, str]]:
    """Return the headers of the owner, a stranger and nobody."""
    tokens = [create_token(owner=user, name="app", scopes=ALL_SCOPES)[1] for user in people]
    everybody = [*({"Authorization": f"Bearer {token}"} for token in tokens), {}]
    return everybody if ON_SQLITE else everybody[:1]


@pytest.mark.parametrize("operation", ASKED, ids=lambda each: f"{each.method} {each.path}")
def test_keeps_the_document(
    operation: Any, ids: dict[str, str], callers: list[dict[str, str]], wakeups: list[str]
) -> None:
    @PICKED
    @given(case=operation.as_strategy(), is_known=st.booleans())
    def check(case: Any, *, is_known: bool) -> None:
        known = ids.get(case.path.split("/")[3])
        if is_known and known and case.path_parameters:
            case.path_parameters = dict.fromkeys(case.path_parameters, known)
        if is_known and isinstance(case.body, dict):
            case.body = with_known_things(case.body, ids)
        for headers in callers:
            before = transaction.savepoint()
            response = case.call(headers=headers)
            case.validate_response(response, checks=CHECKS)
            transaction.savepoint_rollback(before)

    with open_connection():
        check()


def with_known_things(body: dict[str, Any], ids: dict[str, str]) -> dict[str, Any]:
    """Return a body whose photo, job and styles exist."""
    known: dict[str, Any] = {
        "photo": ids["photos"],
        "photos": [ids["photos"]],
        "job": ids["jobs"],
        "license": "CC0-1.0",
    }
    found = {name: known.get(name, value) for name, value in body.items()}
    if isinstance(found.get("styles"), list):
        first = found["styles"][:1]
        objects = bool(first) and isinstance(first[0], dict)
        found["styles"] = [{"style": ids["styles"]}] if objects else [ids["styles"]]
    return found


def test_asks_every_operation() -> None:
    assert len(OPERATIONS) == sum(map(len, whole_document()["paths"].values()))


def test_has_an_id_for_every_path(ids: dict[str, str]) -> None:
    resources = {each.path.split("/")[3] for each in OPERATIONS if "{" in each.path}
    assert resources == set(ids)
    assert all(UUID(ids[path]) for path in OF_PATH)
