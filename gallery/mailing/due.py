"""Which notices are due by mail now, and the mails that take them.

A notice waits from the moment it is told. A mail takes all notices of a user that are due, in the
transaction in which it is made, so a notice is in one mail only. If it happens again after that, it
waits again.
"""

from datetime import datetime, timedelta
from typing import Any, Final

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from gallery.mailing.choices import with_modes
from gallery.models import Notice, NoticeMail
from gallery.models.notice_mails import MailMode

# By the clock of the site (STYLEWEB_TIME_ZONE).
DIGEST_HOUR: Final = 8
# What happens in this time after a mail "at once" comes with the next one.
PAUSE: Final = timedelta(minutes=5)
# An older notice is no news: its owner confirmed the address or turned mails on only now.
NEWS: Final = timedelta(days=7)
# How many mails one round makes.
AT_ONCE: Final = 500


def write_mails() -> int:
    """Make the mails that are due, and return how many."""
    due = _mailable().filter(Q(mode=MailMode.AT_ONCE) & ~Exists(_last_mails()) | _in_digest())
    owners = due.order_by().values_list("owner", "mode").distinct()[:AT_ONCE]
    return sum(_write(owner, mode) for owner, mode in list(owners))


def forget_old() -> None:
    """Let notices that are no news wait no longer, and delete the mails that ended long ago."""
    before = timezone.now() - NEWS
    Notice.objects.filter(waits_since__lt=before).update(waits_since=None)
    NoticeMail.objects.filter(completed_at__lt=before).delete()


def last_digest(now: datetime) -> datetime:
    """Return the moment of the last digest at or before `now`."""
    today = timezone.localtime(now).replace(hour=DIGEST_HOUR, minute=0, second=0, microsecond=0)
    return today if today <= now else today - timedelta(days=1)


def _mailable() -> QuerySet[Any]:
    """Return the notices that wait, of users who can get mail."""
    confirmed = EmailAddress.objects.filter(
        user=OuterRef("owner"), email__iexact=OuterRef("owner__email"), verified=True
    )
    waiting = Notice.objects.unread().filter(
        Exists(confirmed), waits_since__gt=timezone.now() - NEWS, owner__is_active=True
    )
    return with_modes(waiting)


def _last_mails() -> QuerySet[NoticeMail]:
    mails = NoticeMail.objects.filter(owner=OuterRef("owner"), mode=MailMode.AT_ONCE)
    return mails.filter(created_at__gt=timezone.now() - PAUSE)


def _in_digest() -> Q:
    return Q(mode=MailMode.DIGEST, waits_since__lt=last_digest(timezone.now()))


@transaction.atomic
def _write(owner: Any, mode: str) -> bool:
    """Make the mail of `owner` with all notices of a mode. Return False if another was faster."""
    found = list(_mailable().filter(owner=owner, mode=mode).values_list("pk", flat=True))
    # A notice that is locked is being read or told again. A wait for it could end in a deadlock,
    # and the next round comes soon.
    waiting = Notice.objects.filter(pk__in=found, read_at=None, waits_since__isnull=False)
    taken = [each.pk for each in waiting.select_for_update(skip_locked=True)]
    if not taken:
        return False
    mail = NoticeMail.objects.create(owner_id=owner, mode=mode)
    Notice.objects.filter(pk__in=taken).update(mail=mail, waits_since=None)
    return True


@transaction.atomic
def stop_waiting(mail: NoticeMail) -> None:
    """Let the notices of a mail not wait for another one: it tells them as they are now.

    They may have happened again while the mail itself was waiting.
    """
    again = Notice.objects.filter(mail=mail, waits_since__isnull=False)
    taken = [each.pk for each in again.select_for_update(skip_locked=True)]
    Notice.objects.filter(pk__in=taken).update(waits_since=None)
