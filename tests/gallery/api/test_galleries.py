"""Galleries in the API: made, filled and put in order by their owner, read by everybody."""

from typing import Any
from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from gallery.galleries import add_to_gallery, change_gallery, create_gallery
from gallery.models import Artwork, Gallery
from tests.gallery.test_galleries import artworks_of, order_of
from tests.support.clients import assert_problem, session_of

pytestmark = pytest.mark.django_db
GALLERIES, PUBLIC = "/api/v1/galleries/", "/api/v1/public/galleries/"
OWN_FIELDS = {"visibility", "moderation", "version", "created_at"}


@pytest.fixture
def gallery(alice: User) -> Gallery:
    """Return a public gallery of alice with three artworks, of which the last is public."""
    made = create_gallery(owner=alice, title="Sea", visibility="public")
    ids = artworks_of(alice, 3)
    add_to_gallery(gallery=made, artworks=ids)
    Artwork.objects.filter(pk=ids[2]).update(
        visibility="public", license="CC0-1.0", published_at=made.created_at
    )
    return made


def items_of(gallery: Gallery) -> str:
    return f"{GALLERIES}{gallery.pk}/items/"


def test_makes_a_gallery_and_changes_it(alice: User) -> None:
    client = session_of(alice)
    answer = client.post(GALLERIES, {"title": "海", "text": "Of the north"})
    assert answer.status_code == 201
    body = answer.json()
    assert (body["slug"], body["visibility"], body["size"], body["cover"]) == (
        "海",
        "private",
        0,
        None,
    )
    address = answer["Location"]
    changed = client.patch(address, {"layout": "labels", "visibility": "public"}).json()
    seen = (changed["layout"], changed["visibility"], changed["title"])
    assert seen == ("labels", "public", "海")
    assert APIClient().get(changed["urls"]["page"]).status_code == 200
    assert client.delete(address).status_code == 204
    assert not Gallery.objects.exists()


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"title": "x" * 10_000}, "invalid"),
        ({"title": "a\0b"}, "invalid"),
        ({"title": "\u200b"}, "title_empty"),
        ({"title": "Sky", "slug": "sea"}, "slug_taken"),
        ({"title": "Sky", "slug": "!"}, "slug_empty"),
        ({"title": "Sky", "layout": "heap"}, "invalid"),
        ({"title": "Sky", "visibility": "everybody"}, "invalid"),
    ],
)
def test_refuses_a_wrong_gallery(gallery: Gallery, body: dict[str, str], code: str) -> None:
    client = session_of(gallery.owner)
    problem = assert_problem(client.post(GALLERIES, body), 422, code)
    assert problem["errors"][0]["field"] in body
    if code not in {"slug_taken"}:
        assert_problem(client.patch(f"{GALLERIES}{gallery.pk}/", body), 422, code)
    assert Gallery.objects.get().title == "Sea"


def test_puts_artworks_in_order(gallery: Gallery) -> None:
    client, order = session_of(gallery.owner), order_of(gallery)
    wish: dict[str, Any] = {
        "artworks": [str(pk) for pk in reversed(order)],
        "version": gallery.version,
    }
    answer = client.put(items_of(gallery), wish)
    assert answer.json()["version"] == gallery.version + 1
    listed = client.get(items_of(gallery), {"limit": 2}).json()
    assert [each["id"] for each in listed["results"]] == wish["artworks"][:2]
    rest = client.get(listed["next"]).json()["results"]
    assert [each["id"] for each in rest] == wish["artworks"][2:]
    # Another window still has the old version.
    assert_problem(client.put(items_of(gallery), wish), 409, "gallery_changed")


def test_refuses_wrong_items(gallery: Gallery, bob: User) -> None:
    client, order = session_of(gallery.owner), [str(pk) for pk in order_of(gallery)]
    foreign = str(artworks_of(bob, 1)[0])
    wrong: list[tuple[list[str], str]] = [
        ([*order, foreign], "unknown_artwork"),
        ([*order, str(uuid4())], "unknown_artwork"),
        ([*order, order[0]], "artwork_twice"),
        ([str(uuid4())] * 5000, "invalid"),
    ]
    for artworks, code in wrong:
        wish = {"artworks": artworks, "version": gallery.version}
        answer = client.put(items_of(gallery), wish)
        problem = assert_problem(answer, 422, code)
        assert problem["errors"][0]["field"] == "artworks"
        assert len(answer.content) < 1000
    many = {"artworks": [str(uuid4())] * 10_000, "version": 1}
    assert_problem(client.put(items_of(gallery), many), 413, "body_too_large")
    assert_problem(client.post(items_of(gallery), {"artworks": [foreign]}), 422, "unknown_artwork")
    assert_problem(
        client.patch(f"{GALLERIES}{gallery.pk}/", {"cover": foreign}), 422, "unknown_artwork"
    )
    assert [str(pk) for pk in order_of(gallery)] == order


def test_shows_others_only_what_is_public(gallery: Gallery, bob: User) -> None:
    hidden = order_of(gallery)[:2]
    for client in (session_of(bob), APIClient()):
        body = client.get(f"{GALLERIES}{gallery.pk}/").json()
        assert not OWN_FIELDS & set(body)
        assert (body["by"], body["size"]) == ("alice", 1)
        text = client.get(items_of(gallery)).content.decode()
        assert not [pk for pk in hidden if str(pk) in text]


def test_lists_public_galleries_that_are_not_empty(gallery: Gallery, bob: User) -> None:
    create_gallery(owner=bob, title="Empty", visibility="public")
    private = create_gallery(owner=gallery.owner, title="Private")
    add_to_gallery(gallery=private, artworks=order_of(gallery))
    for query in ({}, {"person": "ALICE"}):
        results = APIClient().get(PUBLIC, query).json()["results"]
        assert [each["title"] for each in results] == ["Sea"]
    assert APIClient().get(PUBLIC, {"person": "bob"}).json()["results"] == []
    change_gallery(gallery=gallery, visibility="private")
    assert APIClient().get(PUBLIC).json()["results"] == []


def test_needs_a_fixed_number_of_queries(
    gallery: Gallery, django_assert_max_num_queries: Any
) -> None:
    owner = gallery.owner
    for number in range(5):
        made = create_gallery(owner=owner, title=f"Sea {number}", visibility="public")
        add_to_gallery(gallery=made, artworks=order_of(gallery))
    client = session_of(owner)
    for address in (GALLERIES, PUBLIC, items_of(gallery)):
        with django_assert_max_num_queries(8):
            assert client.get(address).json()["results"]
