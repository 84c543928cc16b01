"""Who may do what: the owner, another user, a moderator and a client without an account."""

import pytest
from django.contrib.auth.models import Permission

from accounts.models import User
from gallery.access import NOBODY, Action, Viewer, can
from gallery.models import Artwork
from tests.support.factories import make_user

pytestmark = pytest.mark.django_db
PUBLIC, PRIVATE = Artwork.Visibility.PUBLIC, Artwork.Visibility.PRIVATE
VISIBLE, HIDDEN = Artwork.Moderation.VISIBLE, Artwork.Moderation.HIDDEN


@pytest.fixture
def viewers(alice: User, bob: User) -> dict[str, Viewer]:
    """Return the owner and the others."""
    moderator = make_user("mona", is_staff=True)
    moderator.user_permissions.set(Permission.objects.filter(codename="change_artwork"))
    return {
        "owner": Viewer(alice),
        "stranger": Viewer(bob),
        "moderator": Viewer(moderator),
        "nobody": NOBODY,
    }


def allowed(viewers: dict[str, Viewer], action: Action, artwork: Artwork) -> set[str]:
    return {name for name, viewer in viewers.items() if can(viewer, action, artwork)}


@pytest.mark.parametrize(
    ("visibility", "moderation", "seen_by"),
    [
        (PUBLIC, VISIBLE, {"owner", "stranger", "moderator", "nobody"}),
        (PUBLIC, HIDDEN, {"owner", "moderator"}),
        (PRIVATE, VISIBLE, {"owner"}),
        (PRIVATE, HIDDEN, {"owner"}),
    ],
)
def test_shows_an_artwork(
    viewers: dict[str, Viewer], visibility: str, moderation: str, seen_by: set[str]
) -> None:
    artwork = Artwork(owner=viewers["owner"].user, visibility=visibility, moderation=moderation)
    assert allowed(viewers, Action.VIEW, artwork) == seen_by
    assert allowed(viewers, Action.VIEW_PHOTO, artwork) == {"owner"}
    assert allowed(viewers, Action.CHANGE, artwork) == {"owner"}
    artwork.shows_before = True
    assert allowed(viewers, Action.VIEW_PHOTO, artwork) == seen_by
