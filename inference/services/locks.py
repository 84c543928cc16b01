"""The locks that requests of one user take, always in this order: the user, then the photos.

They keep the rows as they are, but let other rows point to them. A worker or a deletion that adds
such a row may already hold a row that the request needs next, and each would wait for the other.
"""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from accounts.models import User
from inference.models import Photo
from inference.services.refusals import PhotoUnavailable


def lock_owner(owner: User) -> None:
    """Let no other request of `owner` that takes this lock continue before the transaction ends."""
    User.objects.select_for_update(no_key=True).get(pk=owner.pk)


def lock_photos(photos: Iterable[Photo]) -> None:
    """Keep `photos` from being deleted before the transaction ends.

    Raises PhotoUnavailable if one of them was just deleted.
    """
    wanted = {photo.pk for photo in photos}
    # In one order, so that two requests for the same photos do not wait for each other.
    locked = Photo.objects.select_for_update(no_key=True).filter(pk__in=wanted).order_by("pk")
    if len(locked.values_list("pk")) != len(wanted):
        raise PhotoUnavailable(_("This photo is not yours."))
