"""The locks that requests of one user take, always in this order: the user, then the photos.

They keep the rows as they are, but let other rows point to them. A worker or a deletion that adds
such a row may already hold a row that the request needs next, and each would wait for the other.
"""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from accounts.models import User
from common.locks import lock_until_commit
from inference.models import Photo
from inference.services.refusals import GuestGone, PhotoUnavailable


def lock_owner(owner: User) -> None:
    """Let no other request of `owner` that takes this lock continue before the transaction ends.

    Raises GuestGone for a guest who got an account in another tab, or whose day has ended.
    """
    locked = User.objects.select_for_update(no_key=True).filter(pk=owner.pk)
    found = list(locked.values_list("adopted_by", flat=True))
    if not found:
        raise guest_gone()
    if found != [None]:
        raise GuestGone(_("You have signed in since. Reload the page and try again."))


def guest_gone() -> GuestGone:
    """Build the refusal of a guest who was deleted."""
    return GuestGone(_("Your day of trying has ended. Choose the photo again."))


def lock_guest_and(guest: User, heir: User) -> bool:
    """Lock everything of `guest` and the account that gets it. Return False if there is no guest.

    No upload, request or worker of either can add or take a row before the transaction ends. The
    lock of the claims comes first, because a worker locks a job and then its owner.
    """
    lock_until_commit("claims")
    lock_photos_of(guest)
    lock_photos_of(heir)
    rows = User.objects.select_for_update(no_key=True).filter(pk__in=[guest.pk, heir.pk])
    locked = {row.pk: row for row in rows.order_by("pk")}
    found = locked.get(guest.pk)
    return found is not None and found.is_guest and found.adopted_by_id is None


def lock_photos_of(owner: User) -> None:
    """Let no other upload of `owner` continue before the transaction ends.

    Not a lock of the user's row, because workers that claim a job wait for that row.
    """
    lock_until_commit(f"photos of {owner.pk}")


def lock_photos(photos: Iterable[Photo]) -> None:
    """Keep `photos` from being deleted before the transaction ends.

    Raises PhotoUnavailable if one of them was just deleted.
    """
    wanted = {photo.pk for photo in photos}
    # In one order, so that two requests for the same photos do not wait for each other.
    locked = Photo.objects.select_for_update(no_key=True).filter(pk__in=wanted).order_by("pk")
    if len(locked.values_list("pk")) != len(wanted):
        raise PhotoUnavailable(_("This photo is not yours."))
