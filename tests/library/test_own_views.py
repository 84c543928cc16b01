"""Pages of one's own styles."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import User
from library.models import Style
from library.own_styles import offer_style
from tests.support.factories import (
    make_job,
    make_own_style,
    make_picture,
    make_style,
    picture_bytes,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]
PAGE = "/my/styles/"
ANSWERS = {"title": "Barn", "source": "own-work", "license": "CC-BY-4.0"}


@pytest.fixture
def browser(client: Client, alice: User) -> Client:
    """Return a browser in which alice is signed in."""
    client.force_login(alice)
    return client


def add(browser: Client, data: bytes, **answers: str) -> Any:
    file = SimpleUploadedFile("barn.png", data)
    return browser.post(PAGE, {**ANSWERS, **answers, "file": file})


class TestAdd:
    def test_adds_a_style(self, browser: Client, alice: User) -> None:
        response = add(browser, picture_bytes(make_picture((120, 90))))
        style = Style.objects.get(owner=alice)
        assert response["Location"] == f"{PAGE}#{style.slug}"
        assert (style.title, style.license) == ("Barn", "own-work")
        page = browser.get(PAGE).content.decode()
        assert f'id="{style.slug}"' in page
        assert f"{reverse('studio')}?style={style.slug}" in page

    @pytest.mark.parametrize(
        ("source", "license_", "rights"),
        [
            ("license", "CC-BY-NC-ND-4.0", "CC-BY-NC-ND-4.0"),
            ("CC-PDM-1.0", "CC-BY-4.0", "CC-PDM-1.0"),
            ("unknown-rights", "CC-BY-4.0", "unknown-rights"),
        ],
    )
    def test_reads_the_answer(
        self, browser: Client, source: str, license_: str, rights: str
    ) -> None:
        add(browser, picture_bytes(make_picture()), source=source, license=license_)
        assert Style.objects.get().license == rights

    def test_says_what_is_wrong_with_a_picture(self, browser: Client) -> None:
        response = add(browser, picture_bytes(make_picture((8, 8))))
        assert response.status_code == 422
        assert "This picture is too small" in response.content.decode()
        assert not Style.objects.exists()

    def test_says_when_there_were_too_many(self, browser: Client, settings: Settings) -> None:
        settings.API_LIMITS = settings.API_LIMITS | {"upload": (0, 60)}
        response = add(browser, picture_bytes(make_picture()))
        assert response.status_code == 429
        assert int(response["Retry-After"]) > 0

    def test_offers_the_style_of_the_library(self, browser: Client, alice: User) -> None:
        style, wave = make_own_style(alice), make_style("wave")
        Style.objects.filter(pk=style.pk).update(resembles=wave)
        assert f"{reverse('studio')}?style=wave" in browser.get(PAGE).content.decode()
        Style.objects.filter(pk=wave.pk).update(state="withdrawn")
        assert f"{reverse('studio')}?style=wave" not in browser.get(PAGE).content.decode()


class TestDeeds:
    def test_renames(self, browser: Client, alice: User) -> None:
        style = make_own_style(alice)
        browser.post(f"{PAGE}{style.slug}/change/", {**ANSWERS, "title": "Mill"})
        style.refresh_from_db()
        assert style.title == "Mill"

    def test_says_what_is_wrong(self, browser: Client, alice: User) -> None:
        style = make_own_style(alice)
        address = f"{PAGE}{style.slug}/change/"
        page = browser.post(address, {**ANSWERS, "title": "x" * 10_000}, follow=True)
        assert "at most 200 characters" in page.content.decode()

    def test_offers_and_takes_back(self, browser: Client, alice: User) -> None:
        style = make_own_style(alice)
        browser.post(f"{PAGE}{style.slug}/offer/", {"license": "CC-BY-SA-4.0"})
        style.refresh_from_db()
        assert (style.state, style.license) == ("in_review", "CC-BY-SA-4.0")
        assert "Take the offer back" in browser.get(PAGE).content.decode()
        browser.post(f"{PAGE}{style.slug}/take-back/")
        style.refresh_from_db()
        assert style.state == "private"

    def test_says_why_a_style_cannot_be_offered(self, browser: Client, alice: User) -> None:
        style = make_own_style(alice, license="unknown-rights")
        page = browser.post(f"{PAGE}{style.slug}/offer/", follow=True)
        assert "who holds the rights" in page.content.decode()

    def test_says_why_a_style_cannot_be_deleted(self, browser: Client, alice: User) -> None:
        style = make_own_style(alice)
        make_job(alice, styles=[style])
        page = browser.post(f"{PAGE}{style.slug}/delete/", follow=True)
        assert "still being made" in page.content.decode()

    def test_deletes(self, browser: Client, alice: User) -> None:
        style = make_own_style(alice)
        assert browser.post(f"{PAGE}{style.slug}/delete/").status_code == 302
        assert not Style.objects.exists()


def test_shows_an_offer_to_curators(client: Client, alice: User, admin_user: User) -> None:
    client.force_login(admin_user)
    private = make_own_style(alice, "own-private")
    offered = offer_style(style=make_own_style(alice, "own-offered", license="CC0-1.0"))
    listed = client.get(reverse("admin:library_style_changelist")).content.decode()
    assert str(offered.pk) in listed
    assert str(private.pk) not in listed
    record = client.get(reverse("admin:library_style_change", args=[offered.pk]))
    assert "The user who put the picture in says" in record.content.decode()
    hidden = client.get(reverse("admin:library_style_change", args=[private.pk]))
    assert hidden.status_code == 302
    assert (
        client.post(
            reverse("admin:library_style_delete", args=[offered.pk]), {"post": "yes"}
        ).status_code
        == 403
    )


def test_lets_curators_decline(client: Client, alice: User, admin_user: User) -> None:
    client.force_login(admin_user)
    offered = offer_style(style=make_own_style(alice, license="CC0-1.0"))
    body = {"action": "decline", "_selected_action": [str(offered.pk)]}
    client.post(reverse("admin:library_style_changelist"), body)
    offered.refresh_from_db()
    assert offered.state == "private"
