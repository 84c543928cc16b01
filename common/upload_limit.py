"""How many pictures a user may send in a time, counted together for pages and the API."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.utils.translation import gettext_lazy as _

from common.limits import TooManyCalls, seconds_to_wait, uncount
from common.sandbox.client import ServerBusy


class TooManyUploads(TooManyCalls):
    """The user has sent too many pictures in a short time."""

    sentence = _("Too many uploads. Try again in %(time)s.")


@contextmanager
def counted_upload(who: str) -> Iterator[None]:
    """Count an upload of the user `who`, whom a busy server asks to send the picture again.

    Raises `TooManyUploads`.
    """
    if wait := seconds_to_wait("upload", who):
        raise TooManyUploads(wait)
    try:
        yield
    except ServerBusy:
        # The second try must not use up the limit.
        uncount("upload", who)
        raise
