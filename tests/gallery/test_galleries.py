"""Galleries: made, filled, put in order, changed and deleted; what is wrong changes nothing."""

from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, transaction

from accounts.models import User
from gallery.access import NOBODY, Action, Viewer, can
from gallery.galleries import (
    MAX_ITEMS,
    ArtworkTwice,
    GalleryChanged,
    GalleryFull,
    SlugEmpty,
    SlugTaken,
    TitleEmpty,
    TooManyGalleries,
    UnknownArtwork,
    add_to_gallery,
    arrange_gallery,
    change_gallery,
    create_gallery,
    delete_gallery,
    hide_gallery,
    show_gallery,
)
from gallery.models import Artwork, Gallery, GalleryItem
from gallery.services import delete_artwork
from tests.support.races import together

pytestmark = pytest.mark.django_db


def artworks_of(owner: User, count: int) -> list[UUID]:
    """Return the ids of new private artworks. Galleries never open their files."""
    files = {"file": "artworks/a.jpg", "preview": "artworks/a.webp", "thumb": "artworks/b.webp"}
    rows = [Artwork(owner=owner, width=3, height=2, bytes=1, **files) for _ in range(count)]
    return [row.pk for row in Artwork.objects.bulk_create(rows)]


def order_of(gallery: Gallery) -> list[UUID]:
    return [*gallery.items.order_by("position").values_list("artwork", flat=True)]


@pytest.fixture
def gallery(alice: User) -> Gallery:
    """Return a gallery of alice with three artworks."""
    made = create_gallery(owner=alice, title="Sea")
    add_to_gallery(gallery=made, artworks=artworks_of(alice, 3))
    return made


class TestCreate:
    def test_is_private_and_empty(self, alice: User) -> None:
        gallery = create_gallery(owner=alice, title="  Sea \x07and sky ")
        assert (gallery.title, gallery.slug, gallery.visibility) == (
            "Sea and sky",
            "sea-and-sky",
            "private",
        )
        assert order_of(gallery) == []

    @pytest.mark.parametrize(
        ("title", "slug"), [("海與天空", "海與天空"), ("Ölberg!", "ölberg"), ("★ 星", "星")]
    )
    def test_makes_a_slug_in_every_script(self, alice: User, title: str, slug: str) -> None:
        assert create_gallery(owner=alice, title=title).slug == slug

    def test_makes_a_slug_without_letters_and_for_equal_titles(
        self, alice: User, bob: User
    ) -> None:
        slugs = [create_gallery(owner=alice, title="★").slug for _ in range(3)]
        assert slugs == ["gallery", "gallery-2", "gallery-3"]
        assert create_gallery(owner=bob, title="★").slug == "gallery"

    def test_takes_a_slug_in_chinese(self, alice: User) -> None:
        assert create_gallery(owner=alice, title="Sea", slug="海 與 天空").slug == "海-與-天空"

    def test_refuses_what_cannot_be_seen(self, alice: User) -> None:
        with pytest.raises(TitleEmpty):
            create_gallery(owner=alice, title="\u200b\x00 ")
        with pytest.raises(SlugEmpty):
            create_gallery(owner=alice, title="Sea", slug="!?")
        assert not Gallery.objects.exists()

    def test_refuses_a_slug_that_is_used(self, gallery: Gallery, bob: User) -> None:
        with pytest.raises(SlugTaken):
            create_gallery(owner=gallery.owner, title="Other", slug="Sea")
        assert create_gallery(owner=bob, title="Other", slug="Sea").slug == "sea"

    def test_has_a_limit(self, alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("gallery.galleries.MAX_GALLERIES", 1)
        create_gallery(owner=alice, title="One")
        with pytest.raises(TooManyGalleries):
            create_gallery(owner=alice, title="Two")


class TestChange:
    def test_changes_only_what_is_given(self, gallery: Gallery) -> None:
        stale = Gallery.objects.get(pk=gallery.pk)
        change_gallery(gallery=gallery, title="Lakes", text="Of the north")
        change_gallery(gallery=stale, layout="labels")
        row = Gallery.objects.get()
        assert (row.title, row.text, row.layout, row.slug) == (
            "Lakes",
            "Of the north",
            "labels",
            "sea",
        )

    def test_keeps_its_place_while_it_is_public(self, gallery: Gallery) -> None:
        first = change_gallery(gallery=gallery, visibility="public").published_at
        assert first is not None
        assert change_gallery(gallery=gallery, visibility="public").published_at == first
        assert change_gallery(gallery=gallery, visibility="private").published_at is None

    def test_keeps_its_own_slug(self, gallery: Gallery) -> None:
        assert change_gallery(gallery=gallery, slug="sea").slug == "sea"

    def test_takes_a_cover_only_from_its_artworks(self, gallery: Gallery, alice: User) -> None:
        inside, outside = order_of(gallery)[1], artworks_of(alice, 1)[0]
        change_gallery(gallery=gallery, cover=Artwork.objects.get(pk=inside))
        with pytest.raises(UnknownArtwork):
            change_gallery(gallery=gallery, cover=Artwork.objects.get(pk=outside))
        assert Gallery.objects.get().cover_id == inside


class TestItems:
    def test_adds_at_the_end_and_each_once(self, gallery: Gallery, alice: User) -> None:
        before, more = order_of(gallery), artworks_of(alice, 2)
        version = gallery.version
        assert add_to_gallery(gallery=gallery, artworks=[before[1], *more, more[0]]) == 2
        assert order_of(gallery) == [*before, *more]
        assert gallery.version == version + 1
        assert add_to_gallery(gallery=gallery, artworks=more) == 0

    def test_may_be_in_several_galleries(self, gallery: Gallery) -> None:
        other = create_gallery(owner=gallery.owner, title="Best")
        add_to_gallery(gallery=other, artworks=order_of(gallery))
        delete_gallery(gallery=other)
        assert len(order_of(gallery)) == 3

    def test_takes_a_new_order_and_takes_out_the_others(self, gallery: Gallery) -> None:
        first, second, third = order_of(gallery)
        change_gallery(gallery=gallery, cover=Artwork.objects.get(pk=second))
        arrange_gallery(gallery=gallery, artworks=[third, first], version=gallery.version)
        assert order_of(gallery) == [third, first]
        assert gallery.cover is None
        assert Artwork.objects.count() == 3

    @pytest.mark.parametrize("wrong", ["of another user", "unknown", "twice", "too many"])
    def test_refuses_wrong_artworks_and_changes_nothing(
        self, gallery: Gallery, bob: User, wrong: str
    ) -> None:
        before = order_of(gallery)
        more, refusal = {
            "of another user": (artworks_of(bob, 1), UnknownArtwork),
            "unknown": ([uuid4()], UnknownArtwork),
            "twice": (before[:1], ArtworkTwice),
            "too many": ([uuid4() for _ in range(MAX_ITEMS)], GalleryFull),
        }[wrong]
        version = gallery.version
        with pytest.raises(refusal):
            arrange_gallery(gallery=gallery, artworks=[*before, *more], version=version)
        if wrong != "twice":
            with pytest.raises(refusal):
                add_to_gallery(gallery=gallery, artworks=more)
        assert order_of(gallery) == before
        assert Gallery.objects.get().version == version

    def test_refuses_an_order_made_from_an_older_one(self, gallery: Gallery) -> None:
        first, second, third = order_of(gallery)
        seen = gallery.version
        arrange_gallery(gallery=gallery, artworks=[third, second, first], version=seen)
        with pytest.raises(GalleryChanged):
            arrange_gallery(gallery=gallery, artworks=[second, first], version=seen)
        assert order_of(gallery) == [third, second, first]

    def test_adds_nothing_to_a_gallery_that_was_just_deleted(
        self, gallery: Gallery, alice: User
    ) -> None:
        Gallery.objects.get().delete()
        with pytest.raises(GalleryChanged):
            add_to_gallery(gallery=gallery, artworks=artworks_of(alice, 1))

    def test_loses_an_artwork_that_is_deleted(self, gallery: Gallery) -> None:
        first, second, third = order_of(gallery)
        change_gallery(gallery=gallery, cover=Artwork.objects.get(pk=second))
        delete_artwork(artwork=Artwork.objects.get(pk=second))
        assert order_of(gallery) == [first, third]
        row = Gallery.objects.with_summary(public_only=False).get()
        assert (row.cover, row.face, row.size) == (None, first, 2)

    def test_the_database_keeps_each_artwork_and_each_place_once(self, gallery: Gallery) -> None:
        first = gallery.items.order_by("position")[0]
        for artwork, position in ((first.artwork_id, 9), (artworks_of(gallery.owner, 1)[0], 0)):
            with pytest.raises(IntegrityError), transaction.atomic():
                GalleryItem.objects.create(gallery=gallery, artwork_id=artwork, position=position)


@pytest.mark.django_db(transaction=True)
def test_takes_one_of_two_orders_at_the_same_time(gallery: Gallery) -> None:
    order, seen = order_of(gallery), gallery.version

    def arrange(wish: list[UUID]) -> str:
        try:
            arrange_gallery(gallery=Gallery.objects.get(pk=gallery.pk), artworks=wish, version=seen)
        except GalleryChanged as refusal:
            return refusal.code
        return "done"

    wishes = [order[::-1], order[1:] + order[:1]]
    answers = together(*(lambda wish=wish: arrange(wish) for wish in wishes))
    assert sorted(map(str, answers)) == ["done", "gallery_changed"]
    assert order_of(gallery) == wishes[answers.index("done")]


def test_shows_visitors_what_is_public(gallery: Gallery, bob: User) -> None:
    first, second, third = order_of(gallery)
    Artwork.objects.filter(pk__in=[second, third]).update(
        visibility="public", license="CC0-1.0", published_at=gallery.created_at
    )
    change_gallery(gallery=gallery, cover=Artwork.objects.get(pk=first))
    assert not can(Viewer(bob), Action.VIEW, gallery)
    assert not can(Viewer(bob), Action.VIEW, change_gallery(gallery=gallery, visibility="link"))
    change_gallery(gallery=gallery, visibility="public")
    assert can(NOBODY, Action.VIEW, gallery)
    assert not can(Viewer(bob), Action.CHANGE, gallery)
    seen = Gallery.objects.public().with_summary(public_only=True).get()
    # The cover is private, so the first public artwork stands for the gallery.
    assert (seen.face, seen.size) == (second, 2)


def test_is_hidden_by_a_moderator_until_it_is_shown_again(gallery: Gallery) -> None:
    change_gallery(gallery=gallery, visibility="public")
    hide_gallery(gallery=gallery)
    change_gallery(gallery=Gallery.objects.get(), visibility="private")
    change_gallery(gallery=Gallery.objects.get(), visibility="public")
    assert not can(NOBODY, Action.VIEW, Gallery.objects.get())
    assert can(Viewer(gallery.owner), Action.VIEW, Gallery.objects.get())
    show_gallery(gallery=gallery)
    assert can(NOBODY, Action.VIEW, Gallery.objects.get())
