"""Account pages: sign-up, sign-in, reset, profile, tokens."""

import re

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import ApiToken, User
from accounts.tokens import create_token
from tests.support.factories import PASSWORD

pytestmark = pytest.mark.django_db


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


class TestSignUp:
    def test_needs_three_fields(self, client: Client) -> None:
        data = {"username": "carol", "email": "carol@example.org", "password1": PASSWORD}
        answer = client.post(reverse("account_signup"), data)
        assert answer.headers["Location"] == reverse("studio")
        assert User.objects.get().username == "carol"

    def test_returns_to_the_page_of_the_user(self, client: Client) -> None:
        data = {
            "username": "carol",
            "email": "carol@example.org",
            "password1": PASSWORD,
            "next": "/gallery/",
        }
        answer = client.post(reverse("account_signup"), data)
        assert answer.headers["Location"] == "/gallery/"

    def test_says_what_is_wrong_with_a_password(self, client: Client) -> None:
        data = {"username": "carol", "email": "carol@example.org", "password1": "short"}
        page = client.post(reverse("account_signup"), data)
        assert "at least 12 characters" in page.text
        assert not User.objects.exists()

    @pytest.mark.parametrize("name", ["account_signup", "account_login", "account_reset_password"])
    def test_looks_like_the_rest_of_the_site(self, client: Client, name: str) -> None:
        page = client.get(reverse(name))
        assert "css/site.css" in page.text
        assert "site-header" in page.text


class TestSignIn:
    @pytest.mark.parametrize("login", ["alice", "alice@example.org"])
    def test_accepts_name_or_email(self, client: Client, alice: User, login: str) -> None:
        client.post(reverse("account_login"), {"login": login, "password": PASSWORD})
        assert client.session["_auth_user_id"] == str(alice.pk)

    def test_does_not_say_which_part_was_wrong(self, client: Client, alice: User) -> None:
        wrong = [
            client.post(reverse("account_login"), {"login": login, "password": "no"}).text
            for login in ("alice", "nobody")
        ]
        errors = [re.findall(r"errorlist[^>]*>(.*?)</ul>", page, re.DOTALL) for page in wrong]
        assert errors[0]
        assert errors[0] == errors[1]

    def test_signs_out_only_by_button(self, alice: User) -> None:
        client = client_of(alice)
        client.get(reverse("account_logout"))
        assert "_auth_user_id" in client.session
        client.post(reverse("account_logout"))
        assert "_auth_user_id" not in client.session

    def test_resets_a_password_by_mail(self, client: Client, alice: User) -> None:
        client.post(reverse("account_reset_password"), {"email": alice.email})
        (message,) = mail.outbox
        assert message.to == [alice.email]
        link = re.search(r"https?://\S+", str(message.body))
        assert link is not None
        page = client.get(link[0], follow=True)
        assert page.status_code == 200
        assert "password1" in page.text

    @pytest.mark.parametrize("has_server", [True, False])
    def test_promises_mail_only_if_there_is_a_mail_server(
        self, client: Client, alice: User, settings: Settings, *, has_server: bool
    ) -> None:
        if not has_server:
            settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
        address = reverse("account_reset_password")
        form = client.get(address)
        done = client.post(address, {"email": alice.email}, follow=True)
        for page in (form, done):
            assert ("cannot send email" in page.text) is not has_server
        assert ("We send you a link" in form.text) is has_server
        assert ("We have sent you an email" in done.text) is has_server


class TestProfile:
    def test_changes_the_public_name(self, alice: User) -> None:
        client_of(alice).post(reverse("profile"), {"display_name": "Alice in Ink"})
        alice.refresh_from_db()
        assert alice.public_name == "Alice in Ink"

    def test_falls_back_to_the_user_name(self, alice: User) -> None:
        client_of(alice).post(reverse("profile"), {"display_name": ""})
        alice.refresh_from_db()
        assert alice.public_name == "alice"

    def test_refuses_a_name_that_is_too_long(self, alice: User) -> None:
        page = client_of(alice).post(reverse("profile"), {"display_name": "x" * 81})
        assert page.status_code == 200
        alice.refresh_from_db()
        assert alice.display_name == ""

    def test_requires_sign_in(self, client: Client) -> None:
        answer = client.get(reverse("profile"))
        assert answer.headers["Location"].startswith(reverse("account_login"))


class TestTokens:
    def test_shows_a_new_token_once(self, alice: User) -> None:
        client = client_of(alice)
        data = {"name": "phone", "scopes": ["photos:read", "jobs:write"], "password": PASSWORD}
        page = client.post(reverse("tokens"), data)
        secret = page.context["secret"]
        assert secret in page.text
        assert secret not in client.get(reverse("tokens")).text
        assert ApiToken.objects.matching(secret).get().scopes == ["jobs:write", "photos:read"]

    def test_is_never_cached(self, alice: User) -> None:
        page = client_of(alice).get(reverse("tokens"))
        assert "no-store" in page.headers["Cache-Control"]

    @pytest.mark.parametrize(
        "change",
        [{"scopes": []}, {"name": ""}, {"scopes": ["all"]}, {"password": "wrong"}, {"days": 9999}],
    )
    def test_makes_no_token_from_an_incomplete_form(
        self, alice: User, change: dict[str, object]
    ) -> None:
        data = {"name": "phone", "scopes": ["photos:read"], "password": PASSWORD}
        page = client_of(alice).post(reverse("tokens"), data | change)
        assert "errorlist" in page.text
        assert not ApiToken.objects.exists()

    def test_lists_only_the_user_s_own(self, alice: User, bob: User) -> None:
        create_token(owner=bob, name="robot of bob", scopes=["photos:read"])
        assert "robot of bob" not in client_of(alice).get(reverse("tokens")).text

    def test_revokes(self, alice: User) -> None:
        row, secret = create_token(owner=alice, name="phone", scopes=["photos:read"])
        client_of(alice).post(reverse("token-revoke", args=[row.pk]))
        assert not ApiToken.objects.matching(secret).exists()

    def test_does_not_revoke_the_tokens_of_others(self, alice: User, bob: User) -> None:
        row, secret = create_token(owner=alice, name="phone", scopes=["photos:read"])
        assert client_of(bob).post(reverse("token-revoke", args=[row.pk])).status_code == 404
        assert ApiToken.objects.matching(secret).exists()
