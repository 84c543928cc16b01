"""The page of public galleries: only what everybody sees, in pages that do not shift."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from gallery import public_views
from gallery.galleries import add_to_gallery, change_gallery, create_gallery, hide_gallery
from gallery.models import Gallery
from tests.gallery.test_search import public

pytestmark = pytest.mark.django_db
PAGE = reverse("public-galleries")


def opened(owner: User, title: str) -> Gallery:
    """Return a public gallery with one public artwork."""
    gallery = create_gallery(owner=owner, title=title, visibility="public")
    add_to_gallery(gallery=gallery, artworks=[public(owner, f"In {title}").pk])
    return gallery


def titles(page: Any) -> list[str]:
    return [gallery.title for gallery, _face in page.context["tiles"]]


def test_shows_public_galleries_newest_first(alice: User, bob: User) -> None:
    for owner, title in ((alice, "Sea"), (bob, "Hills"), (alice, "Closed"), (bob, "Hidden")):
        opened(owner, title)
    create_gallery(owner=alice, title="Empty", visibility="public")
    change_gallery(gallery=Gallery.objects.get(title="Closed"), visibility="private")
    hide_gallery(gallery=Gallery.objects.get(title="Hidden"))
    page = Client().get(PAGE)
    assert titles(page) == ["Hills", "Sea"]
    for link in ("/people/alice/sea/", "/people/bob/hills/", "/people/bob/"):
        assert f'href="{link}"' in page.text


def test_says_when_there_is_nothing() -> None:
    assert "Nothing here yet." in Client().get(PAGE).text


def test_pages_through_galleries(
    alice: User, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any
) -> None:
    monkeypatch.setattr(public_views, "GALLERIES_A_PAGE", 2)
    for number in range(5):
        opened(alice, f"{number}")
    with django_assert_max_num_queries(12):
        first = Client().get(PAGE)
    second = Client().get(PAGE, {"cursor": first.context["page"].next})
    opened(alice, "newer")
    assert titles(first) == ["4", "3"]
    assert titles(second) == ["2", "1"]
    assert titles(Client().get(PAGE, {"cursor": first.context["page"].next})) == ["2", "1"]
    assert f"cursor={second.context['page'].previous}" in second.text
