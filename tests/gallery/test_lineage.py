"""Lineage: an artwork names the one that it was made like, to those who may see that one."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.models import User
from gallery.models import Artwork
from gallery.moderation import hide_artwork
from gallery.services import delete_artwork, keep_artwork, publish_artwork, unpublish_artwork
from gallery.trash import restore, trash_artworks
from inference.models import Job
from inference.pages.forms import StudioForm, initial_from
from library.models import Style
from tests.gallery.test_views import client_of
from tests.support.clients import session_of
from tests.support.factories import finished_job, make_photo, make_style

pytestmark = pytest.mark.django_db


@pytest.fixture
def style() -> Style:
    return make_style("woodcut")


@pytest.fixture
def source(bob: User, style: Style) -> Artwork:
    """Return a public artwork of bob."""
    kept = keep_artwork(job=finished_job(bob, styles=[style]), title="Northern sea")
    return publish_artwork(artwork=kept, license="CC0-1.0")


def made_like(owner: User, source: UUID, *styles: Style) -> Artwork:
    """Return a public artwork of `owner` whose job says that it was made like `source`."""
    job = finished_job(owner, styles=styles, made_like=source, seed=3)
    return publish_artwork(artwork=keep_artwork(job=job, title="Mine"), license="CC0-1.0")


def named(client: Any, artwork: Artwork) -> str | None:
    """Return the source that the API names, which the page must name as well."""
    body = client.get(reverse("api-artwork-detail", args=[artwork.pk])).json()
    found: str | None = body["made_like"]
    return found


def test_names_the_source_on_page_and_api(alice: User, source: Artwork, style: Style) -> None:
    artwork = made_like(alice, source.pk, style)
    for client in (APIClient(), session_of(alice)):
        assert named(client, artwork) == str(source.pk)
        page = client.get(artwork.get_absolute_url()).content.decode()
        assert f'Made like <a href="{source.get_absolute_url()}">Northern sea</a> by bob' in page
    (listed,) = (
        APIClient().get(f"/api/v1/public/artworks/?person={alice.username}").json()["results"]
    )
    assert listed["made_like"] == str(source.pk)


def test_is_silent_while_the_source_is_not_public(
    alice: User, bob: User, source: Artwork, style: Style
) -> None:
    artwork = made_like(alice, source.pk, style)
    trash_artworks(owner=bob, artworks=[source.pk])
    assert named(APIClient(), artwork) is None
    restore(owner=bob, artworks=[source.pk])
    assert named(APIClient(), artwork) == str(source.pk)
    hide_artwork(artwork=source)
    assert named(session_of(alice), artwork) is None
    page = client_of(alice).get(artwork.get_absolute_url())
    assert "Northern sea" not in page.text
    unpublish_artwork(artwork=source)
    # Its owner still sees it.
    assert "Northern sea" in client_of(bob).get(artwork.get_absolute_url()).text
    delete_artwork(artwork=Artwork.objects.get(pk=source.pk))
    assert named(session_of(alice), artwork) is None


def test_names_a_private_source_of_ones_own_to_oneself(alice: User, style: Style) -> None:
    mine = keep_artwork(job=finished_job(alice, styles=[style]), title="First")
    artwork = made_like(alice, mine.pk, style)
    assert named(session_of(alice), artwork) == str(mine.pk)
    assert named(APIClient(), artwork) is None


def test_ignores_a_source_that_says_nothing_true(
    alice: User, bob: User, source: Artwork, style: Style
) -> None:
    private = keep_artwork(job=finished_job(bob, styles=[style]))
    other = make_style("mosaic")
    for pk, used in ((uuid4(), style), (private.pk, style), (source.pk, other)):
        assert made_like(alice, pk, used).made_like is None


def test_is_carried_through_the_studio(
    client: Client, alice: User, source: Artwork, wakeups: list[str]
) -> None:
    page = client.get(source.get_absolute_url())
    address = reverse("studio") + "?" + page.context["like_this"]
    assert address.replace("&", "&amp;") in page.text
    studio = client_of(alice).get(address)
    assert f'name="like" value="{source.pk}"' in studio.text
    photo = make_photo(alice)
    data = QueryDict(mutable=True)
    data.update({"job_id": str(uuid4()), "photo_id": str(photo.pk), "like": str(source.pk)})
    data.setlist("styles", ["woodcut"])
    form = StudioForm(data, user=alice)
    assert form.is_valid(), form.errors
    form.start(alice)
    assert Job.objects.get(owner=alice).made_like == source.pk


@pytest.mark.parametrize("text", ["", "x", "' or 1=1", "1" * 400])
def test_ignores_what_is_no_id(alice: User, style: Style, text: str) -> None:
    assert initial_from(QueryDict(f"like={text}"))["like"] == ""
    data = QueryDict(mutable=True)
    data.update({"job_id": str(uuid4()), "photo_id": str(make_photo(alice).pk), "like": text})
    data.setlist("styles", ["woodcut"])
    form = StudioForm(data, user=alice)
    assert form.is_valid(), form.errors
    assert form.cleaned_data["like"] is None


def test_is_named_in_a_request_of_an_app(alice: User, source: Artwork, wakeups: list[str]) -> None:
    body = {
        "photo": str(make_photo(alice).pk),
        "styles": [{"style": "woodcut"}],
        "made_like": str(source.pk),
    }
    answer = session_of(alice).post("/api/v1/jobs/", body)
    assert answer.status_code == 201
    assert Job.objects.get(pk=answer.json()["id"]).made_like == source.pk
