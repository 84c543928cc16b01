"""Links to artworks and galleries: made, changed, revoked and counted."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from gallery import shares
from gallery.galleries import (
    add_to_gallery,
    change_gallery,
    create_gallery,
    delete_gallery,
    hide_gallery,
)
from gallery.models import Artwork, Gallery, ShareLink
from gallery.moderation import hide_artwork
from gallery.services import delete_artwork
from gallery.shares import (
    EndsInThePast,
    HiddenByModerator,
    NothingToShare,
    PrivateUseOnly,
    TooManyLinks,
    change_link,
    count_visit,
    create_link,
    opens_by_link,
    revoke_link,
)
from gallery.trash import restore, trash_artworks, trash_gallery
from styleweb.settings import PASSWORD_HASHERS
from tests.gallery.test_galleries import artworks_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def artwork(alice: User) -> Artwork:
    """Return a private artwork of alice."""
    return Artwork.objects.get(pk=artworks_of(alice, 1)[0])


@pytest.fixture
def gallery(alice: User) -> Gallery:
    """Return an empty private gallery of alice."""
    return create_gallery(owner=alice, title="Sea")


def test_ends_after_thirty_days_and_shows_no_photo(artwork: Artwork) -> None:
    link = create_link(thing=artwork)
    assert link.expires_at is not None
    assert abs(link.expires_at - timezone.now() - timedelta(days=30)) < timedelta(minutes=1)
    assert (link.owner_id, link.artwork, link.gallery) == (artwork.owner_id, artwork, None)
    assert (link.shows_photo, link.shows_recipe, link.password) == (False, True, "")
    assert (link.opened, link.last_opened_at) == (0, None)


def test_has_a_token_of_128_random_bits(artwork: Artwork) -> None:
    tokens = {create_link(thing=artwork).token for _ in range(20)}
    assert len(tokens) == 20
    assert {len(token) for token in tokens} == {22}


def test_keeps_only_the_hash_of_the_password(gallery: Gallery, settings: Settings) -> None:
    settings.PASSWORD_HASHERS = PASSWORD_HASHERS
    link = create_link(thing=gallery, password="sea and sky")
    assert link.password.startswith("argon2$argon2id$")
    assert "sea" not in link.password


@pytest.mark.parametrize("seconds", [-1, 0])
def test_cannot_end_in_the_past(artwork: Artwork, seconds: int) -> None:
    end = timezone.now() + timedelta(seconds=seconds)
    with pytest.raises(EndsInThePast):
        create_link(thing=artwork, expires_at=end)
    link = create_link(thing=artwork)
    with pytest.raises(EndsInThePast):
        change_link(link=link, expires_at=end)


def test_needs_rights_that_allow_others_to_see_it(artwork: Artwork) -> None:
    artwork.origin, artwork.rights = Artwork.Origin.UPLOADED, "unknown-rights"
    artwork.job = None
    artwork.save()
    with pytest.raises(PrivateUseOnly):
        create_link(thing=artwork)
    assert not ShareLink.objects.exists()


def test_does_not_show_what_a_moderator_has_hidden(artwork: Artwork, gallery: Gallery) -> None:
    hide_artwork(artwork=artwork)
    hide_gallery(gallery=gallery)
    things: list[Any] = [artwork, Gallery.objects.get()]
    for thing in things:
        with pytest.raises(HiddenByModerator):
            create_link(thing=thing)


def test_needs_something_that_is_still_there(artwork: Artwork, gallery: Gallery) -> None:
    delete_artwork(artwork=Artwork.objects.get())
    delete_gallery(gallery=Gallery.objects.get())
    things: list[Any] = [artwork, gallery]
    for thing in things:
        with pytest.raises(NothingToShare):
            create_link(thing=thing)


def test_has_a_limit(artwork: Artwork, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shares, "MAX_LINKS", 2)
    first = create_link(thing=artwork)
    create_link(thing=artwork)
    with pytest.raises(TooManyLinks):
        create_link(thing=artwork)
    revoke_link(link=first)
    assert create_link(thing=artwork)


def test_counts_only_what_its_owner_can_revoke(
    artwork: Artwork, gallery: Gallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shares, "MAX_LINKS", 1)
    create_link(thing=artwork)
    trash_artworks(owner=artwork.owner, artworks=[artwork.pk])
    create_link(thing=gallery)
    with pytest.raises(TooManyLinks):
        create_link(thing=gallery)


def test_does_not_work_while_its_thing_is_in_the_trash(artwork: Artwork, gallery: Gallery) -> None:
    add_to_gallery(gallery=gallery, artworks=[artwork.pk])
    create_link(thing=artwork)
    create_link(thing=gallery)
    assert ShareLink.objects.working().count() == 2
    trash_gallery(gallery=gallery)
    assert ShareLink.objects.working().get().artwork == artwork
    trash_artworks(owner=artwork.owner, artworks=[artwork.pk])
    assert not ShareLink.objects.working().exists()
    assert not opens_by_link(artwork)
    restore(owner=artwork.owner, galleries=[gallery.pk], artworks=[artwork.pk])
    assert ShareLink.objects.working().count() == 2


def test_does_not_work_while_the_account_is_closed(artwork: Artwork) -> None:
    create_link(thing=artwork)
    User.objects.filter(pk=artwork.owner_id).update(is_active=False)
    assert not ShareLink.objects.working().exists()
    User.objects.filter(pk=artwork.owner_id).update(is_active=True)
    assert ShareLink.objects.working().exists()


def test_changes_only_the_given_values(artwork: Artwork) -> None:
    link = create_link(thing=artwork, password="sea and sky")
    change_link(link=link, shows_photo=True)
    row = ShareLink.objects.get()
    assert (row.shows_photo, row.password) == (True, link.password)
    change_link(link=link, password="")
    assert ShareLink.objects.get().password == ""


def test_is_revoked_once(artwork: Artwork) -> None:
    link = create_link(thing=artwork)
    revoke_link(link=link)
    first = ShareLink.objects.get().revoked_at
    revoke_link(link=link)
    assert ShareLink.objects.get().revoked_at == first
    assert not ShareLink.objects.owned_by(artwork.owner).exists()
    assert not ShareLink.objects.working().exists()


def test_counts_visits_at_the_same_time(artwork: Artwork) -> None:
    one = create_link(thing=artwork)
    other = ShareLink.objects.get()
    count_visit(link=one)
    count_visit(link=other)
    row = ShareLink.objects.get()
    assert row.opened == 2
    assert row.last_opened_at is not None


def test_names_exactly_one_thing(artwork: Artwork, gallery: Gallery) -> None:
    for wrong in ({}, {"artwork": artwork, "gallery": gallery}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ShareLink.objects.create(owner=artwork.owner, **wrong)


class TestGallery:
    def test_says_that_people_with_a_link_see_it(self, gallery: Gallery) -> None:
        first, second = create_link(thing=gallery), create_link(thing=gallery)
        assert Gallery.objects.get().visibility == "link"
        revoke_link(link=first)
        assert Gallery.objects.get().visibility == "link"
        revoke_link(link=second)
        assert Gallery.objects.get().visibility == "private"

    def test_stays_public(self, gallery: Gallery) -> None:
        change_gallery(gallery=gallery, visibility="public")
        revoke_link(link=create_link(thing=gallery))
        assert Gallery.objects.get().visibility == "public"

    @pytest.mark.parametrize(("visibility", "left"), [("private", 0), ("link", 1), ("public", 1)])
    def test_loses_its_links_when_only_its_owner_may_see_it(
        self, gallery: Gallery, artwork: Artwork, visibility: str, left: int
    ) -> None:
        create_link(thing=artwork)
        create_link(thing=gallery)
        change_gallery(gallery=gallery, visibility=visibility)
        assert ShareLink.objects.working().filter(gallery=gallery).count() == left
        assert ShareLink.objects.working().filter(artwork=artwork).exists()


def test_knows_whether_a_link_shows_an_artwork(artwork: Artwork, gallery: Gallery) -> None:
    add_to_gallery(gallery=gallery, artworks=[artwork.pk])
    things: list[Any] = [artwork, gallery]
    for thing in things:
        assert not opens_by_link(artwork)
        link = create_link(thing=thing)
        assert opens_by_link(artwork)
        revoke_link(link=link)
