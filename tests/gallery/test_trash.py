"""The trash: gone for everybody at once, restored as it was, and deleted for good in the end."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from gallery import trash_emptying
from gallery.access import NOBODY, Action, Viewer, can
from gallery.galleries import (
    MAX_ITEMS,
    TooManyGalleries,
    add_to_gallery,
    arrange_gallery,
    change_gallery,
    create_gallery,
)
from gallery.models import Artwork, Gallery, GalleryItem, HiddenPicture, TrashedItem
from gallery.moderation import hide_artwork, show_artwork
from gallery.people import avatar_of, set_avatar
from gallery.services import keep_artwork, publish_artwork
from gallery.shares import create_link
from gallery.tasks import empty_trash
from gallery.trash import Restored, restore, trash_artworks, trash_gallery, undo
from gallery.trash_emptying import delete_trashed_artwork, empty_trash_of
from gallery.uploads import upload_artwork
from inference.live.events import events_since
from inference.models import Job
from library.services import withdraw_style
from tests.common.test_storage import files_in
from tests.gallery.test_galleries import artworks_of, order_of
from tests.support.factories import finished_job, make_picture, make_style, picture_bytes

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def artwork(media_root: Path, alice: User) -> Artwork:
    """Return a public artwork of alice."""
    assert media_root.is_dir()
    kept = keep_artwork(job=finished_job(alice, styles=[make_style()]), title="Sea")
    return publish_artwork(artwork=kept, license="CC0-1.0", alt_text="Waves")


@pytest.fixture
def gallery(artwork: Artwork) -> Gallery:
    """Return a public gallery with an artwork between two others."""
    made = create_gallery(owner=artwork.owner, title="North", visibility="public")
    first, last = artworks_of(artwork.owner, 2)
    add_to_gallery(gallery=made, artworks=[first, artwork.pk, last])
    change_gallery(gallery=made, cover=artwork)
    return made


def delete(*artworks: Artwork) -> Any:
    """Put artworks of one owner in the trash, and return the time for an undo."""
    owner = artworks[0].owner
    return trash_artworks(owner=owner, artworks=[each.pk for each in artworks])[1]


def restored(artwork: Artwork) -> Restored:
    return restore(owner=artwork.owner, artworks=[artwork.pk])


def age(row: Artwork | Gallery, days: int) -> None:
    """Let a row be in the trash for some days."""
    type(row).with_trash.filter(pk=row.pk).update(trashed_at=timezone.now() - timedelta(days=days))


def read(response: Any) -> bytes:
    return b"".join(response.streaming_content)


class TestAnArtwork:
    def test_is_gone_for_everybody_at_once(
        self, client: Client, artwork: Artwork, gallery: Gallery
    ) -> None:
        set_avatar(artwork=artwork)
        addresses = [
            artwork.get_absolute_url(),
            *(
                reverse("artwork-file", args=[artwork.pk, each])
                for each in ("full", "preview", "thumb", "link-preview")
            ),
            reverse("api-artwork-detail", args=[artwork.pk]),
            reverse("api-artwork-file", args=[artwork.pk]),
            create_link(thing=artwork).get_absolute_url(),
        ]
        etags = {}
        for address in addresses:
            answer = client.get(address)
            assert answer.status_code == 200, address
            etags[address] = answer.headers.get("ETag", "")
            answer.close()
        delete(artwork)
        owner = Client()
        owner.force_login(artwork.owner)
        for address in addresses:
            for each in (client, owner):
                answer = each.get(address, headers={"If-None-Match": etags[address]})
                assert answer.status_code == 404, address
                assert each.head(address).status_code == 404
        for address in (
            reverse("home"),
            reverse("public-gallery"),
            gallery.get_absolute_url(),
            reverse("api-gallery-items", args=[gallery.pk]),
            reverse("api-public-artwork-list"),
            reverse("style", args=["great-wave"]),
        ):
            assert str(artwork.pk) not in client.get(address).text, address
        assert avatar_of(artwork.owner) is None
        stored = Artwork.with_trash.get(pk=artwork.pk)
        for viewer in (NOBODY, Viewer(artwork.owner)):
            assert not any(can(viewer, action, stored) for action in Action)
        assert Gallery.objects.with_summary(public_only=False).get().size == 2

    def test_comes_back_as_it_was(self, client: Client, artwork: Artwork, gallery: Gallery) -> None:
        order, version = order_of(gallery), Gallery.objects.get().version
        before = Artwork.objects.filter(pk=artwork.pk).values().get()
        undo(owner=artwork.owner, at=delete(artwork))
        assert Artwork.objects.filter(pk=artwork.pk).values().get() == before
        assert order_of(gallery) == order
        row = Gallery.objects.with_summary(public_only=True).get()
        assert (row.face, row.version) == (artwork.pk, version + 2)
        assert not TrashedItem.objects.exists()
        assert client.get(artwork.get_absolute_url()).status_code == 200
        assert read(client.get(reverse("artwork-file", args=[artwork.pk, "full"])))

    def test_is_restored_once(self, artwork: Artwork, gallery: Gallery) -> None:
        order = order_of(gallery)
        delete(artwork)
        assert restored(artwork).artworks == [artwork]
        assert restored(artwork).artworks == []
        assert order_of(gallery) == order

    def test_is_restored_by_its_owner_only(self, bob: User, artwork: Artwork) -> None:
        at = delete(artwork)
        assert restore(owner=bob, artworks=[artwork.pk]).artworks == []
        assert undo(owner=bob, at=at).artworks == []
        assert Artwork.with_trash.get().is_trashed

    def test_is_deleted_by_its_owner_only(self, bob: User, artwork: Artwork) -> None:
        count, _at = trash_artworks(owner=bob, artworks=[artwork.pk])
        assert (count, Artwork.objects.count()) == (0, 1)

    def test_tells_the_clients_of_its_job(self, artwork: Artwork) -> None:
        place = events_since(artwork.owner_id, None)["seq"]
        delete(artwork)
        (gone,) = (page := events_since(artwork.owner_id, place))["events"]
        assert gone["data"]["artwork"] is None
        restored(artwork)
        (back,) = events_since(artwork.owner_id, page["seq"])["events"]
        assert back["data"]["artwork"] == str(artwork.pk)

    def test_keeps_the_decision_of_a_moderator(self, artwork: Artwork) -> None:
        hide_artwork(artwork=artwork)
        delete(artwork)
        restored(artwork)
        assert Artwork.objects.get().is_hidden
        delete(artwork)
        show_artwork(artwork=artwork)
        restored(artwork)
        assert Artwork.objects.get().is_public

    def test_is_hidden_by_a_decision_that_is_made_then(self, artwork: Artwork) -> None:
        twin = keep_artwork(job=finished_job(artwork.owner), title="The same picture")
        assert twin.sha256 == artwork.sha256
        delete(artwork)
        hide_artwork(artwork=twin)
        restored(artwork)
        assert Artwork.objects.get(pk=artwork.pk).is_hidden

    def test_is_private_if_its_style_was_withdrawn_then(self, artwork: Artwork) -> None:
        delete(artwork)
        withdraw_style(style=artwork.styles.get())
        assert restored(artwork).unpublished == [artwork]
        back = Artwork.objects.get()
        assert (back.visibility, back.published_at) == ("private", None)

    def test_is_not_published_while_it_is_deleted(self, artwork: Artwork) -> None:
        delete(artwork)
        answer = Client()
        answer.force_login(artwork.owner)
        url = reverse("artwork-publish", args=[artwork.pk])
        assert answer.post(url, {"license": "CC0-1.0"}).status_code == 404

    def test_is_restored_private_when_its_result_is_kept_again(self, artwork: Artwork) -> None:
        job = artwork.job
        assert job is not None
        delete(artwork)
        assert Job.objects.get().kept_as is None
        again = keep_artwork(job=job, title="Ocean")
        assert (again.pk, again.title, again.visibility) == (artwork.pk, "Ocean", "private")
        assert Artwork.with_trash.count() == 1

    def test_is_made_again_after_it_is_gone(self, artwork: Artwork) -> None:
        job = artwork.job
        assert job is not None
        delete(artwork)
        age(artwork, 31)
        assert keep_artwork(job=job).pk == artwork.pk
        delete(artwork)
        assert delete_trashed_artwork(artwork=artwork)
        assert keep_artwork(job=job).pk != artwork.pk


class TestPlaces:
    def test_are_found_again_in_a_new_order(self, artwork: Artwork, gallery: Gallery) -> None:
        first, _middle, last = order_of(gallery)
        delete(artwork)
        version = Gallery.objects.get().version
        arrange_gallery(gallery=gallery, artworks=[last, first], version=version)
        restored(artwork)
        assert order_of(gallery) == [last, artwork.pk, first]

    def test_are_found_again_for_several(self, artwork: Artwork, gallery: Gallery) -> None:
        order = order_of(gallery)
        at = delete(*Artwork.objects.filter(pk__in=order))
        assert order_of(gallery) == []
        undo(owner=artwork.owner, at=at)
        assert order_of(gallery) == order

    def test_are_found_again_one_by_one(self, artwork: Artwork, gallery: Gallery) -> None:
        order = order_of(gallery)
        rows = [Artwork.objects.get(pk=pk) for pk in order]
        for row in rows:
            delete(row)
        for row in (rows[1], rows[2], rows[0]):
            restored(row)
        assert order_of(gallery) == order

    def test_are_left_free_in_a_full_gallery(
        self, monkeypatch: pytest.MonkeyPatch, artwork: Artwork, gallery: Gallery
    ) -> None:
        delete(artwork)
        add_to_gallery(gallery=gallery, artworks=artworks_of(artwork.owner, 1))
        monkeypatch.setattr("gallery.trash.MAX_ITEMS", 3)
        assert MAX_ITEMS > 3
        assert restored(artwork).full == [gallery]
        assert len(order_of(gallery)) == 3
        assert Artwork.objects.filter(pk=artwork.pk).exists()

    def test_end_with_their_gallery(self, artwork: Artwork, gallery: Gallery) -> None:
        delete(artwork)
        gallery.delete()
        assert restored(artwork).artworks == [artwork]
        assert not GalleryItem.objects.exists()

    def test_are_kept_in_a_gallery_in_the_trash(self, artwork: Artwork, gallery: Gallery) -> None:
        order = order_of(gallery)
        trash_gallery(gallery=gallery)
        delete(artwork)
        restore(owner=artwork.owner, galleries=[gallery.pk])
        assert len(order_of(gallery)) == 2
        restored(artwork)
        assert order_of(gallery) == order


class TestAGallery:
    def test_is_gone_for_everybody_and_comes_back(self, client: Client, gallery: Gallery) -> None:
        addresses = [
            gallery.get_absolute_url(),
            reverse("api-gallery-detail", args=[gallery.pk]),
            reverse("api-gallery-items", args=[gallery.pk]),
        ]
        order = order_of(gallery)
        assert all(client.get(each).status_code == 200 for each in addresses)
        at = trash_gallery(gallery=gallery)
        owner = Client()
        owner.force_login(gallery.owner)
        for address in addresses:
            assert client.get(address).status_code == 404
            assert owner.get(address).status_code == 404
        assert gallery.title not in client.get(reverse("person", args=["alice"])).text
        assert str(gallery.pk) not in client.get(reverse("api-public-gallery-list")).text
        assert gallery.title not in owner.get(reverse("my-galleries")).text
        assert Artwork.objects.count() == 3
        undo(owner=gallery.owner, at=at)
        assert all(client.get(each).status_code == 200 for each in addresses)
        assert order_of(gallery) == order

    def test_gets_another_address_if_its_own_is_taken(self, gallery: Gallery) -> None:
        trash_gallery(gallery=gallery)
        second = create_gallery(owner=gallery.owner, title="North")
        assert second.slug == gallery.slug
        (back,) = restore(owner=gallery.owner, galleries=[gallery.pk]).galleries
        assert back.slug == "north-2"
        assert set(Gallery.objects.values_list("slug", flat=True)) == {"north", "north-2"}

    def test_counts_in_the_limit(self, monkeypatch: pytest.MonkeyPatch, gallery: Gallery) -> None:
        monkeypatch.setattr("gallery.galleries.MAX_GALLERIES", 1)
        trash_gallery(gallery=gallery)
        with pytest.raises(TooManyGalleries):
            create_gallery(owner=gallery.owner, title="South")


class TestEmptying:
    def test_waits_for_the_last_day(
        self, settings: Settings, artwork: Artwork, gallery: Gallery, media_root: Path
    ) -> None:
        full = Path(default_storage.path(str(artwork.file.name)))
        delete(artwork)
        trash_gallery(gallery=gallery)
        for row in (artwork, gallery):
            age(row, settings.TRASH_DAYS - 1)
        empty_trash()
        assert (Artwork.with_trash.count(), Gallery.with_trash.count()) == (3, 1)
        assert full.exists()
        for row in (artwork, gallery):
            age(row, settings.TRASH_DAYS + 1)
        # Even before the next round, nobody gets it back.
        assert restored(artwork).artworks == []
        empty_trash()
        assert (Artwork.with_trash.count(), Gallery.with_trash.count()) == (2, 0)
        assert [path for path in files_in(media_root) if "artworks" in str(path)] == []
        assert Job.objects.count() == 1

    def test_never_touches_what_is_not_in_the_trash(self, artwork: Artwork) -> None:
        assert not delete_trashed_artwork(artwork=artwork)
        empty_trash_of(owner=artwork.owner)
        assert Artwork.objects.get() == artwork

    def test_is_of_one_owner(self, bob: User, artwork: Artwork) -> None:
        delete(artwork)
        empty_trash_of(owner=bob)
        assert restored(artwork).artworks == [artwork]

    def test_hides_at_once_what_a_later_round_removes(
        self, monkeypatch: pytest.MonkeyPatch, alice: User
    ) -> None:
        monkeypatch.setattr(trash_emptying, "AT_ONCE", 2)
        ids = artworks_of(alice, 5)
        trash_artworks(owner=alice, artworks=ids)
        empty_trash_of(owner=alice)
        assert not Artwork.with_trash.in_trash().exists()
        assert Artwork.with_trash.count() == 3
        empty_trash()
        empty_trash()
        assert not Artwork.with_trash.exists()

    def test_keeps_the_decision_of_a_moderator(self, artwork: Artwork) -> None:
        hide_artwork(artwork=artwork)
        delete(artwork)
        empty_trash_of(owner=artwork.owner)
        assert HiddenPicture.objects.count() == 1

    def test_lets_a_download_end(self, client: Client, artwork: Artwork) -> None:
        whole = read(client.get(reverse("artwork-file", args=[artwork.pk, "full"])))
        answer: Any = client.get(reverse("artwork-file", args=[artwork.pk, "full"]))
        pieces = iter(answer.streaming_content)
        begun = next(pieces)
        delete(artwork)
        empty_trash_of(owner=artwork.owner)
        assert not default_storage.exists(str(artwork.file.name))
        assert begun + b"".join(pieces) == whole

    def test_frees_the_storage_of_uploaded_pictures(
        self, settings: Settings, media_root: Path, alice: User
    ) -> None:
        def send(seed: int) -> Artwork:
            file = picture_bytes(make_picture(seed=seed))
            return upload_artwork(owner=alice, file=_file(file), rights="own-work")[0]

        first = send(1)
        settings.ARTWORKS_MAX_BYTES_PER_USER = first.bytes + 100
        delete(first)
        with pytest.raises(Exception, match="empty the trash"):
            send(2)
        # The same picture again is that one.
        assert send(1) == first
        delete(first)
        empty_trash_of(owner=alice)
        assert send(2).pk != first.pk


def _file(data: bytes) -> Any:
    return SimpleUploadedFile("a.png", data)
