"""The address of an account is confirmed by a link that is mailed there."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts import email_proof
from accounts.email_proof import is_confirmed
from accounts.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(alice: User, client: Client) -> str:
    """Return the address of the link that was mailed to alice."""
    client.force_login(alice)
    client.post(reverse("email-proof-request"))
    found = re.search(r"http://[^/]+(/account/\S+)", str(mail.outbox[-1].body))
    assert found
    return found[1]


def test_is_confirmed_by_the_button_and_not_by_the_link(alice: User, asked: str) -> None:
    assert "alice@example.org" in Client().get(asked).text
    assert not is_confirmed(alice)
    for _again in range(2):
        assert Client().post(asked).status_code == 302
    row = EmailAddress.objects.get(user=alice)
    assert (row.email, row.primary, row.verified) == (alice.email, True, True)
    assert is_confirmed(alice)


def test_is_not_confirmed_by_a_link_to_another_address(alice: User, asked: str) -> None:
    User.objects.filter(pk=alice.pk).update(email="alice@new.example")
    assert Client().post(asked).status_code == 410
    assert "This link has expired." in Client().get(asked).text
    assert not EmailAddress.objects.exists()


def test_is_not_confirmed_by_an_old_or_forged_link(
    alice: User, asked: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert Client().post(f"{asked[:-2]}x/").status_code == 410
    monkeypatch.setattr(email_proof, "LINK_SECONDS", -1)
    assert Client().post(asked).status_code == 410
    assert not is_confirmed(alice)


def test_is_not_confirmed_any_more_when_it_changes(alice: User, asked: str) -> None:
    Client().post(asked)
    alice.email = "alice@new.example"
    alice.save()
    assert not is_confirmed(alice)


def test_takes_the_place_of_what_another_account_has_left(
    alice: User, bob: User, asked: str
) -> None:
    EmailAddress.objects.create(user=bob, email=alice.email, primary=True, verified=True)
    assert Client().post(asked).status_code == 302
    assert EmailAddress.objects.get().user == alice


def test_is_said_on_the_page(alice: User, client: Client, asked: str) -> None:
    page = reverse("account_email")
    assert "This address is not confirmed." in client.get(page).text
    Client().post(asked)
    assert "This address is confirmed." in client.get(page).text


def test_is_asked_for_only_a_few_times(alice: User, client: Client, settings: Settings) -> None:
    settings.API_LIMITS = {**settings.API_LIMITS, "email_change": (2, 3600)}
    client.force_login(alice)
    statuses = [client.post(reverse("email-proof-request")).status_code for _ in range(3)]
    assert statuses == [302, 302, 429]
    assert len(mail.outbox) == 2


def test_is_told_that_the_mail_server_is_away(
    alice: User, client: Client, settings: Settings
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    client.force_login(alice)
    page = client.post(reverse("email-proof-request"), follow=True)
    assert "The email could not be sent." in page.text
