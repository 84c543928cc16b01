"""Every write that curators make to runs that fetch pictures of masterworks."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from inference.models import SourceFetch
from inference.queue.wakeups import send_wakeup
from library.fetching import missing_pictures


class NothingToFetch(Exception):
    """No masterwork without a picture has one at a museum."""

    code = "nothing_to_fetch"


def request_source_fetch(*, by: User) -> SourceFetch:
    """Let a worker fetch all missing pictures. While a run is active, return that one.

    Raises NothingToFetch.
    """
    slugs = missing_pictures().fetchable
    if not slugs:
        raise NothingToFetch(_("All pictures that the museums offer are here."))
    try:
        with transaction.atomic():
            fetch = SourceFetch(requested_by=by, slugs=slugs)
            fetch.save(force_insert=True)
            transaction.on_commit(send_wakeup)
    except IntegrityError:
        # Another request was faster.
        active = SourceFetch.objects.active().first()
        if active is None:
            raise
        return active
    return fetch


def cancel_source_fetch(*, fetch: SourceFetch) -> bool:
    """Stop after the picture that is being fetched; False if the run has ended."""
    mine = SourceFetch.objects.active().filter(pk=fetch.pk)
    return mine.end(SourceFetch.State.CANCELED)
