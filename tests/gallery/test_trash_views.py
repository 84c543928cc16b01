"""The trash page, and the trash in the API."""

from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse

from accounts.models import User
from gallery.galleries import create_gallery
from gallery.models import Artwork, Gallery
from gallery.services import keep_artwork
from gallery.trash import trash_artworks, trash_gallery
from tests.gallery.test_gallery_views import undo_of
from tests.gallery.test_views import client_of
from tests.support.clients import assert_problem, session_of
from tests.support.factories import finished_job

pytestmark = pytest.mark.django_db
API = "/api/v1/"


@pytest.fixture
def deleted(alice: User) -> Artwork:
    """Return an artwork in the trash of alice."""
    artwork = keep_artwork(job=finished_job(alice), title="The harbor")
    trash_artworks(owner=alice, artworks=[artwork.pk])
    return Artwork.with_trash.get()


@pytest.fixture
def ended(alice: User) -> Gallery:
    """Return a gallery in the trash of alice."""
    trash_gallery(gallery=create_gallery(owner=alice, title="Sea"))
    return Gallery.with_trash.get()


class TestPage:
    def test_shows_what_is_there_and_until_when(
        self, deleted: Artwork, ended: Gallery, bob: User
    ) -> None:
        page = client_of(deleted.owner).get(reverse("trash"))
        assert "The harbor" in page.text
        assert "Sea" in page.text
        assert page.text.count("Kept until") == 2
        assert reverse("trash-file", args=[deleted.pk]) in page.text
        assert "The trash is empty." in client_of(bob).get(reverse("trash")).text

    def test_restores_one(self, deleted: Artwork, ended: Gallery) -> None:
        client = client_of(deleted.owner)
        url = reverse("trash-restore")
        page = client.post(url, {"artwork": deleted.pk}, follow=True)
        assert "Restored 1 picture." in page.text
        page = client.post(url, {"gallery": ended.pk}, follow=True)
        assert "Restored the gallery “Sea”." in page.text
        assert (Artwork.objects.count(), Gallery.objects.count()) == (1, 1)
        page = client.post(url, {"artwork": deleted.pk}, follow=True)
        assert "This is no longer in the trash." in page.text

    def test_deletes_one_for_good(self, deleted: Artwork, ended: Gallery, bob: User) -> None:
        url = reverse("trash-delete")
        for name, row in (("artwork", deleted), ("gallery", ended)):
            refused = client_of(bob).post(url, {name: row.pk}, follow=True)
            assert "This is no longer in the trash." in refused.text
            page = client_of(deleted.owner).post(url, {name: row.pk}, follow=True)
            assert "Deleted permanently." in page.text
        assert not Artwork.with_trash.exists()
        assert not Gallery.with_trash.exists()

    def test_empties_it(self, deleted: Artwork, ended: Gallery) -> None:
        page = client_of(deleted.owner).post(reverse("trash-empty"), follow=True)
        assert "The trash is empty." in page.text
        assert not Artwork.with_trash.exists()
        assert not Gallery.with_trash.exists()

    @pytest.mark.parametrize(
        "form", [{}, {"artwork": "x"}, {"at": "soon"}, {"at": "2026-01-01"}, {"at": "9" * 41}]
    )
    def test_changes_nothing_for_a_wrong_form(self, deleted: Artwork, form: dict[str, str]) -> None:
        client = client_of(deleted.owner)
        for deed in ("restore", "delete"):
            page = client.post(reverse(f"trash-{deed}"), form, follow=True)
            assert "This is no longer in the trash." in page.text
        assert Artwork.with_trash.in_trash().count() == 1

    def test_undoes_the_deletion_of_a_gallery(self, alice: User) -> None:
        gallery = create_gallery(owner=alice, title="Sea")
        client = client_of(alice)
        page = client.post(reverse("gallery-delete", args=[gallery.pk]), follow=True)
        assert not Gallery.objects.exists()
        answer: Any = client.post(*undo_of(page))
        assert answer.headers["Location"] == gallery.get_absolute_url()

    def test_takes_the_same_queries_for_many(
        self, alice: User, django_assert_max_num_queries: Any
    ) -> None:
        for number in range(3):
            trash_gallery(gallery=create_gallery(owner=alice, title=f"Sea {number}"))
            artwork = keep_artwork(job=finished_job(alice), title=f"Wave {number}")
            trash_artworks(owner=alice, artworks=[artwork.pk])
        client = client_of(alice)
        with django_assert_max_num_queries(7):
            assert "Wave 2" in client.get(reverse("trash")).text


class TestApi:
    def test_deletes_lists_and_restores(self, alice: User) -> None:
        client = session_of(alice)
        artwork = keep_artwork(job=finished_job(alice), title="The harbor")
        gallery = create_gallery(owner=alice, title="Sea")
        for kind, row in (("artworks", artwork), ("galleries", gallery)):
            assert client.delete(f"{API}{kind}/{row.pk}/").status_code == 204
            assert_problem(client.get(f"{API}{kind}/{row.pk}/"), 404, "not_found")
            assert_problem(client.delete(f"{API}{kind}/{row.pk}/"), 404, "not_found")
            (listed,) = client.get(f"{API}{kind}/trash/").json()["results"]
            assert (listed["id"], listed["title"]) == (str(row.pk), str(row))
            assert listed["gone_at"] > listed["trashed_at"]
            for _again in range(2):
                back = client.post(listed["urls"]["restore"])
                assert (back.status_code, back.json()["id"]) == (200, str(row.pk))
            assert client.get(f"{API}{kind}/trash/").json()["results"] == []

    def test_sends_the_thumbnail(self, deleted: Artwork) -> None:
        client = session_of(deleted.owner)
        (listed,) = client.get(f"{API}artworks/trash/").json()["results"]
        answer: Any = client.get(listed["urls"]["thumb"])
        assert answer["Cache-Control"] == "private, no-store"
        with deleted.thumb.open() as file:
            assert b"".join(answer.streaming_content) == file.read()

    def test_has_pages(self, alice: User) -> None:
        ids = [keep_artwork(job=finished_job(alice)).pk for _ in range(3)]
        trash_artworks(owner=alice, artworks=ids)
        client = session_of(alice)
        address, seen = f"{API}artworks/trash/?limit=2", []
        while address:
            page = client.get(address).json()
            seen += [each["id"] for each in page["results"]]
            address = page["next"]
        assert sorted(seen) == sorted(map(str, ids))

    def test_does_not_restore_what_is_gone(self, deleted: Artwork) -> None:
        client = session_of(deleted.owner)
        assert client.delete(f"{API}artworks/trash/{deleted.pk}/").status_code == 204
        for pk in (deleted.pk, uuid4()):
            answer = client.post(f"{API}artworks/{pk}/restore/")
            assert_problem(answer, 404, "not_found")
