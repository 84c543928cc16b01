"""The users whom the tests of access ask for."""

import pytest
from django.contrib.auth.models import Permission

from accounts.models import User
from tests.support.factories import make_user

MODERATES = ["change_artwork", "view_artwork", "change_gallery", "view_gallery"]


@pytest.fixture
def users(alice: User, bob: User) -> dict[str, User | None]:
    """Return the users of the columns."""
    moderator = make_user("mona", is_staff=True)
    rights = Permission.objects.filter(codename__in=MODERATES)
    moderator.user_permissions.set(rights)
    root = make_user("root", is_staff=True, is_superuser=True)
    return {"owner": alice, "stranger": bob, "nobody": None, "moderator": moderator, "root": root}
