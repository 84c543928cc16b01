"""Who may do what with artworks and galleries. Pages, the API and media files all ask `can`.

Lists filter with the querysets of the models, which keep the same rules for many rows at once.
"""

from dataclasses import dataclass
from enum import Enum, auto

from django.http import HttpRequest
from rest_framework.request import Request

from accounts.models import User
from gallery.models import Artwork, Gallery


class Action(Enum):
    """What a viewer wants to do."""

    VIEW = auto()
    VIEW_PHOTO = auto()
    """See the photo beside the artwork."""
    CHANGE = auto()


@dataclass(frozen=True)
class Viewer:
    """The client of a request: a user, or nobody who is signed in."""

    user: User | None


NOBODY = Viewer(user=None)


def viewer_of(request: HttpRequest | Request) -> Viewer:
    """Return the viewer who sent `request`."""
    user = request.user
    return Viewer(user if isinstance(user, User) else None)


def can(viewer: Viewer, action: Action, thing: Artwork | Gallery) -> bool:
    """Tell whether `viewer` may do `action`. Owners may do everything with what is theirs."""
    if viewer.user is not None and thing.owner_id == viewer.user.pk:
        return True
    match action:
        case Action.VIEW:
            return _is_shown(viewer, thing)
        case Action.VIEW_PHOTO:
            has_photo = isinstance(thing, Artwork) and thing.shows_before
            return has_photo and _is_shown(viewer, thing)
        case Action.CHANGE:
            return False


def _is_shown(viewer: Viewer, thing: Artwork | Gallery) -> bool:
    """Tell whether others see it. Moderators also see what is hidden, but nothing private."""
    if thing.is_public:
        return True
    is_published = thing.visibility == thing.Visibility.PUBLIC
    right = f"gallery.change_{thing._meta.model_name}"  # noqa: SLF001  # public API of Django
    return is_published and viewer.user is not None and viewer.user.has_perm(right)
