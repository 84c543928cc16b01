"""The page of the devices on which a user is signed in."""

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import session_news
from accounts.devices import device_name
from accounts.models import User
from accounts.session_news import group_of, session_digest
from accounts.sessions import SEEN_NOTED_EVERY_SECONDS, delete_old_sessions
from tests.support.factories import PASSWORD

pytestmark = pytest.mark.django_db
PAGE = "/account/sessions/"
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1"
)
LAPTOP = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def signed_in(user: User, user_agent: str = LAPTOP, address: str = "198.51.100.7") -> Client:
    """Return a browser in which the user signed in on the page."""
    client = Client(REMOTE_ADDR=address, headers={"User-Agent": user_agent})
    answer = client.post("/account/login/", {"login": user.username, "password": PASSWORD})
    assert answer.status_code == 302
    return client


def row_of(client: Client) -> UserSession:
    row: UserSession = UserSession.objects.get(session_key=client.session.session_key)
    return row


def is_signed_in(client: Client) -> bool:
    return client.get("/account/").status_code == 200


def end(client: Client, row: UserSession) -> Any:
    return client.post(reverse("session-end", args=[row.pk]))


class TestPage:
    def test_lists_each_device_with_this_one_first(self, alice: User) -> None:
        laptop = signed_in(alice)
        signed_in(alice, PHONE, "203.0.113.9")

        page = laptop.get(PAGE).text

        assert re.findall(r"<b>(.*)</b>", page) == ["Firefox on Linux", "Safari on iPhone"]
        assert page.index("This device") < page.index("Safari on iPhone")
        assert page.count("This device") == 1
        assert "203.0.113.9" in page

    def test_shows_no_session_key(self, alice: User) -> None:
        laptop, phone = signed_in(alice), signed_in(alice, PHONE)
        page = laptop.get(PAGE).text
        assert row_of(laptop).session_key not in page
        assert row_of(phone).session_key not in page

    def test_shows_nothing_of_others(self, alice: User, bob: User) -> None:
        signed_in(bob, PHONE)
        assert "iPhone" not in signed_in(alice).get(PAGE).text

    def test_lists_a_session_from_before_sessions_had_rows(self, alice: User) -> None:
        client = Client(headers={"User-Agent": LAPTOP})
        client.force_login(alice)
        assert "This device" in client.get(PAGE).text

    def test_lists_this_device_however_long_ago_it_was_seen(
        self, alice: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        laptop = signed_in(alice)
        signed_in(alice, PHONE)
        monkeypatch.setattr("accounts.sessions.MOST_SHOWN", 1)
        page = laptop.get(PAGE).text
        assert re.findall(r"<b>(.*)</b>", page) == ["Firefox on Linux"]
        assert "This device" in page

    def test_leaves_out_a_session_that_has_expired(self, alice: User) -> None:
        laptop, phone = signed_in(alice), signed_in(alice, PHONE)
        past = timezone.now() - timedelta(days=1)
        Session.objects.filter(pk=row_of(phone).session_key).update(expire_date=past)
        assert "iPhone" not in laptop.get(PAGE).text

    def test_needs_the_same_number_of_queries_for_each_number_of_devices(
        self, alice: User, django_assert_num_queries: Any
    ) -> None:
        laptop = signed_in(alice)
        with django_assert_num_queries(5):
            laptop.get(PAGE)
        for _ in range(3):
            signed_in(alice, PHONE)
        with django_assert_num_queries(5):
            assert laptop.get(PAGE).text.count("iPhone") == 6

    def test_speaks_chinese(self, alice: User) -> None:
        laptop = signed_in(alice)
        signed_in(alice, PHONE)
        laptop.cookies["django_language"] = "zh-hans"
        page = laptop.get(PAGE).text
        assert "iPhone 上的 Safari" in page
        assert "This device" not in page


class TestEnd:
    def test_signs_out_that_device_only(self, alice: User) -> None:
        laptop, phone, other = (signed_in(alice, each) for each in (LAPTOP, PHONE, LAPTOP))

        assert end(laptop, row_of(phone)).headers["Location"] == PAGE

        assert not is_signed_in(phone)
        assert is_signed_in(laptop)
        assert is_signed_in(other)
        assert "iPhone" not in laptop.get(PAGE).text

    def test_signs_out_all_others(self, alice: User, bob: User) -> None:
        laptop, phone, other = (signed_in(alice, each) for each in (LAPTOP, PHONE, LAPTOP))
        of_bob = signed_in(bob)

        laptop.post(reverse("sessions-end-others"))

        assert [is_signed_in(each) for each in (laptop, phone, other, of_bob)] == [
            *(True, False, False, True)
        ]

    def test_signs_out_all_others_from_before_sessions_had_rows(
        self, alice: User, bob: User
    ) -> None:
        laptop, phone, other, of_bob = (Client() for _ in range(4))
        for client in (laptop, phone, other):
            client.force_login(alice)
        of_bob.force_login(bob)

        laptop.post(reverse("sessions-end-others"))

        assert [is_signed_in(each) for each in (laptop, phone, other, of_bob)] == [
            *(True, False, False, True)
        ]

    def test_signs_out_here_when_it_is_this_device(self, alice: User) -> None:
        laptop = signed_in(alice)
        assert end(laptop, row_of(laptop)).headers["Location"] == "/"
        assert not is_signed_in(laptop)

    def test_does_not_exist_for_others(self, alice: User, bob: User) -> None:
        laptop, of_bob = signed_in(alice), signed_in(bob)
        assert end(of_bob, row_of(laptop)).status_code == 404
        assert is_signed_in(laptop)

    def test_needs_a_sign_in(self, alice: User) -> None:
        laptop = signed_in(alice)
        assert end(Client(), row_of(laptop)).headers["Location"].startswith("/account/login/")
        assert is_signed_in(laptop)

    def test_is_gone_the_second_time(self, alice: User) -> None:
        laptop, phone = signed_in(alice), signed_in(alice, PHONE)
        row = row_of(phone)
        end(laptop, row)
        assert end(laptop, row).status_code == 404

    @pytest.mark.django_db(transaction=True)
    def test_closes_the_sockets_of_that_session(
        self, alice: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        laptop, phone = signed_in(alice), signed_in(alice, PHONE)
        row, told = row_of(phone), []
        monkeypatch.setattr(session_news, "broadcast", lambda *each: told.append(each))

        end(laptop, row)

        ended = session_digest(row.session_key)
        assert told == [(group_of(alice.pk), {"type": "session.changed", "ended": ended})]


def test_is_listed_alone_after_a_new_password(alice: User) -> None:
    laptop, phone = signed_in(alice), signed_in(alice, PHONE)
    new = PASSWORD + "!"
    fields = {"oldpassword": PASSWORD, "password1": new, "password2": new}

    laptop.post("/account/password/change/", fields)

    assert not is_signed_in(phone)
    page = laptop.get(PAGE).text
    assert re.findall(r"<b>(.*)</b>", page) == ["Firefox on Linux"]
    assert "This device" in page


def renew_key(client: Client) -> None:
    """Give the session a new key, as the page for passwords in the administration does."""
    session = client.session
    session.cycle_key()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key or ""


def test_is_listed_under_a_new_key(alice: User) -> None:
    laptop = signed_in(alice)
    renew_key(laptop)
    laptop.get("/account/")
    assert row_of(laptop).user == alice
    assert "This device" in laptop.get(PAGE).text


def test_is_not_listed_under_a_new_key_when_the_user_is_suspended(alice: User) -> None:
    laptop = signed_in(alice)
    renew_key(laptop)
    User.objects.update(is_active=False)
    assert not is_signed_in(laptop)
    assert not UserSession.objects.filter(session_key=laptop.session.session_key).exists()


def test_ends_the_session_seen_longest_ago_when_there_are_too_many(
    alice: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("accounts.sessions.MOST_SHOWN", 2)
    clients = [signed_in(bob), *(signed_in(alice) for _ in range(3))]
    assert [is_signed_in(each) for each in clients] == [True, False, True, True]
    assert UserSession.objects.filter(user=alice).count() == 2


class TestLastSeen:
    def past(self, client: Client) -> UserSession:
        """Let the session be seen an hour ago."""
        row = row_of(client)
        UserSession.objects.update(last_seen_at=timezone.now() - timedelta(hours=1))
        cache.clear()
        return row

    def test_is_noted(self, alice: User) -> None:
        laptop = signed_in(alice)
        row = self.past(laptop)
        laptop.get("/account/")
        row.refresh_from_db()
        assert timezone.now() - row.last_seen_at < timedelta(minutes=1)

    def test_is_noted_once_in_some_minutes(self, alice: User) -> None:
        laptop = signed_in(alice)
        self.past(laptop)
        laptop.get("/account/")
        past = timezone.now() - timedelta(seconds=SEEN_NOTED_EVERY_SECONDS)
        UserSession.objects.update(last_seen_at=past)
        laptop.get("/account/")
        assert UserSession.objects.get().last_seen_at == past

    def test_is_not_noted_for_each_file_of_a_page(self, alice: User) -> None:
        laptop = signed_in(alice)
        row = self.past(laptop)
        laptop.get(f"/media/jobs/{uuid4()}/result/")
        row.refresh_from_db()
        assert timezone.now() - row.last_seen_at > timedelta(minutes=30)

    def test_needs_no_cache(self, alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
        def away(*_: object) -> bool:
            raise ConnectionError

        laptop = signed_in(alice)
        monkeypatch.setattr("accounts.sessions.cache.add", away)
        assert is_signed_in(laptop)


def test_deletes_rows_whose_session_is_gone(alice: User) -> None:
    laptop, phone = signed_in(alice), signed_in(alice, PHONE)
    phone.post("/account/logout/")
    delete_old_sessions()
    assert UserSession.objects.get() == row_of(laptop)


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (PHONE, "Safari on iPhone"),
        (LAPTOP, "Firefox on Linux"),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
            "Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0",
            "Edge on Windows",
        ),
        (
            "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) "
            "Chrome/140.0.0.0 Mobile Safari/537.36",
            "Chrome on Android",
        ),
        ("curl/8.5.0", "Unknown device"),
        ("", "Unknown device"),
    ],
)
def test_names_devices(user_agent: str, name: str) -> None:
    assert device_name(user_agent) == name
