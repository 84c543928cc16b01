"""Who may do what with artworks and galleries. Pages, the API and media files all ask `can`.

A visitor who opened a share link sees what the link names, and nothing else.

Lists filter with the querysets of the models, which keep the same rules for many rows at once.
"""

from dataclasses import dataclass
from enum import Enum, auto

from django.http import HttpRequest
from rest_framework.request import Request

from accounts.models import User
from gallery.licensing import decide
from gallery.models import Artwork, Gallery, ShareLink


class Action(Enum):
    """What a viewer wants to do."""

    VIEW = auto()
    VIEW_PHOTO = auto()
    """See the photo beside the artwork."""
    VIEW_RECIPE = auto()
    """See the styles and the settings that it was made with, and use them."""
    DOWNLOAD = auto()
    """Get the full picture, or all pictures of a gallery, up to the `max_side` of the viewer."""
    CHANGE = auto()


@dataclass(frozen=True)
class Viewer:
    """The client of a request: a user, nobody who is signed in, or a visitor with a link.

    The password of the link was checked before. With a link, it does not matter who is signed in.
    """

    user: User | None
    link: ShareLink | None = None

    @property
    def max_side(self) -> int | None:
        """The largest side in px of what this viewer may download; None means no limit."""
        return self.link.max_side if self.link else None


NOBODY = Viewer(user=None)


def viewer_of(request: HttpRequest | Request) -> Viewer:
    """Return the viewer who sent `request`."""
    user = request.user
    return Viewer(user if isinstance(user, User) else None)


def can(viewer: Viewer, action: Action, thing: Artwork | Gallery) -> bool:
    """Tell whether `viewer` may do `action`. Owners may do everything with what is theirs.

    What is in the trash does not exist for anybody. Its owner finds it in gallery/trash.py.
    """
    if thing.is_trashed:
        return False
    if viewer.link is not None:
        return _allows(viewer.link, action, thing)
    if viewer.user is not None and thing.owner_id == viewer.user.pk:
        return True
    match action:
        case Action.VIEW | Action.VIEW_RECIPE | Action.DOWNLOAD:
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


def _allows(link: ShareLink, action: Action, thing: Artwork | Gallery) -> bool:
    """Tell whether visitors with `link` may do `action`."""
    if not link.works or not _names(link, thing):
        return False
    match action:
        case Action.VIEW:
            return True
        case Action.VIEW_PHOTO:
            return link.shows_photo and isinstance(thing, Artwork)
        case Action.VIEW_RECIPE:
            return link.shows_recipe
        case Action.DOWNLOAD:
            return link.allows_download
        case Action.CHANGE:
            return False


def _names(link: ShareLink, thing: Artwork | Gallery) -> bool:
    """Tell whether `link` shows `thing`: itself, or a picture of its gallery.

    Nobody else sees what a moderator has hidden, or what its rights allow for private use only.
    """
    if thing.is_hidden:
        return False
    if isinstance(thing, Gallery):
        return thing.pk == link.gallery_id
    if not decide(thing).publishable:
        return False
    if link.gallery is None:
        return thing.pk == link.artwork_id
    gallery = link.gallery
    if gallery.is_hidden or gallery.is_trashed:
        return False
    return gallery.items.filter(artwork=thing).exists()
