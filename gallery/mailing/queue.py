"""The queue of mails: which one is next, and all changes that its sender makes.

Every change is one conditional UPDATE whose count tells whether the lease still held. Times come
from the database.
"""

from datetime import timedelta
from typing import Any, Final
from uuid import uuid4

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from common.locks import retry_deadlocks
from gallery.models import NoticeMail

State = NoticeMail.State
# Longer than the slowest mail server may take for one mail (EMAIL_TIMEOUT for each of its answers).
LEASE: Final = timedelta(minutes=5)
FIRST_DELAY: Final = timedelta(minutes=1)
LONGEST_DELAY: Final = timedelta(hours=1)
# With these delays the last attempt is six hours after the first.
MAX_ATTEMPTS: Final = 12
RELEASED: Final[dict[str, Any]] = {"lease": None, "lease_until": None}


@retry_deadlocks
def claim() -> NoticeMail | None:
    """Take the next mail that is due: QUEUED to RUNNING under a new lease.

    Two processes never get the same one. While the mail server is away, nobody gets any.
    """
    if NoticeMail.objects.waiting().filter(is_held_up=True, due_at__gt=Now()).exists():
        return None
    lease = uuid4()
    with transaction.atomic():
        due = NoticeMail.objects.waiting().filter(due_at__lte=Now()).order_by("created_at", "pk")
        mail = due.select_for_update(skip_locked=True, of=("self",)).first()
        if mail is None:
            return None
        NoticeMail.objects.waiting().filter(pk=mail.pk).update(
            state=State.RUNNING,
            attempt=F("attempt") + 1,
            lease=lease,
            lease_until=Now() + LEASE,
        )
    return NoticeMail.objects.select_related("owner").filter(pk=mail.pk, lease=lease).first()


def take_back_lost() -> None:
    """Let the mails of killed processes wait again."""
    lost = NoticeMail.objects.filter(state=State.RUNNING, lease_until__lt=Now())
    for mail in lost:
        # Its holder may end it at this moment, so the UPDATE checks the lease again.
        refuse(mail)


def end(mail: NoticeMail, state: str) -> bool:
    """End the held `mail`; False when the lease is gone."""
    return mail.held.update(state=state, completed_at=Now(), **RELEASED) == 1


def refuse(mail: NoticeMail) -> bool:
    """Let a mail that the server did not take wait. Return False if it was the last attempt."""
    if mail.attempt >= MAX_ATTEMPTS:
        end(mail, State.FAILED)
        return False
    due: Any = Now() + delay_after(mail.attempt)  # the stubs know no type for it
    mail.held.update(state=State.QUEUED, is_held_up=False, due_at=due, **RELEASED)
    return True


def hold_up(mail: NoticeMail) -> timedelta:
    """Let all mails wait, because the mail server is away. Return for how long.

    The attempt does not count, so no mail is given up because of the server.
    """
    delay = delay_after(mail.delays + 1)
    mail.held.update(
        state=State.QUEUED, attempt=F("attempt") - 1, delays=F("delays") + 1, **RELEASED
    )
    until: Any = Now() + delay
    NoticeMail.objects.waiting().filter(due_at__lt=until).update(due_at=until, is_held_up=True)
    return delay


def delay_after(times: int) -> timedelta:
    """Return how long a mail waits after it was not sent this many times."""
    return min(LONGEST_DELAY, FIRST_DELAY * (1 << min(times - 1, 10)))
