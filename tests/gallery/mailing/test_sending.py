"""Mails are sent once: with workers that are killed, and with mail servers that refuse."""

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from pytest_django import Settings

from accounts.models import User
from gallery.mailing import content, sending
from gallery.mailing.due import write_mails
from gallery.mailing.queue import MAX_ATTEMPTS, claim, delay_after, end, take_back_lost
from gallery.models import Notice, NoticeMail
from gallery.notices import tell
from gallery.tasks import mail_notices
from tests.gallery.mailing.conftest import at_once, confirmed, let_pass, states, told
from tests.support.factories import make_user
from tests.support.mail_server import mail_server
from tests.support.races import together

pytestmark = pytest.mark.django_db


class Killed(BaseException):
    """The process ends here, as with SIGKILL: nothing that would clean up runs."""


@pytest.fixture
def eager(reader: User) -> User:
    """Return alice, who gets notices by mail at once, with one notice."""
    at_once(reader)
    told(reader)
    return reader


def test_is_sent_by_a_mail_server(eager: User, settings: Settings) -> None:
    with mail_server(settings) as server:
        mail_notices()
        mail_notices()
    (mail,) = server.mails
    assert (mail["To"], states()) == (eager.email, ["sent"])
    assert "“Sea”" in mail["Subject"]


@pytest.mark.django_db(transaction=True)
def test_is_sent_once_by_two_workers(eager: User, settings: Settings) -> None:
    others = [confirmed(make_user(name)) for name in ("bob", "carol", "dan")]
    for each in others:
        at_once(each)
        told(each)
    with mail_server(settings) as server:
        together(mail_notices, mail_notices)
        mail_notices()
    assert sorted(each["To"] for each in server.mails) == sorted(
        each.email for each in (eager, *others)
    )
    assert set(states()) == {"sent"}


def test_is_not_lost_with_a_worker_that_is_killed_before(
    eager: User, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with mail_server(settings) as server:
        with monkeypatch.context() as patch:
            patch.setattr(sending, "compose", _kill)
            with pytest.raises(Killed):
                mail_notices()
        assert states() == ["running"]
        mail_notices()
        assert server.mails == []
        let_pass(minutes=6)
        mail_notices()
        # The lease was over; the mail waits a minute.
        let_pass(minutes=2)
        mail_notices()
        assert len(server.mails) == 1
    assert states() == ["sent"]


def test_keeps_its_id_if_a_worker_is_killed_after_the_server_took_it(
    eager: User, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with mail_server(settings) as server:
        with monkeypatch.context() as patch:
            patch.setattr(sending, "end", _kill)
            with pytest.raises(Killed):
                mail_notices()
        for _round in range(2):
            let_pass(minutes=6)
            mail_notices()
    first, second = server.mails
    assert first["Message-ID"] == second["Message-ID"]
    assert re.fullmatch(r"<[0-9a-f-]{36}@[\w.-]+>", first["Message-ID"])


@pytest.mark.parametrize(
    ("site", "host"),
    [
        ("https://art.example.org:8443", "art.example.org"),
        ("http://[2001:db8::1]:8000", "[IPv6:2001:db8::1]"),
    ],
)
def test_names_the_site_in_its_id(settings: Settings, site: str, host: str) -> None:
    settings.SITE_ADDRESS = site
    assert content._host() == host


def _kill(*_anything: object) -> None:
    raise Killed


def test_is_not_ended_by_a_worker_that_lost_it(eager: User) -> None:
    write_mails()
    late = claim()
    assert late is not None
    let_pass(minutes=6)
    take_back_lost()
    let_pass(minutes=2)
    other = claim()
    assert other is not None
    assert not end(late, "sent")
    assert states() == ["running"]
    assert end(other, "sent")


def test_waits_for_a_mail_server_that_is_away(
    eager: User, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    with mail_server(settings):
        pass  # Now nobody listens at its port.
    for minutes in (1, 2, 4):
        caplog.clear()
        mail_notices()
        assert f"1 mails wait for {minutes} minutes" in caplog.text
        caplog.clear()
        mail_notices()
        assert caplog.text == ""
        let_pass(minutes=minutes)
    assert NoticeMail.objects.get().attempt == 0
    with mail_server(settings) as server:
        mail_notices()
        assert len(server.mails) == 1
    assert states() == ["sent"]


@pytest.mark.parametrize(
    "answers",
    [{"connect": "554 no"}, {"MAIL": "451 later"}, {"MAIL": "550 not you"}, {"RCPT": "421 bye"},
     {"taken": "421 bye"}],
    ids=lambda answers: "-".join(next(iter(answers.items()))).replace(" ", "-"),
)  # fmt: skip
def test_does_not_count_the_faults_of_the_mail_server(
    eager: User, settings: Settings, answers: dict[str, str]
) -> None:
    bob = confirmed(make_user("bob"))
    at_once(bob)
    told(bob)
    with mail_server(settings) as server:
        server.answers = answers
        mail_notices()
        assert states() == ["queued", "queued"]
        calls = len(server.calls)
        mail_notices()
        # What waits for the server asks it for nothing, and neither does a new mail.
        carol = confirmed(make_user("carol"))
        at_once(carol)
        told(carol)
        mail_notices()
        assert len(server.calls) == calls
        assert set(NoticeMail.objects.values_list("attempt", flat=True)) == {0}
        server.answers, server.mails[:] = {}, []
        let_pass(minutes=1)
        mail_notices()
        assert len(server.mails) == 3


@pytest.mark.parametrize("answers", [{"RCPT": "550 no such box"}, {"taken": "554 spam"}])
def test_does_not_wait_for_others_that_are_refused(
    eager: User,
    settings: Settings,
    answers: dict[str, str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    with mail_server(settings) as server:
        server.answers = answers
        mail_notices()
        assert "was not taken" in caplog.text
        assert eager.email not in caplog.text
        server.answers, server.mails[:] = {}, []
        bob = confirmed(make_user("bob"))
        at_once(bob)
        told(bob)
        mail_notices()
        assert [each["To"] for each in server.mails] == [bob.email]
        let_pass(minutes=1)
        mail_notices()
        assert [each["To"] for each in server.mails] == [bob.email, eager.email]


def test_is_given_up_in_the_end_but_its_notices_stay(
    eager: User, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    with mail_server(settings) as server:
        server.answers = {"RCPT": "550 no such box"}
        for _attempt in range(MAX_ATTEMPTS):
            mail_notices()
            let_pass(hours=1)
    assert states() == ["failed"]
    assert "It is given up" in caplog.text
    assert Notice.objects.owned_by(eager).unread().count() == 1


def test_that_cannot_be_written_does_not_stop_the_others(
    eager: User, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    bob = confirmed(make_user("bob"))
    at_once(bob)
    told(bob)
    write_mails()
    # No server takes an address like this one, and Django refuses to send to it.
    broken = "al\nice@example.org"
    User.objects.filter(pk=eager.pk).update(email=broken)
    EmailAddress.objects.filter(user=eager).update(email=broken)
    with mail_server(settings) as server:
        mail_notices()
        assert [each["To"] for each in server.mails] == [bob.email]
    assert "could not be written" in caplog.text


def test_tells_what_happened_while_it_waited_and_not_again(eager: User, settings: Settings) -> None:
    notice = Notice.objects.get()
    write_mails()
    tell(owner_id=eager.pk, kind=Notice.Kind.STYLE_WITHDRAWN, about=notice.about, title="Sky")
    with mail_server(settings) as server:
        mail_notices()
        let_pass(minutes=6)
        mail_notices()
    (mail,) = server.mails
    assert "Sky" in mail["Subject"]


def test_waits_longer_each_time_but_never_for_ever() -> None:
    delays = [delay_after(times) for times in range(1, 40)]
    assert delays[:3] == [timedelta(minutes=each) for each in (1, 2, 4)]
    assert delays == sorted(delays)
    assert delays[-1] == timedelta(hours=1)


def test_leaves_the_worker_to_painters_after_a_while(
    eager: User, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "ROUND_SECONDS", 0.0)
    with mail_server(settings) as server:
        mail_notices()
        assert server.mails == []
    assert states() == ["queued"]
