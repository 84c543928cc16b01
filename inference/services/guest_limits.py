"""What a guest may make: previews of a few photos, and one picture."""

from typing import Final

from django.conf import settings
from django.db.models import F, Sum
from django.utils.translation import gettext as _

from accounts.models import User
from common.locks import lock_until_commit
from inference.models import Job, Photo, ProofSheet, Sketch
from inference.services.refusals import GuestRefused
from style_transfer.core.spec import TransferSpec

# The longest side of a guest's picture, in pixels.
SIDE: Final = 768
PICTURES: Final = 1
# Pictures that failed or were canceled do not count, but not without end.
ATTEMPTS: Final = 6
PHOTOS: Final = 5


class GuestSizeRefused(GuestRefused):
    """The picture would be larger than those of guests."""

    code = "guest_size"


class GuestDone(GuestRefused):
    """The guest has made a picture."""

    code = "guest_done"


class GuestPhotosRefused(GuestRefused):
    """The guest has uploaded enough photos."""

    code = "guest_photos"


class GuestsFull(GuestRefused):
    """The photos of all guests take too much room, or too many of their jobs or previews wait."""

    code = "guests_full"
    status = 429


def check_guest_request(*, owner: User, spec: TransferSpec, jobs: int = 1) -> None:
    """Raise GuestRefused if a guest may not make such pictures."""
    if not owner.is_guest:
        return
    if spec.size is None or spec.size > SIDE:
        sentence = _(
            "Without an account the longest side can have up to %(side)d pixels. Choose a smaller "
            "size, or sign up. Your photo and settings are kept."
        )
        raise GuestSizeRefused(sentence % {"side": SIDE})
    if jobs > PICTURES:
        raise GuestDone(_done_words())


def check_guest_room(*, owner: User) -> None:
    """Raise GuestRefused if the guest has made a picture, or too many guests wait.

    The caller holds the locks of `check_room`.
    """
    if not owner.is_guest:
        return
    if pictures_left(owner) == 0:
        raise GuestDone(_done_words())
    waiting = Job.objects.waiting().filter(owner__is_guest=True).count()
    if waiting >= settings.JOB_MAX_WAITING_GUESTS:
        raise GuestsFull(_full_words(), retry_after=60)


def check_guest_previews(*, owner: User) -> None:
    """Raise GuestRefused if the previews of too many guests wait.

    This is exact until the transaction ends: it holds a lock that all requests of guests take.
    """
    if not owner.is_guest:
        return
    lock_until_commit("previews of guests")
    waiting = ProofSheet.objects.waiting().filter(owner__is_guest=True).count()
    if waiting >= settings.JOB_MAX_WAITING_GUESTS:
        raise GuestsFull(_full_words(), retry_after=60)


def check_guest_sketches(*, owner: User) -> None:
    """Raise GuestRefused if the sketches of too many guests wait; exact in the same way."""
    if not owner.is_guest:
        return
    lock_until_commit("previews of guests")
    waiting = Sketch.objects.waiting().filter(owner__is_guest=True).count()
    if waiting >= settings.JOB_MAX_WAITING_GUESTS:
        raise GuestsFull(_full_words(), retry_after=60)


def pictures_left(guest: User) -> int:
    """Return how many pictures the guest may still make."""
    jobs = Job.objects.filter(owner=guest)
    made = jobs.exclude(state__in=Job.WITHOUT_RESULT).count()
    return max(0, min(PICTURES - made, ATTEMPTS - jobs.count()))


def check_guest_photos(*, owner: User, more: int) -> None:
    """Raise GuestRefused if a guest may not store another photo of `more` bytes.

    This is exact until the transaction ends: it holds a lock that all uploads of guests take.
    """
    if not owner.is_guest:
        return
    lock_until_commit("photos of guests")
    if Photo.objects.filter(owner=owner).count() >= PHOTOS:
        sentence = _(
            "Without an account you can try up to %(most)d photos. Sign up to upload more. Your "
            "photos and settings are kept."
        )
        raise GuestPhotosRefused(sentence % {"most": PHOTOS})
    sizes = Sum(F("bytes") + F("small_bytes"))
    stored = Photo.objects.filter(owner__is_guest=True).aggregate(total=sizes)["total"] or 0
    if stored + more > settings.GUESTS_MAX_BYTES:
        raise GuestsFull(_full_words(), retry_after=600)


def _done_words() -> str:
    return _(
        "You can make one picture without an account. Sign up to make more. Your photo, settings "
        "and picture are kept."
    )


def _full_words() -> str:
    return _(
        "Too many people are trying this right now. Try again later, or sign up to continue now. "
        "Your photo and settings are kept."
    )
