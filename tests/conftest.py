"""Fixtures for every test: two people, and the servers that some tests need."""

import pytest

from accounts.models import User
from tests.factories import make_user

pytest_plugins = ["tests.servers"]


@pytest.fixture
def alice(db: None) -> User:
    """Return the person whose things are looked at."""
    return make_user("alice")


@pytest.fixture
def bob(db: None) -> User:
    """Return a stranger to alice's things."""
    return make_user("bob")
