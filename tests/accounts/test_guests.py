"""Guests: who becomes one, how many do, and that nobody can sign in as one."""

from datetime import timedelta

import pytest
from django.conf import settings as site
from django.contrib.sessions.models import Session
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from accounts.credentials import Credential, credential_of_session
from accounts.guests import LIFETIME, LIMIT, make_guest
from accounts.models import User
from accounts.sessions import delete_old_sessions
from common.limits import seconds_to_wait
from tests.support.factories import PASSWORD, make_user
from tests.support.guests import browser_of, end_day_of

pytestmark = pytest.mark.django_db
BEGIN = "/trying/begin/"


def limit_to(settings: Settings, number: int) -> None:
    settings.API_LIMITS = {**settings.API_LIMITS, "guest": (number, 3600)}


class TestBeginning:
    def test_needs_no_cookie_before_the_first_upload(self, client: Client) -> None:
        for name in ("home", "studio", "styles", "account_login"):
            client.get(reverse(name))
        assert site.SESSION_COOKIE_NAME not in client.cookies
        assert not User.objects.exists()

    def test_makes_one_guest_for_each_browser(self, client: Client) -> None:
        for _ in range(2):
            assert client.post(BEGIN).status_code == 204
        assert client.cookies[site.SESSION_COOKIE_NAME].value
        assert User.objects.get().is_guest
        assert Client().post(BEGIN).status_code == 204
        assert User.objects.count() == 2

    def test_needs_the_token_of_the_form(self) -> None:
        assert Client(enforce_csrf_checks=True).post(BEGIN).status_code == 403
        assert not User.objects.exists()

    def test_makes_no_guest_of_a_user(self, client: Client, alice: User) -> None:
        client.force_login(alice)
        assert client.post(BEGIN).status_code == 204
        assert User.objects.get() == alice

    def test_can_be_switched_off(self, settings: Settings, client: Client) -> None:
        settings.TRYING = False
        answer = client.post(BEGIN)
        assert (answer.status_code, answer.json()["code"]) == (403, "trying_off")
        assert not User.objects.exists()

    def test_ends_the_session_with_the_day(self, client: Client) -> None:
        client.post(BEGIN)
        assert client.session.get_expiry_date() <= timezone.now() + LIFETIME
        Session.objects.update(expire_date=timezone.now() - timedelta(minutes=1))
        delete_old_sessions()
        assert not Session.objects.exists()

    def test_begins_again_after_the_day(self, client: Client) -> None:
        client.post(BEGIN)
        end_day_of(User.objects.get())
        client.post(BEGIN)
        assert User.objects.count() == 2

    def test_ends_a_little_before_the_deletion(self, client: Client) -> None:
        client.post(BEGIN)
        began = timezone.now() - LIFETIME + timedelta(minutes=10)
        User.objects.update(date_joined=began)
        client.post(BEGIN)
        assert User.objects.count() == 2


class TestLimits:
    def test_are_told_with_the_time(self, settings: Settings) -> None:
        limit_to(settings, 2)
        answers = [Client().post(BEGIN) for _ in range(3)]
        assert [each.status_code for each in answers] == [204, 204, 429]
        refused = answers[-1]
        assert refused.json()["code"] == "too_many_guests"
        assert "sign up" in refused.json()["detail"]
        assert int(refused["Retry-After"]) > 0

    def test_are_told_before_anything_is_uploaded(self, settings: Settings) -> None:
        limit_to(settings, 1)
        assert Client().get(reverse("studio")).context["may_send"]
        Client().post(BEGIN)
        assert not Client().get(reverse("studio")).context["may_send"]

    def test_do_not_stop_those_who_have_begun(self, settings: Settings, client: Client) -> None:
        limit_to(settings, 1)
        client.post(BEGIN)
        assert client.post(BEGIN).status_code == 204
        assert client.get(reverse("studio")).context["may_send"]

    def test_count_networks_of_ipv6_and_other_addresses_apart(self, settings: Settings) -> None:
        limit_to(settings, 1)
        addresses = ("2001:db8::1", "2001:db8::2", "2001:db8:0:1::1", "192.0.2.1")
        answers = [Client(REMOTE_ADDR=each).post(BEGIN).status_code for each in addresses]
        assert answers == [204, 429, 204, 204]

    def test_ignore_forged_addresses(self, settings: Settings) -> None:
        limit_to(settings, 1)
        forged = [Client(HTTP_X_FORWARDED_FOR=f"192.0.2.{each}").post(BEGIN) for each in (1, 2)]
        assert [each.status_code for each in forged] == [204, 429]

    def test_let_a_thousand_visitors_of_a_museum_in(self, settings: Settings) -> None:
        limit_to(settings, 1000)
        waits = {seconds_to_wait(LIMIT, "192.0.2.9") for _ in range(998)}
        assert waits == {0}
        museum = [Client(REMOTE_ADDR="192.0.2.9").post(BEGIN).status_code for _ in range(3)]
        assert museum == [204, 204, 429]
        assert Client(REMOTE_ADDR="192.0.2.10").post(BEGIN).status_code == 204

    def test_are_said_in_chinese(self, settings: Settings) -> None:
        limit_to(settings, 1)
        Client().post(BEGIN)
        detail = Client(headers={"accept-language": "zh-hans"}).post(BEGIN).json()["detail"]
        assert "注册" in detail


class TestRows:
    def test_cannot_sign_in(self, client: Client) -> None:
        guest = make_guest()
        for login in (guest.username, guest.email):
            client.post(reverse("account_login"), {"login": login, "password": PASSWORD})
            assert "_auth_user_id" not in client.session
        assert not guest.has_usable_password()

    def test_get_no_new_password(self, client: Client, mailoutbox: list[EmailMessage]) -> None:
        client.post(reverse("account_reset_password"), {"email": make_guest().email})
        assert not any("/password/reset/key/" in str(each.body) for each in mailoutbox)

    @pytest.mark.parametrize("right", ["is_active", "is_staff", "is_superuser"])
    def test_have_no_rights_even_by_mistake(self, right: str) -> None:
        guest = make_guest()
        with pytest.raises(IntegrityError), transaction.atomic():
            User.objects.filter(pk=guest.pk).update(**{right: True})

    def test_are_adopted_only_as_guests(self, alice: User, bob: User) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            User.objects.filter(pk=alice.pk).update(adopted_by=bob)

    def test_do_not_overtake_those_who_wait(self) -> None:
        assert make_guest().last_served_at is not None

    def test_are_no_people(self, alice: User) -> None:
        guest = make_guest()
        assert list(User.objects.people()) == [alice]
        root = make_user("root", is_staff=True, is_superuser=True)
        client = Client()
        client.force_login(root)
        page = client.get(reverse("admin:accounts_user_changelist"))
        assert guest.username not in page.text
        change = reverse("admin:accounts_user_change", args=[guest.pk])
        assert client.get(change).status_code == 302
        assert Client().get(f"/people/{guest.username}/").status_code == 404

    def test_have_sockets_while_their_day_lasts(self, client: Client) -> None:
        guest = make_guest()
        key = browser_of(guest, client).session.session_key or ""
        assert credential_of_session(key) == Credential(guest.pk, session_key=key)
        end_day_of(guest)
        assert credential_of_session(key) is None

    def test_lose_their_sockets_with_an_account(self, client: Client, alice: User) -> None:
        guest = make_guest()
        key = browser_of(guest, client).session.session_key or ""
        User.objects.filter(pk=guest.pk).update(adopted_by=alice)
        assert credential_of_session(key) is None
