"""A link that does not show the recipe: no file that a visitor gets with it tells the recipe."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from gallery.access import Viewer
from gallery.archives import _entry
from gallery.models import Artwork, ShareLink
from gallery.services import delete_artwork, keep_artwork, rename_artwork
from gallery.shares import change_link, create_link
from gallery.verification import Verdict, verify_picture
from style_transfer.imaging.metadata.passport import read_passport
from tests.support.factories import finished_job, make_style

pytestmark = pytest.mark.django_db
FORMS = [
    *("preview", "thumb", "link-preview", "full", "full/?download=1"),
    *("full/?download=1&format=webp", "full/?download=1&format=jpeg&size=1080&caption=1"),
]


@pytest.fixture
def artwork(media_root: Path, alice: User) -> Artwork:
    """Return an artwork of alice."""
    assert media_root.is_dir()
    return keep_artwork(job=finished_job(alice, size=(1200, 80), styles=[make_style()]))


def link_to(artwork: Artwork, **values: Any) -> ShareLink:
    """Return a link to the artwork."""
    return create_link(thing=artwork, allows_download=True, **values)


def sent(link: ShareLink, artwork: Artwork, form: str) -> bytes:
    """Return a file that a visitor gets."""
    variant, _slash, query = form.partition("/")
    address = reverse(
        "share-file", kwargs={"token": link.token, "pk": artwork.pk, "variant": variant}
    )
    response = Client().get(f"{address}{query}")
    assert response.status_code == 200, form
    return bytes(response.getvalue())


def files_in(folder: Path) -> int:
    """Return how many files are in a folder and below it."""
    return sum(1 for each in folder.rglob("*") if each.is_file())


def told(data: bytes) -> dict[str, Any]:
    """Return what the passport in a file says."""
    passport = read_passport(data)
    assert passport is not None
    assert passport.is_signed
    return passport.facts


def test_tells_the_recipe_as_the_link_allows(artwork: Artwork) -> None:
    open_link, closed = link_to(artwork), link_to(artwork, shows_recipe=False)
    for form in FORMS:
        assert told(sent(open_link, artwork, form))["recipe"]["spec"], form
        withheld = sent(closed, artwork, form)
        assert "recipe" not in told(withheld), form
        found = verify_picture(file=BytesIO(withheld), viewer=Viewer(None), who="x")
        assert found.verdict is Verdict.UNCHANGED, form
    # From the next request on.
    change_link(link=open_link, shows_recipe=False)
    assert "recipe" not in told(sent(ShareLink.objects.get(pk=open_link.pk), artwork, "preview"))


def test_tells_no_recipe_in_an_archive(artwork: Artwork, rf: Any) -> None:
    request = rf.get("/")
    viewer = Viewer(None, link_to(artwork, shows_recipe=False))
    with _entry(request, 1, artwork, viewer).open() as file:
        assert "recipe" not in told(file.read())
    with _entry(request, 1, artwork, Viewer(artwork.owner)).open() as file:
        assert told(file.read())["recipe"]


def test_leaves_no_file_behind(
    artwork: Artwork, media_root: Path, django_capture_on_commit_callbacks: Any
) -> None:
    closed = link_to(artwork, shows_recipe=False)
    before = files_in(media_root / "artworks")
    for form in FORMS:
        sent(closed, artwork, form)
    assert files_in(media_root / "artworks") >= before + len(set(FORMS)) - 1
    with django_capture_on_commit_callbacks(execute=True):
        rename_artwork(artwork=artwork, title="Storm")
    assert files_in(media_root / "artworks") == before
    fresh = Artwork.objects.get(pk=artwork.pk)
    sent(closed, fresh, "preview")
    with django_capture_on_commit_callbacks(execute=True):
        delete_artwork(artwork=fresh)
    assert files_in(media_root / "artworks") == 0
