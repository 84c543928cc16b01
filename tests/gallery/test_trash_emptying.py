"""The trash is emptied of what one owner deleted, or of what was in it long enough."""

from collections.abc import Callable

import pytest

from accounts.models import User
from gallery import trash_emptying
from gallery.galleries import create_gallery
from gallery.models import Artwork, Gallery
from gallery.services import delete_artwork
from gallery.tasks import empty_trash
from gallery.trash import trash_artworks, trash_gallery
from gallery.trash_emptying import (
    LONG_AGO,
    empty_trash_of,
    empty_trash_of_artworks,
    empty_trash_of_galleries,
)
from tests.gallery.test_galleries import artworks_of

pytestmark = pytest.mark.django_db(transaction=True)
ALL = [empty_trash_of, empty_trash_of_artworks, empty_trash_of_galleries]


@pytest.mark.parametrize("empty", ALL, ids=lambda each: each.__name__)
def test_leaves_the_trash_of_others_to_the_next_round(
    empty: Callable[..., None], alice: User, bob: User
) -> None:
    trash_artworks(owner=bob, artworks=artworks_of(bob, 1))
    trash_gallery(gallery=create_gallery(owner=bob, title="South"))
    Artwork.with_trash.update(trashed_at=LONG_AGO)
    Gallery.with_trash.update(trashed_at=LONG_AGO)
    trash_artworks(owner=alice, artworks=artworks_of(alice, 1))
    trash_gallery(gallery=create_gallery(owner=alice, title="North"))
    empty(owner=alice)
    for rows, skipped in (
        (Artwork.with_trash, empty_trash_of_galleries),
        (Gallery.with_trash, empty_trash_of_artworks),
    ):
        assert rows.filter(owner=bob).count() == 1
        assert rows.filter(owner=alice).count() == (empty is skipped)
    empty_trash()
    assert not Artwork.with_trash.filter(owner=bob).exists()
    assert not Gallery.with_trash.filter(owner=bob).exists()


def test_goes_on_after_an_artwork_that_cannot_be_deleted(
    alice: User, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    broken, *_others = ids = artworks_of(alice, 3)

    def delete(*, artwork: Artwork) -> None:
        if artwork.pk == broken:
            raise OSError(5, "Input/output error")
        delete_artwork(artwork=artwork)

    with monkeypatch.context() as patch:
        patch.setattr(trash_emptying, "delete_artwork", delete)
        trash_artworks(owner=alice, artworks=ids)
        trash_gallery(gallery=create_gallery(owner=alice, title="North"))
        empty_trash_of(owner=alice)
        empty_trash()
    assert [each.pk for each in Artwork.with_trash.all()] == [broken]
    assert not Gallery.with_trash.exists()
    assert f"Artwork {broken} could not be deleted" in caplog.text
    assert "Input/output error" in caplog.text
    empty_trash()
    assert not Artwork.with_trash.exists()
