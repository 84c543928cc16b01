"""The pages and the API of notices by mail, and the mails as their readers see them."""

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.email_proof import is_confirmed
from accounts.models import User
from gallery.mailing.choices import modes_of
from gallery.mailing.stop_links import stop_link
from gallery.models import Notice
from gallery.notices import tell
from gallery.tasks import mail_notices
from tests.gallery.mailing.conftest import at_once, told, yesterday
from tests.support.clients import assert_problem, session_of
from tests.support.things import kept

pytestmark = pytest.mark.django_db
API = "/api/v1/notices/mail/"
CONSOLE = "django.core.mail.backends.console.EmailBackend"
SITE = "https://pictures.example"


@pytest.fixture(autouse=True)
def _address_of_site(settings: Settings) -> None:
    settings.SITE_ADDRESS = SITE


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def mailed(reader: User) -> Any:
    """Return the mail that a reader gets next."""
    yesterday()
    mail_notices()
    assert mail.outbox[-1].to == [reader.email]
    return mail.outbox[-1]


def html_of(letter: Any) -> str:
    (alternative,) = letter.alternatives
    return str(alternative.content)


def path_of(link: str) -> str:
    assert link.startswith(f"{SITE}/")
    return link.removeprefix(SITE)


class Links(HTMLParser):
    """Collects the addresses of the links of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the address of a link."""
        self.found += [value or "" for name, value in attrs if tag == "a" and name == "href"]


class TestMail:
    def test_leads_to_the_site_of_the_setting(self, reader: User) -> None:
        artwork = kept(reader)
        client = client_of(reader)
        # A request that names another host has no part in it.
        client.get(reverse("notices"), headers={"host": "localhost"})
        tell(owner_id=reader.pk, kind=Notice.Kind.SHOWN, about=artwork.pk, title="Sea")
        letter = mailed(reader)
        links = Links(html_of(letter)).found
        assert re.findall(r"https?://\S+", str(letter.body)) == links
        assert len(links) == 3
        answer: Any = client.get(path_of(links[0]))
        assert answer.headers["Location"] == artwork.get_absolute_url()
        assert not Notice.objects.unread().exists()
        for link in links[1:]:
            assert client.get(path_of(link)).status_code == 200

    def test_asks_a_reader_to_sign_in_first(self, client: Client, reader: User) -> None:
        notice = told(reader)
        address = reverse("notice-open", args=[notice.pk])
        answer: Any = client.get(address)
        assert answer.headers["Location"] == f"{reverse('account_login')}?asked=1&next={address}"
        assert client_of(reader).head(address).status_code == 302
        assert Notice.objects.unread().count() == 1

    @pytest.mark.parametrize(("stored", "said"), [("", "new notices"), ("zh-hans", "条新通知")])
    def test_is_in_the_language_of_its_reader(self, reader: User, stored: str, said: str) -> None:
        User.objects.filter(pk=reader.pk).update(language=stored)
        told(reader)
        told(reader)
        letter = mailed(reader)
        assert said in letter.subject
        assert f'lang="{stored or "en"}"' in html_of(letter)

    def test_escapes_what_people_wrote_only_where_it_is_html(self, reader: User) -> None:
        told(reader, "<b>Sea</b> & “Sky”")
        letter = mailed(reader)
        assert "“<b>Sea</b> & “Sky””" in letter.subject
        assert "<b>Sea</b> & “Sky”" in letter.body
        assert "&lt;b&gt;Sea&lt;/b&gt; &amp;" in html_of(letter)

    def test_has_a_subject_of_one_short_line(self, reader: User) -> None:
        told(reader, "Sea\r\nBcc: bob@example.org\n" + "x" * 120)
        letter = mailed(reader)
        assert letter.recipients() == [reader.email]
        assert "\n" not in letter.subject
        assert len(letter.subject) <= 130
        assert letter.message()["Bcc"] is None

    def test_lists_twenty_notices(self, reader: User) -> None:
        for number in range(23):
            told(reader, f"Style {number:02}")
        letter = mailed(reader)
        assert letter.subject == "Styleweb: 23 new notices"
        assert letter.body.count("* ") == 20
        assert "And 3 more notices" in letter.body
        assert f"{SITE}/notices/" in Links(html_of(letter)).found

    def test_loads_nothing(self, reader: User) -> None:
        told(reader)
        text = html_of(mailed(reader))
        assert not re.search(r"<(img|link|script|iframe)|url\(|src=", text)


class TestStopping:
    def test_takes_one_click_in_the_mail_program(self, reader: User) -> None:
        told(reader)
        headers = mailed(reader).message()
        assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        link = str(headers["List-Unsubscribe"]).strip("<>")
        # As a mail program does it: no cookies, no page before, no token of a form.
        client = Client(enforce_csrf_checks=True)
        answer = client.post(path_of(link), {"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
        assert set(modes_of(reader).values()) == {"off"}
        told(reader)
        yesterday()
        mail_notices()
        assert len(mail.outbox) == 1

    def test_needs_the_button_on_the_page(self, client: Client, reader: User) -> None:
        address = path_of(stop_link(reader))
        assert "Stop these emails" in client.get(address).text
        client.head(address)
        assert set(modes_of(reader).values()) == {"digest"}
        assert "You will get no more notices by email." in client.post(address).text
        assert set(modes_of(reader).values()) == {"off"}

    @pytest.mark.parametrize("end", ["x", "", ":1uPpQr"])
    def test_refuses_a_forged_link(self, client: Client, reader: User, end: str) -> None:
        address = path_of(stop_link(reader)).rstrip("/")[:-4] + end + "/"
        assert client.post(address).status_code == 404
        assert set(modes_of(reader).values()) == {"digest"}

    def test_is_for_the_reader_of_the_mail(self, client: Client, reader: User, bob: User) -> None:
        old = path_of(stop_link(reader))
        User.objects.filter(pk=reader.pk).update(email="alice@new.example")
        assert "You will get no more notices" in client.post(old).text
        for user in (reader, bob):
            assert set(modes_of(user).values()) == {"digest"}
        reader.delete()
        assert client.post(old).status_code == 200


class TestPage:
    def test_changes_each_kind(self, reader: User) -> None:
        client = client_of(reader)
        page = client.get(reverse("notice-mail")).text
        assert page.count("<select") == len(Notice.Kind.values)
        modes = dict.fromkeys(Notice.Kind.values, "digest") | {"liked": "off", "hidden": "at_once"}
        assert client.post(reverse("notice-mail"), modes).status_code == 302
        assert modes_of(reader) == modes
        bad = client.post(reverse("notice-mail"), modes | {"liked": "weekly"})
        assert bad.status_code == 200
        assert modes_of(reader) == modes

    def test_says_that_the_site_sends_no_mail(self, reader: User, settings: Settings) -> None:
        settings.EMAIL_BACKEND = CONSOLE
        page = client_of(reader).get(reverse("notice-mail")).text
        assert "This site does not send email." in page
        assert "<select" not in page

    def test_asks_for_a_confirmed_address(self, alice: User) -> None:
        client = client_of(alice)
        assert "until you confirm your address" in client.get(reverse("notice-mail")).text
        at_once(alice)
        told(alice)
        mail_notices()
        assert mail.outbox == []
        client.post(reverse("email-proof-request"))
        link = re.search(r"https://\S+", str(mail.outbox[0].body))
        assert link
        address = path_of(link[0])
        assert alice.email in Client().get(address).text
        assert not is_confirmed(alice)
        assert Client().post(address).status_code == 302
        assert is_confirmed(alice)
        mail_notices()
        assert [each.to for each in mail.outbox] == [[alice.email]] * 2

    def test_is_linked_from_the_notices(self, alice: User) -> None:
        assert reverse("notice-mail") in client_of(alice).get(reverse("notices")).text


class TestApi:
    def test_shows_and_changes_the_kinds(self, reader: User) -> None:
        client = session_of(reader)
        first = client.get(API).json()
        assert first == {
            "kinds": dict.fromkeys(Notice.Kind.values, "digest"),
            "email": reader.email,
            "is_confirmed": True,
            "sends_mail": True,
            "language": "en",
        }
        changed = client.patch(API, {"kinds": {"liked": "off"}}, format="json").json()
        assert changed["kinds"] == first["kinds"] | {"liked": "off"}
        assert client.patch(API, {}, format="json").json() == changed

    @pytest.mark.parametrize("kinds", [{"liked": "weekly"}, {"liked": None}, [], "off"])
    def test_refuses_what_is_no_choice(self, reader: User, kinds: object) -> None:
        answer = session_of(reader).patch(API, {"kinds": kinds}, format="json")
        assert_problem(answer, 422, "invalid")
        assert set(modes_of(reader).values()) == {"digest"}

    def test_says_that_the_site_sends_no_mail(self, alice: User, settings: Settings) -> None:
        settings.EMAIL_BACKEND = CONSOLE
        state = session_of(alice).get(API).json()
        assert (state["sends_mail"], state["is_confirmed"]) == (False, False)
