"""Pages: stable while rows are added, complete, in order, and limited in size."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from common.pagination import MAX_PAGE_SIZE, PAGE_SIZE
from inference.models import Photo
from tests.support.clients import assert_problem, session_of

pytestmark = pytest.mark.django_db
PHOTOS = "/api/v1/photos/"


@pytest.fixture
def client(alice: User) -> APIClient:
    """Return a browser that is signed in as alice."""
    return session_of(alice)


def add_photos(owner: User, count: int, *, step: timedelta = timedelta(seconds=1)) -> list[Photo]:
    """Return new photos without files, the oldest first."""
    start = timezone.now() - timedelta(hours=1)
    offset = Photo.objects.count()
    return Photo.objects.bulk_create(
        Photo(
            owner=owner,
            width=64,
            height=64,
            bytes=1,
            sha256=f"{offset + number:064}",
            created_at=start + number * step,
        )
        for number in range(count)
    )


def read_all(client: APIClient, address: str) -> list[dict[str, Any]]:
    """Return the entries of all pages: follow `next` to the end."""
    found = []
    while address:
        page = client.get(address).json()
        found += page["results"]
        address = page["next"]
    return found


def test_shows_the_newest_first(client: APIClient, alice: User) -> None:
    photos = add_photos(alice, 3)
    assert [each["id"] for each in read_all(client, PHOTOS)] == [
        str(photo.pk) for photo in reversed(photos)
    ]


def test_has_a_default_page_size(client: APIClient, alice: User) -> None:
    add_photos(alice, PAGE_SIZE + 1)
    assert len(client.get(PHOTOS).json()["results"]) == PAGE_SIZE


def test_limits_the_page_size(client: APIClient, alice: User) -> None:
    add_photos(alice, MAX_PAGE_SIZE + 1)
    page = client.get(PHOTOS, {"limit": 10_000}).json()
    assert len(page["results"]) == MAX_PAGE_SIZE


def test_reads_every_row_once(client: APIClient, alice: User) -> None:
    photos = add_photos(alice, 7)
    found = [each["id"] for each in read_all(client, f"{PHOTOS}?limit=3")]
    assert len(found) == 7
    assert set(found) == {str(photo.pk) for photo in photos}


def test_reads_every_row_with_the_same_time_once(client: APIClient, alice: User) -> None:
    add_photos(alice, 7, step=timedelta())
    found = [each["id"] for each in read_all(client, f"{PHOTOS}?limit=3")]
    assert len(set(found)) == len(found) == 7


def test_repeats_no_row_when_a_row_is_added(client: APIClient, alice: User) -> None:
    add_photos(alice, 4)
    page = client.get(PHOTOS, {"limit": 2}).json()
    late = add_photos(alice, 1, step=timedelta())[0]
    Photo.objects.filter(pk=late.pk).update(created_at=timezone.now())
    rest = read_all(client, page["next"])
    assert len(rest) == 2
    assert str(late.pk) not in {each["id"] for each in rest}


def test_can_go_back(client: APIClient, alice: User) -> None:
    add_photos(alice, 4)
    first = client.get(PHOTOS, {"limit": 2}).json()
    second = client.get(first["next"]).json()
    assert client.get(second["previous"]).json()["results"] == first["results"]


# The second cursor has a valid form, but its position is not a time.
@pytest.mark.parametrize("cursor", ["ä", "cD1ub3doZXJl"])
def test_refuses_a_cursor_that_it_did_not_write(client: APIClient, cursor: str) -> None:
    assert_problem(client.get(PHOTOS, {"cursor": cursor}), 400, "cursor_invalid")


@pytest.mark.parametrize("cursor", ["x", "bm90aGluZw==", "%00"])
def test_does_not_fail_on_a_cursor_without_meaning(client: APIClient, cursor: str) -> None:
    assert client.get(PHOTOS, {"cursor": cursor}).status_code in {200, 400}
