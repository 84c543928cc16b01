"""Sign-up, sign-in, sign-out and a forgotten password: allauth with the project's user model."""

import re
from collections.abc import Iterator

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.support.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db

SIGN_UP = {"username": "carol", "email": "carol@example.org", "password1": "an uncommon sentence"}
WRONG = "not the password at all"


@pytest.fixture(autouse=True)
def fresh_limits() -> Iterator[None]:
    """Start and end each test with empty counters."""
    cache.clear()
    yield
    cache.clear()


def signed_in(client: Client) -> User | None:
    """Return the user who is signed in."""
    key = client.session.get("_auth_user_id")
    return User.objects.get(pk=key) if key else None


def sign_in(client: Client, login: str, password: str = PASSWORD) -> User | None:
    """Send the sign-in form, and return the user who is signed in after it."""
    client.post(reverse("account_login"), {"login": login, "password": password})
    return signed_in(client)


@pytest.mark.parametrize("name", ["account_login", "account_signup", "account_reset_password"])
def test_shows_its_forms(client: Client, name: str) -> None:
    page = client.get(reverse(name))
    assert page.status_code == 200
    assert "<form" in page.content.decode()


def test_signs_up_with_name_email_and_password(client: Client) -> None:
    response = client.post(reverse("account_signup"), SIGN_UP)
    assert response.status_code == 302
    assert response["Location"] == reverse("studio")
    user = User.objects.get(username="carol")
    assert signed_in(client) == user
    assert user.email == "carol@example.org"
    assert user.check_password(SIGN_UP["password1"])
    assert not user.is_staff


@pytest.mark.parametrize(
    "change",
    [
        {"username": ""},
        {"username": "no spaces here"},
        {"email": ""},
        {"email": "nowhere"},
        {"password1": ""},
        {"password1": "short1"},
        {"password1": "carol@example.org"},
        {"password1": "1234567891011"},
    ],
)
def test_registers_no_account_with_a_wrong_field(client: Client, change: dict[str, str]) -> None:
    response = client.post(reverse("account_signup"), {**SIGN_UP, **change})
    assert response.status_code == 200
    assert not User.objects.exists()
    assert signed_in(client) is None


@pytest.mark.parametrize("taken", ["carol", "Carol"])
def test_gives_a_name_to_only_one_user(client: Client, taken: str) -> None:
    make_user("carol", email="other@example.org")
    client.post(reverse("account_signup"), {**SIGN_UP, "username": taken})
    assert User.objects.count() == 1
    assert signed_in(client) is None


def test_gives_an_email_to_only_one_user(client: Client) -> None:
    make_user("other", email="carol@example.org")
    client.post(reverse("account_signup"), {**SIGN_UP, "email": "Carol@Example.org"})
    assert User.objects.count() == 1
    assert signed_in(client) is None


def test_makes_no_administrator_from_the_form(client: Client) -> None:
    client.post(reverse("account_signup"), {**SIGN_UP, "is_staff": "1", "is_superuser": "1"})
    user = User.objects.get()
    assert not user.is_staff
    assert not user.is_superuser


@pytest.mark.parametrize("login", ["alice", "Alice", "alice@example.org", "ALICE@example.org"])
def test_signs_in_with_name_or_email(client: Client, alice: User, login: str) -> None:
    assert sign_in(client, login) == alice


@pytest.mark.parametrize("login", ["alice", "alice@example.org", "nobody", "nobody@example.org"])
def test_signs_no_user_in_with_a_wrong_password(client: Client, alice: User, login: str) -> None:
    response = client.post(reverse("account_login"), {"login": login, "password": WRONG})
    assert response.status_code == 200
    assert signed_in(client) is None
    assert alice.is_active


def test_gives_the_same_answer_for_known_and_unknown_names(client: Client, alice: User) -> None:
    def errors(login: str) -> list[str]:
        response = client.post(reverse("account_login"), {"login": login, "password": WRONG})
        return [str(each) for each in response.context["form"].non_field_errors()]

    assert errors(alice.username) == errors("nobody")
    assert errors(alice.username) != []


def test_does_not_sign_in_a_suspended_user(client: Client, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert sign_in(client, "alice") is None


def test_continues_to_the_requested_page(client: Client, alice: User) -> None:
    form = {"login": "alice", "password": PASSWORD, "next": reverse("my-artworks")}
    response = client.post(reverse("account_login"), form)
    assert response["Location"] == reverse("my-artworks")
    assert alice.is_active


def test_does_not_redirect_to_another_site(client: Client, alice: User) -> None:
    form = {"login": "alice", "password": PASSWORD, "next": "https://evil.example/"}
    response = client.post(reverse("account_login"), form)
    assert response["Location"] == reverse("studio")
    assert alice.is_active


def test_signs_out_only_by_post(client: Client, alice: User) -> None:
    client.force_login(alice)
    client.get(reverse("account_logout"))
    assert signed_in(client) == alice
    response = client.post(reverse("account_logout"))
    assert response["Location"] == reverse("home")
    assert signed_in(client) is None


def test_mails_a_link_that_sets_a_new_password_once(client: Client, alice: User) -> None:
    client.post(reverse("account_reset_password"), {"email": "alice@example.org"})
    (letter,) = mail.outbox
    assert letter.to == ["alice@example.org"]
    link = re.search(r"http://testserver(/\S+)", str(letter.body))
    assert link
    form = client.get(link[1], follow=True)
    address = form.request["PATH_INFO"]
    fresh = "another uncommon sentence"
    client.post(address, {"password1": fresh, "password2": fresh})
    assert sign_in(Client(), "alice", fresh) == alice
    assert sign_in(Client(), "alice", PASSWORD) is None
    assert client.get(link[1], follow=True).context.get("token_fail")


def test_does_not_tell_whether_an_email_is_known(client: Client, alice: User) -> None:
    answers = [
        client.post(reverse("account_reset_password"), {"email": email})
        for email in (alice.email, "nobody@example.org")
    ]
    assert answers[0]["Location"] == answers[1]["Location"]


def test_refuses_a_link_that_it_did_not_mail(client: Client, alice: User) -> None:
    url = reverse("account_reset_password_from_key", args=["1", "made-up-by-someone"])
    assert client.get(url, follow=True).context.get("token_fail")
    assert User.objects.get(pk=alice.pk).check_password(PASSWORD)


def test_ends_a_session_when_the_password_changes(client: Client, alice: User) -> None:
    client.force_login(alice)
    alice.set_password("another uncommon sentence")
    alice.save(update_fields=["password"])
    assert client.get(reverse("my-artworks")).status_code == 302


def test_refuses_a_form_from_another_site(alice: User) -> None:
    careful = Client(enforce_csrf_checks=True)
    response = careful.post(reverse("account_login"), {"login": "alice", "password": PASSWORD})
    # The page of sign-in is shown again, because a stale form looks the same.
    assert (response.status_code, response["Location"]) == (302, reverse("account_login"))
    assert "_auth_user_id" not in careful.session
    assert alice.is_active
