"""The trash while something else happens to the same artwork."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.storage import default_storage

from accounts.models import User
from gallery.galleries import add_to_gallery, change_gallery, create_gallery
from gallery.models import Artwork, Gallery, TrashedItem
from gallery.services import keep_artwork, publish_artwork
from gallery.trash_emptying import delete_trashed_artwork
from tests.gallery.test_galleries import artworks_of, order_of
from tests.gallery.test_trash import delete, restored
from tests.support.factories import finished_job, make_style
from tests.support.races import together

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


RACES: list[tuple[str, Callable[[Artwork], object], Callable[[Artwork], object]]] = [
    ("delete-twice", delete, delete),
    ("restore-twice", restored, restored),
    ("restore-and-empty", restored, lambda each: delete_trashed_artwork(artwork=each)),
    ("restore-and-delete", restored, delete),
]


@pytest.mark.parametrize(("name", "one", "other"), RACES, ids=[race[0] for race in RACES])
def test_ends_whole_in_whatever_order(
    name: str,
    one: Callable[[Artwork], object],
    other: Callable[[Artwork], object],
    artwork: Artwork,
    gallery: Gallery,
) -> None:
    order = order_of(gallery)
    if name != "delete-twice":
        delete(artwork)
    together(lambda: one(artwork), lambda: other(artwork))
    left = Artwork.with_trash.filter(pk=artwork.pk).first()
    assert Artwork.with_trash.count() == (3 if left else 2)
    if left is None or left.is_trashed:
        assert artwork.pk not in order_of(gallery)
    else:
        assert order_of(gallery) == order
        assert default_storage.exists(str(left.file.name))
    assert TrashedItem.objects.count() == (1 if left and left.is_trashed else 0)


def test_is_deleted_while_it_is_published(artwork: Artwork) -> None:
    answers = together(
        lambda: _outcome(lambda: publish_artwork(artwork=artwork, license="CC-BY-4.0")),
        lambda: _outcome(lambda: delete(artwork)),
    )
    assert answers[1] is None
    left = Artwork.with_trash.get()
    assert left.is_trashed
    # Whether it was published before or not at all, its file is there to be restored.
    assert default_storage.exists(str(left.file.name))
    assert left.license == ("CC0-1.0" if answers[0] else "CC-BY-4.0")


def _outcome(call: Callable[[], object]) -> str | None:
    """Return the name of the exception that `call` raises."""
    try:
        call()
    except Exception as error:  # noqa: BLE001  # the test compares it
        return type(error).__name__
    return None
