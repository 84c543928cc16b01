"""People with confirmed addresses, and notices that wait to be mailed."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from allauth.account.models import EmailAddress
from django.utils import timezone

from accounts.models import User
from gallery.mailing.choices import set_modes
from gallery.models import Notice, NoticeMail
from gallery.notices import tell


@pytest.fixture
def reader(alice: User) -> User:
    """Return alice, whose address is confirmed."""
    return confirmed(alice)


def confirmed(user: User) -> User:
    """Confirm the address of a user."""
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    return user


def told(owner: User, title: str = "Sea", kind: str = "style_withdrawn") -> Notice:
    """Tell a user of something that has no page of its own."""
    about = str(uuid4())
    tell(owner_id=owner.pk, kind=Notice.Kind(kind), about=about, title=title)
    return Notice.objects.get(about=about)


def let_pass(**time: float) -> None:
    """Make all notices and mails this much older."""
    gone = timedelta(**time)
    for rows, columns in (
        (Notice.objects.all(), ("created_at", "waits_since")),
        (NoticeMail.objects.all(), ("created_at", "due_at", "lease_until", "completed_at")),
    ):
        for row in rows:
            moved: dict[str, Any] = {name: getattr(row, name) for name in columns}
            earlier = {name: at - gone for name, at in moved.items() if at}
            type(row).objects.filter(pk=row.pk).update(**earlier)


def at_once(owner: User) -> None:
    """Let a user get all notices by mail at once."""
    set_modes(owner=owner, modes=dict.fromkeys(Notice.Kind.values, "at_once"))


def states() -> list[str]:
    """Return the states of all mails, the oldest first."""
    return list(NoticeMail.objects.order_by("created_at").values_list("state", flat=True))


def yesterday() -> None:
    """Let so much time pass that a digest is due."""
    let_pass(hours=25)
    assert not NoticeMail.objects.filter(created_at__gt=timezone.now()).exists()
