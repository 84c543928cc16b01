"""The way of somebody without an account, through pages and the API, to My pictures."""

from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import resolve, reverse
from django.utils import timezone
from pytest_django import Settings

from accounts.guests import LIFETIME, MARGIN, SESSION_NAME, make_guest
from accounts.models import User
from inference.models import Job, Photo
from tests.inference.pages.conftest import order, upload
from tests.support.clients import sent_file
from tests.support.factories import (
    PASSWORD,
    finished_job,
    make_photo,
    make_style,
)
from tests.support.guests import browser_of

pytestmark = pytest.mark.django_db


def sign_up(client: Client, name: str = "carol", **more: str) -> Any:
    data = {"username": name, "email": f"{name}@example.org", "password1": PASSWORD, **more}
    return client.post(reverse("account_signup"), data)


class TestTheStudio:
    def test_sends_a_photo_and_makes_a_picture(self, client: Client, wakeups: list[str]) -> None:
        make_style("woodcut")
        client.post(reverse("trying-begin"))
        sent = client.post("/api/v1/photos/", {"file": upload()})
        assert sent.status_code == 201
        photo = sent.json()["id"]
        asked = client.post("/api/v1/proofs/", {"photo": photo}, content_type="application/json")
        assert asked.status_code == 202
        data = order(styles=["woodcut"], photo_id=photo)
        answer = client.post(reverse("studio"), data)
        job = Job.objects.get()
        assert answer.headers["Location"] == job.get_absolute_url()
        assert job.owner.is_guest
        page = client.get(job.get_absolute_url())
        assert page.status_code == 200
        assert sent_file(client.get(reverse("photo-file", args=[photo, "preview"])))

    def test_works_without_a_script(self, client: Client, wakeups: list[str]) -> None:
        make_style("woodcut")
        answer = client.post(reverse("studio"), order(styles=["woodcut"], photo=upload()))
        assert answer.headers["Location"] == Job.objects.get().get_absolute_url()
        assert User.objects.get().is_guest

    def test_tells_the_limits_before_anything_is_sent(self, client: Client) -> None:
        page = client.get(reverse("studio")).text
        assert "Without an account: previews of up to 5 photos" in page
        assert "Everything is deleted after a day unless you sign up." in page
        assert f'href="{reverse("account_signup")}"' in page
        assert 'data-begin="/trying/begin/"' in page

    def test_offers_only_the_sizes_of_guests(self, client: Client, alice: User) -> None:
        assert client.get(reverse("studio")).text.count("disabled") == 2
        client.force_login(alice)
        assert "disabled" not in client.get(reverse("studio")).text

    def test_says_when_the_picture_is_made(self, client: Client) -> None:
        guest = make_guest()
        finished_job(guest)
        page = browser_of(guest, client).get(reverse("studio")).text
        assert "You can make one picture without an account." in page

    def test_refuses_a_second_picture_and_keeps_the_form(self, client: Client) -> None:
        make_style("woodcut")
        guest = make_guest()
        finished_job(guest)
        photo = make_photo(guest)
        data = order(styles=["woodcut"], photo_id=str(photo.pk))
        page = browser_of(guest, client).post(reverse("studio"), data)
        assert page.status_code == 422
        assert page.context["photo"] == photo
        assert page.context["chosen"] == ["woodcut"]
        assert "Sign up to make more." in page.text

    def test_asks_for_a_sign_in_where_trying_is_off(
        self, settings: Settings, client: Client
    ) -> None:
        settings.TRYING = False
        make_style("woodcut")
        page = client.get(reverse("studio")).text
        assert "Sign in to continue. Your photo and settings are kept." in page
        assert "data-begin" not in page
        answer = client.post(reverse("studio"), order(styles=["woodcut"], photo=upload()))
        assert answer.headers["Location"].startswith(reverse("account_login"))
        assert not Photo.objects.exists()
        assert not User.objects.exists()

    def test_says_that_too_many_have_begun(self, settings: Settings, client: Client) -> None:
        settings.API_LIMITS = {**settings.API_LIMITS, "guest": (1, 3600)}
        make_style("woodcut")
        Client().post(reverse("trying-begin"))
        page = client.post(reverse("studio"), order(styles=["woodcut"], photo=upload()))
        assert page.status_code == 429
        assert page.headers["Retry-After"]
        assert "Too many people in your network" in page.text


class TestTheResult:
    @pytest.fixture
    def guest(self) -> User:
        """Return a guest with a finished picture."""
        guest = make_guest()
        finished_job(guest)
        return guest

    def test_offers_an_account_and_what_guests_may_do(self, client: Client, guest: User) -> None:
        job = Job.objects.get()
        page = browser_of(guest, client).get(job.get_absolute_url())
        assert f"{reverse('account_signup')}?next={job.get_absolute_url()}" in page.text
        for name in ("artwork-keep", "job-delete", "job-develop"):
            assert reverse(name, args=[job.pk]) not in page.text
        assert "Everything is deleted on" in page.text
        until = guest.date_joined + LIFETIME - MARGIN
        assert f'<time datetime="{until.isoformat()}" data-local>' in page.text
        assert "(UTC)" in page.text
        assert guest.username not in page.text
        materials = reverse("job-materials", args=[job.pk])
        assert materials in page.text
        assert client.get(materials).status_code == 200
        address = reverse("job-result", args=[job.pk])
        assert sent_file(client.get(address, {"download": "1"}))

    def test_can_be_deleted_at_once(self, client: Client, guest: User) -> None:
        browser_of(guest, client).post(reverse("trying-delete"))
        assert not User.objects.exists()
        assert not Photo.objects.exists()
        assert client.get(reverse("studio")).status_code == 200

    def test_is_in_my_pictures_after_the_sign_up(
        self, settings: Settings, client: Client, guest: User
    ) -> None:
        job = Job.objects.get()
        before = browser_of(guest, client).session.session_key
        answer = sign_up(client, next=job.get_absolute_url())
        assert answer.headers["Location"] == job.get_absolute_url()
        # The session got a new key, and the guest is not in it any more.
        assert client.session.session_key != before
        assert SESSION_NAME not in client.session
        assert client.session.get_expiry_age() == settings.SESSION_COOKIE_AGE
        carol = User.objects.get(username="carol")
        job.refresh_from_db()
        assert (job.owner, job.photo.owner) == (carol, carol)
        mine = client.get(reverse("my-artworks"))
        assert list(mine.context["results"]) == [job]
        assert reverse("artwork-keep", args=[job.pk]) in client.get(job.get_absolute_url()).text

    def test_is_in_my_pictures_after_the_sign_in(
        self, client: Client, guest: User, alice: User
    ) -> None:
        data = {"login": "alice", "password": PASSWORD}
        browser_of(guest, client).post(reverse("account_login"), data)
        assert Job.objects.get().owner == alice
        assert list(client.get(reverse("my-artworks")).context["results"]) == [Job.objects.get()]

    def test_stays_with_the_guest_after_a_wrong_password(
        self, client: Client, guest: User, alice: User
    ) -> None:
        data = {"login": "alice", "password": "wrong"}
        browser_of(guest, client).post(reverse("account_login"), data)
        assert Job.objects.get().owner == guest

    def test_is_kept_by_whoever_signs_in_just_before_the_end(
        self, client: Client, guest: User
    ) -> None:
        User.objects.filter(pk=guest.pk).update(date_joined=timezone.now() - LIFETIME)
        browser_of(guest, client)
        sign_up(client)
        assert Job.objects.get().owner.username == "carol"

    def test_is_gone_after_the_day_and_the_sign_up_still_works(
        self, client: Client, guest: User
    ) -> None:
        browser_of(guest, client)
        Job.objects.all().delete()
        Photo.objects.all().delete()
        guest.delete()
        assert sign_up(client).status_code == 302
        assert User.objects.get().username == "carol"


class TestTheSignIn:
    def test_says_what_is_kept(self, client: Client) -> None:
        browser_of(make_guest(), client)
        for name in ("account_login", "account_signup"):
            assert "move into your account" in client.get(reverse(name)).text

    def test_says_why(self, client: Client) -> None:
        page = client.get(reverse("my-artworks"), follow=True)
        assert "The page that you opened needs an account." in page.text
        assert "needs an account" not in client.get(reverse("account_login")).text

    def test_does_not_say_that_a_public_page_needs_an_account(self, client: Client) -> None:
        public = f"{reverse('styles')}?q=ink&technique=etching"
        page = client.get(public).text
        entrance = f"{reverse('account_login')}?next={quote(public)}"
        assert f'href="{entrance}"' in page
        there = client.get(entrance)
        assert "needs an account" not in there.text
        assert there.context["redirect_field_value"] == public

    def test_does_not_lead_to_a_page_that_only_takes_forms(self) -> None:
        request = RequestFactory().post("/artworks/1/like/")
        request.resolver_match = resolve("/styles/")
        links = render_to_string("_entrance_links.html", {"request": request})
        assert "next=" not in links

    def test_is_in_the_header_beside_the_sign_up(self, client: Client) -> None:
        style = make_style("woodcut")
        page = client.get(style.get_absolute_url()).text
        assert f'href="{reverse("account_signup")}?next={style.get_absolute_url()}"' in page
        assert f'href="{reverse("account_signup")}"' in client.get(reverse("home")).text

    def test_needs_no_account_for_jobs_that_are_not_there(self, client: Client) -> None:
        browser_of(make_guest(), client)
        assert client.get(reverse("job", args=[uuid4()])).status_code == 404
