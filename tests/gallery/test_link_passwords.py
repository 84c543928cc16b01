"""The password of a share link: asked for, checked, and counted."""

import time
from contextlib import nullcontext
from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from gallery.models import Artwork, ShareLink
from gallery.shares import change_link, create_link, revoke_link
from gallery.visitors import KEY_SECONDS
from tests.gallery.test_visitor_views import FORMATS, SHOWN, artwork, opened

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
__all__ = ["artwork"]  # a fixture


class TestPassword:
    @pytest.fixture
    def link(self, artwork: Artwork) -> ShareLink:
        """Return a link with a password."""
        return create_link(thing=artwork, password="sea and sky")

    def unlock(self, client: Client, link: ShareLink, password: str) -> Any:
        return client.post(reverse("share-unlock", args=[link.token]), {"password": password})

    def test_is_asked_for_before_anything_is_shown(
        self, client: Client, artwork: Artwork, link: ShareLink
    ) -> None:
        page = client.get(link.get_absolute_url())
        assert "This link needs a password" in page.text
        for word in ("Sea at Night", str(artwork.pk), "alice", "og:image"):
            assert word not in page.text
        assert opened(client, link, artwork) == set()
        assert ShareLink.objects.get().opened == 0

    def test_opens_the_link_for_one_browser(
        self, client: Client, artwork: Artwork, link: ShareLink
    ) -> None:
        wrong = self.unlock(client, link, "sea")
        assert wrong.status_code == 403
        assert "This is not the password of this link." in wrong.text
        assert opened(client, link, artwork) == set()
        right = self.unlock(client, link, "sea and sky")
        assert right["Location"] == link.get_absolute_url()
        cookie = right.cookies["share_key"]
        assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == (
            link.get_absolute_url(),
            True,
            "Lax",
        )
        assert "Sea at Night" in client.get(link.get_absolute_url()).text
        assert opened(client, link, artwork) == {*SHOWN, "full", *FORMATS}
        assert opened(Client(), link, artwork) == set()

    def test_opens_no_other_link(self, client: Client, artwork: Artwork, link: ShareLink) -> None:
        other = create_link(thing=artwork, password="sea and sky")
        self.unlock(client, link, "sea and sky")
        assert opened(client, other, artwork) == set()

    @pytest.mark.parametrize("change", ["password", "time", "revoke", "forge"])
    def test_opens_it_only_for_a_while(
        self, client: Client, artwork: Artwork, link: ShareLink, change: str
    ) -> None:
        later = time.time() + KEY_SECONDS + 1
        self.unlock(client, link, "sea and sky")
        if change == "password":
            change_link(link=link, password="another one")
        if change == "revoke":
            revoke_link(link=link)
        if change == "forge":
            client.cookies["share_key"] = client.cookies["share_key"].value[:-1]
        is_late = patch("django.core.signing.time.time", return_value=later)
        with is_late if change == "time" else nullcontext():
            assert opened(client, link, artwork) == set()

    def test_is_refused_ten_times_and_then_not_looked_at(
        self, client: Client, link: ShareLink, settings: Settings
    ) -> None:
        settings.API_LIMITS = {**settings.API_LIMITS, "login": (10, 900)}
        codes = [self.unlock(client, link, "wrong").status_code for _ in range(12)]
        assert codes == [403] * 10 + [429] * 2
        page = self.unlock(client, link, "sea and sky")
        assert page.status_code == 429
        assert "Too many attempts. Try again in" in page.text
        # Others who know the password are not locked out.
        other = Client(REMOTE_ADDR="93.184.216.34")
        assert self.unlock(other, link, "sea and sky").status_code == 302

    @pytest.mark.parametrize("password", ["", "x" * 129, " "])
    def test_must_be_one(self, client: Client, link: ShareLink, password: str) -> None:
        assert self.unlock(client, link, password).status_code == 422

    def test_of_a_link_that_ended_is_not_asked_for(self, client: Client, link: ShareLink) -> None:
        revoke_link(link=link)
        assert self.unlock(client, link, "sea and sky").status_code == 410
        assert client.post("/s/nothing/unlock/", {"password": "x"}).status_code == 404
