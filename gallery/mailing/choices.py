"""Which notices a user gets by mail."""

from collections.abc import Mapping
from typing import Any, Final

from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from accounts.models import User
from gallery.models import Notice, NoticeChoice
from gallery.models.notice_mails import MailMode

USUAL: Final = MailMode.DIGEST


def modes_of(owner: User) -> dict[str, str]:
    """Return the mode of each kind of notice."""
    chosen = NoticeChoice.objects.filter(owner=owner).values_list("kind", "mode")
    return dict.fromkeys(Notice.Kind.values, USUAL.value) | dict(chosen)


@transaction.atomic
def set_modes(*, owner: User, modes: Mapping[str, str]) -> None:
    """Change the modes of these kinds of notice."""
    for kind, mode in sorted(modes.items()):
        NoticeChoice.objects.update_or_create(owner=owner, kind=kind, defaults={"mode": mode})


def stop_mails(*, owner: User) -> None:
    """Send no notice of any kind by mail any more."""
    set_modes(owner=owner, modes=dict.fromkeys(Notice.Kind.values, MailMode.OFF))


def with_modes(notices: QuerySet[Notice]) -> QuerySet[Any]:  # the stubs know no added column
    """Add the column `mode` to notices: how their owners want them."""
    chosen = NoticeChoice.objects.filter(owner=OuterRef("owner"), kind=OuterRef("kind"))
    return notices.annotate(mode=Coalesce(Subquery(chosen.values("mode")[:1]), Value(USUAL.value)))
