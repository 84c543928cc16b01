"""The page that fetches pictures of masterworks: its states, and who may use it."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from inference.models import SourceFetch
from inference.pages.source_fetches import NOT_A_PICTURE, sentence_of
from inference.services.source_fetches import cancel_source_fetch, request_source_fetch
from tests.inference.pages.test_operators import make_staff
from tests.support.factories import make_code_style, make_style

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root", "wakeups")]
PAGE = "/operators/pictures/"
WAVE, CAFE = "the-great-wave", "the-night-cafe"


def text_of(answer: Any) -> str:
    text: str = answer.content.decode()
    return text


@pytest.fixture
def curator(client: Client) -> Client:
    client.force_login(make_staff("cara", "change_style"))
    return client


def test_counts_the_pictures_that_museums_offer(curator: Client) -> None:
    for slug in (WAVE, CAFE, "the-starry-night"):
        make_code_style(slug)
    page = text_of(curator.get(PAGE))
    assert "Fetch the pictures of 2 masterworks from the museums" in page
    assert page.count("No museum is known that offers this picture") == 1


def test_shows_how_far_a_run_is(curator: Client) -> None:
    for slug in (WAVE, "the-starry-night"):
        make_code_style(slug)
    curator.post(reverse("operators-pictures-fetch"))
    SourceFetch.objects.update(outcomes=[{"slug": "x", "code": ""}])
    page = text_of(curator.get(PAGE, {"part": ""}))
    assert "1 of 2 done" in page
    assert 'value="1"' in page
    assert "<html" not in page
    fetch = SourceFetch.objects.get()
    curator.post(reverse("operators-pictures-cancel", args=[fetch.pk]))
    assert "Canceled" in text_of(curator.get(PAGE))
    assert SourceFetch.objects.get().state == "canceled"


def test_says_what_to_do_about_each_refusal(curator: Client, alice: User) -> None:
    make_code_style(WAVE)
    fetch = request_source_fetch(by=alice)
    SourceFetch.objects.update(outcomes=[{"slug": WAVE, "code": "picture_not_free"}])
    cancel_source_fetch(fetch=fetch)
    assert "no longer calls this picture free" in text_of(curator.get(PAGE))
    assert sentence_of("unsupported_format") == NOT_A_PICTURE


def test_says_when_all_pictures_are_here(curator: Client) -> None:
    make_style(WAVE)
    assert "All pictures that the museums offer are here" in text_of(curator.get(PAGE))
    answer = curator.post(reverse("operators-pictures-fetch"), follow=True)
    assert "All pictures that the museums offer are here." in text_of(answer)
    assert not SourceFetch.objects.exists()


def test_is_offered_in_the_list_of_styles(curator: Client) -> None:
    make_code_style(WAVE)
    page = text_of(curator.get(reverse("admin:library_style_changelist")))
    assert f'action="{reverse("operators-pictures-fetch")}"' in page
    assert "Fetch the picture of 1 masterwork from its museum" in page
