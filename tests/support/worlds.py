"""Users and their things that many rows of a table share, because they take long to make.

The database of a test is rolled back, so the next row begins with the same things. Their files
stay, because files are removed when a change is committed, and no change is.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from http.cookies import SimpleCookie
from typing import Any, Generic, NamedTuple, TypeVar

import pytest
from django.contrib.auth.models import Permission
from django.db import transaction
from django.test import Client
from pytest_django import DjangoDbBlocker

from accounts.models import User
from tests.support.factories import make_user

OUTSIDE = "93.184.216.34"
MODERATES = ("change_artwork", "view_artwork", "change_gallery", "view_gallery")

AnyClient = TypeVar("AnyClient", bound=Client)
Row = TypeVar("Row")


class Visitor(Generic[AnyClient]):
    """A client that begins each visit with the same cookies."""

    def __init__(self, client: AnyClient) -> None:
        self._client = client
        self._cookies = {name: each.value for name, each in client.cookies.items()}

    def visit(self) -> AnyClient:
        """Return the client as it was at first."""
        self._client.cookies = SimpleCookie(self._cookies)
        return self._client


class World(NamedTuple):
    """The client of each column, and the things of the owner by their names."""

    visitors: dict[str, Visitor[Any]]
    things: dict[str, Any]


def make_users() -> dict[str, User | None]:
    """Return the users whom the tables of pages ask for, by the names of the columns."""
    moderator = make_user("mona", is_staff=True)
    moderator.user_permissions.set(Permission.objects.filter(codename__in=MODERATES))
    return {
        "owner": make_user("alice"),
        "stranger": make_user("bob"),
        "nobody": None,
        "moderator": moderator,
        "root": make_user("root", is_staff=True, is_superuser=True),
    }


def browser_of(user: User | None) -> Visitor[Client]:
    """Return a browser in which `user` is signed in, or nobody."""
    client = Client(REMOTE_ADDR=OUTSIDE)
    if user is not None:
        client.force_login(user)
    return Visitor(client)


def shared_world(make: Callable[[frozenset[str]], World]) -> Any:
    """Return the fixture `world` of a module, whose parameter is what `make` gets.

    It is made before the transaction of a test begins, and kept while the parameter is the same.
    """

    @pytest.fixture(scope="module")
    def world(
        request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: DjangoDbBlocker
    ) -> Iterator[World]:
        with django_db_blocker.unblock(), transaction.atomic():
            yield make(request.param)
            transaction.set_rollback(True)

    return world


def each_row(
    table: Iterable[Row], needed: Callable[[Row], frozenset[str]], name: Callable[[Row], str]
) -> pytest.MarkDecorator:
    """Return the mark of a test of each row. Rows that need the same things follow each other."""
    ordered = sorted(table, key=lambda row: sorted(needed(row)))
    parameters = [pytest.param(needed(row), row, id=name(row)) for row in ordered]
    return pytest.mark.parametrize(("world", "row"), parameters, indirect=["world"], scope="module")


def no_things() -> pytest.MarkDecorator:
    """Return the mark of a test whose world has the users and nothing else."""
    none: frozenset[str] = frozenset()
    return pytest.mark.parametrize("world", [none], indirect=True, ids=[""], scope="module")


@contextmanager
def rolled_back() -> Iterator[None]:
    """Take back every change to the database in the block."""
    before = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(before)
