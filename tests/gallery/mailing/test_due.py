"""Mails are due for the right notices: of whom, of which kinds, and when."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from gallery.mailing.choices import set_modes, stop_mails
from gallery.mailing.due import last_digest, write_mails
from gallery.models import Notice, NoticeMail
from gallery.notices import gather_notices, mark_read, tell
from gallery.shares import create_link
from gallery.tasks import mail_notices
from tests.gallery.mailing.conftest import (
    at_once,
    confirmed,
    let_pass,
    states,
    told,
    yesterday,
)
from tests.support.factories import make_user
from tests.support.things import kept

pytestmark = pytest.mark.django_db


def test_wait_for_the_digest_of_the_day(reader: User) -> None:
    told(reader, "Sea")
    told(reader, "Sky")
    mail_notices()
    assert mail.outbox == []
    yesterday()
    mail_notices()
    mail_notices()
    (letter,) = mail.outbox
    assert letter.to == [reader.email]
    assert letter.subject == "Styleweb: 2 new notices"
    assert states() == ["sent"]


def test_are_not_mailed_again_on_the_next_day(reader: User) -> None:
    told(reader)
    yesterday()
    mail_notices()
    yesterday()
    mail_notices()
    assert len(mail.outbox) == 1


def test_are_mailed_again_if_they_happen_again(reader: User) -> None:
    notice = told(reader)
    yesterday()
    mail_notices()
    tell(owner_id=reader.pk, kind=Notice.Kind.STYLE_WITHDRAWN, about=notice.about, title="Sky")
    mail_notices()
    yesterday()
    mail_notices()
    assert len(mail.outbox) == 2
    assert "Sky" in mail.outbox[1].subject


def test_do_not_lose_their_turn_if_they_happen_again(reader: User) -> None:
    notice = told(reader)
    yesterday()
    tell(owner_id=reader.pk, kind=Notice.Kind.STYLE_WITHDRAWN, about=notice.about, title="Sky")
    mail_notices()
    assert len(mail.outbox) == 1


def test_that_were_read_are_not_mailed(reader: User) -> None:
    told(reader, "Sea")
    mark_read(owner=reader)
    told(reader, "Sky")
    yesterday()
    mail_notices()
    assert "Sky" in mail.outbox[0].subject
    assert "Sea" not in mail.outbox[0].body


def test_that_are_read_while_the_mail_waits_are_not_mailed(reader: User) -> None:
    told(reader)
    yesterday()
    write_mails()
    mark_read(owner=reader)
    mail_notices()
    assert mail.outbox == []
    assert states() == ["dropped"]


def test_go_only_to_a_confirmed_address(alice: User, bob: User) -> None:
    EmailAddress.objects.create(user=alice, email=alice.email, primary=True, verified=False)
    # It was confirmed, and then the administrator wrote another one.
    EmailAddress.objects.create(user=bob, email="old@example.org", primary=True, verified=True)
    for person in (alice, bob, make_user("carol"), confirmed(make_user("dan", is_active=False))):
        told(person)
    yesterday()
    mail_notices()
    assert mail.outbox == []
    assert not NoticeMail.objects.exists()


def test_go_nowhere_if_the_address_changes_meanwhile(reader: User) -> None:
    told(reader)
    yesterday()
    write_mails()
    EmailAddress.objects.all().delete()
    mail_notices()
    assert mail.outbox == []
    assert states() == ["dropped"]


def test_go_nowhere_if_the_user_is_deleted_meanwhile(reader: User) -> None:
    told(reader)
    yesterday()
    write_mails()
    reader.delete()
    mail_notices()
    assert mail.outbox == []
    assert not NoticeMail.objects.exists()


def test_follow_the_choice_for_each_kind(reader: User) -> None:
    set_modes(owner=reader, modes={"style_withdrawn": "at_once", "liked": "off"})
    told(reader, "Now")
    artwork = kept(reader)
    for kind in (Notice.Kind.LIKED, Notice.Kind.HIDDEN):
        tell(owner_id=reader.pk, kind=kind, about=artwork.pk, title=kind.value)
    mail_notices()
    assert ["Now" in each.subject for each in mail.outbox] == [True]
    yesterday()
    mail_notices()
    assert ["hidden" in each.subject for each in mail.outbox] == [False, True]


def test_are_stopped_also_while_the_mail_waits(reader: User) -> None:
    told(reader)
    yesterday()
    write_mails()
    stop_mails(owner=reader)
    mail_notices()
    assert mail.outbox == []


def test_come_together_if_they_follow_each_other_quickly(reader: User) -> None:
    at_once(reader)
    told(reader, "First")
    mail_notices()
    for title in ("Second", "Third"):
        told(reader, title)
        mail_notices()
    assert len(mail.outbox) == 1
    let_pass(minutes=6)
    mail_notices()
    assert [each.subject for each in mail.outbox][1:] == ["Styleweb: 2 new notices"]


def test_of_gathered_things_are_mailed_too(reader: User) -> None:
    at_once(reader)
    link = create_link(thing=kept(reader))
    now = timezone.now()
    link.created_at, link.expires_at = now - timedelta(days=28), now + timedelta(days=2)
    link.save(update_fields=["created_at", "expires_at"])
    gather_notices()
    gather_notices()
    mail_notices()
    assert [each.subject for each in mail.outbox] == [
        "Styleweb: Your link to “Evening” will expire in a few days."
    ]


def test_of_what_was_deleted_are_not_mailed(reader: User) -> None:
    artwork = kept(reader)
    tell(owner_id=reader.pk, kind=Notice.Kind.LIKED, about=artwork.pk, title="Sea")
    yesterday()
    artwork.delete()
    mail_notices()
    assert mail.outbox == []


def test_that_are_old_are_no_news(reader: User) -> None:
    told(reader)
    let_pass(days=8)
    mail_notices()
    assert mail.outbox == []
    assert not Notice.objects.filter(waits_since__isnull=False).exists()
    assert Notice.objects.unread().count() == 1


def test_stay_on_the_page_of_a_site_without_a_mail_server(reader: User, settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    told(reader)
    yesterday()
    mail_notices()
    assert not NoticeMail.objects.exists()
    assert Notice.objects.unread().count() == 1


def test_forget_the_mails_of_last_week(reader: User) -> None:
    told(reader)
    yesterday()
    mail_notices()
    let_pass(days=8)
    mail_notices()
    assert not NoticeMail.objects.exists()
    assert Notice.objects.exists()


@pytest.mark.parametrize(
    ("now", "then"),
    [("2026-03-02 07:59", "2026-03-01 08:00"), ("2026-03-02 08:00", "2026-03-02 08:00"),
     ("2026-03-02 23:30", "2026-03-02 08:00"), ("2026-03-29 09:00", "2026-03-29 08:00")],
)  # fmt: skip
def test_come_in_the_morning_of_the_site(now: str, then: str, settings: Settings) -> None:
    zone = ZoneInfo("Europe/Zurich")
    moment = datetime.fromisoformat(now).replace(tzinfo=zone)
    with timezone.override(zone):
        assert last_digest(moment) == datetime.fromisoformat(then).replace(tzinfo=zone)
