"""A new email address: needs the password and the new mailbox, and the old one is told."""

import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.urls import Resolver404, resolve, reverse
from pytest_django import Settings

from accounts import email_change
from accounts.models import User
from tests.support.clients import session_of
from tests.support.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db
NEW = "alice@new.example"


def request_change(user: User, **change: str) -> Any:
    form = {"address": NEW, "password": PASSWORD} | change
    return session_of(user).post(reverse("account_email"), form, format="multipart")


def mailed_link() -> str:
    found = re.search(r"http://testserver(/\S+)", str(mail.outbox[-1].body))
    assert found
    return found[1]


def address_of(user: User) -> str:
    address: str = User.objects.get(pk=user.pk).email
    return address


def test_changes_only_after_the_new_mailbox_confirmed(alice: User) -> None:
    assert request_change(alice).status_code == 302
    notice, letter = mail.outbox
    assert (notice.to, letter.to) == ([alice.email], [NEW])
    assert NEW in str(notice.body)
    link = mailed_link()
    assert link not in str(notice.body)
    assert address_of(alice) == "alice@example.org"
    visitor = Client()
    assert NEW in visitor.get(link).text
    assert address_of(alice) == "alice@example.org"
    assert visitor.post(link).status_code == 302
    assert address_of(alice) == NEW
    assert mail.outbox[-1].to == ["alice@example.org"]
    row = EmailAddress.objects.get(user=alice)
    assert (row.email, row.primary, row.verified) == (NEW, True, True)


def test_promises_no_mail_without_a_mail_server(alice: User, settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    client = session_of(alice)
    assert "We send a link" not in client.get(reverse("account_email")).text
    page = client.post(
        reverse("account_email"),
        {"address": NEW, "password": PASSWORD},
        format="multipart",
        follow=True,
    )
    assert "cannot send email" in page.text
    assert "that we sent" not in page.text


def test_works_once(alice: User) -> None:
    request_change(alice)
    link = mailed_link()
    Client().post(link)
    assert Client().post(link).status_code == 410
    assert "already used" in Client().get(link).text


@pytest.mark.parametrize("change", [{"password": "wrong"}, {"address": "no"}, {"password": ""}])
def test_sends_nothing_for_a_wrong_form(alice: User, change: dict[str, str]) -> None:
    assert request_change(alice, **change).status_code == 200
    assert not mail.outbox


@pytest.mark.parametrize("address", ["Alice@Example.org", "BOB@example.org", "bob@ｅxample.org"])
def test_refuses_an_address_that_has_an_account(alice: User, bob: User, address: str) -> None:
    assert request_change(alice, address=address).status_code == 200
    assert not mail.outbox


def test_refuses_a_link_after_a_new_password(alice: User) -> None:
    request_change(alice)
    alice.set_password("another uncommon sentence")
    alice.save()
    assert Client().post(mailed_link()).status_code == 410
    assert address_of(alice) == "alice@example.org"


def test_refuses_an_old_or_forged_link(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    request_change(alice)
    link = mailed_link()
    monkeypatch.setattr(email_change, "LINK_SECONDS", -1)
    assert Client().post(link).status_code == 410
    assert Client().post(reverse("email-confirm", args=["made-up"])).status_code == 410
    assert address_of(alice) == "alice@example.org"


def test_leaves_the_address_to_an_account_that_was_faster(alice: User) -> None:
    request_change(alice)
    make_user("carol", email=NEW)
    page = Client().post(mailed_link())
    assert page.status_code == 422
    assert "already exists" in page.text
    assert address_of(alice) == "alice@example.org"


def test_resets_the_password_only_by_the_confirmed_address(alice: User) -> None:
    request_change(alice)
    EmailAddress.objects.create(user=alice, email="thief@example.org")
    mail.outbox.clear()
    for address in (NEW, "thief@example.org"):
        Client().post(reverse("account_reset_password"), {"email": address})
    assert not any("/password/reset/key/" in str(letter.body) for letter in mail.outbox)


def test_says_that_the_mail_could_not_be_sent(alice: User, settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    page = request_change(alice)
    assert page.status_code == 200
    assert "could not be sent" in page.content.decode()


def test_mails_a_bounded_number_of_links(alice: User, settings: Settings) -> None:
    settings.API_LIMITS = settings.API_LIMITS | {"email_change": (2, 3600)}
    answers = [request_change(alice, address=f"a{n}@new.example").status_code for n in range(3)]
    assert answers == [302, 302, 429]


def test_requires_sign_in(client: Client) -> None:
    assert client.get(reverse("account_email")).status_code == 302


@pytest.mark.parametrize("path", ["confirm-email/x:y:z/", "confirm-email/", "reauthenticate/"])
def test_has_no_other_page_that_changes_an_address(path: str) -> None:
    with pytest.raises(Resolver404):
        resolve(f"/account/{path}")
