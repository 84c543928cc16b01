"""What is kept or uploaded again while it is in the trash comes back as a new private picture."""

import io
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from gallery.galleries import add_to_gallery, change_gallery, create_gallery
from gallery.models import Artwork, Gallery, ShareLink, TrashedItem
from gallery.services import keep_artwork, out_of_trash, publish_artwork
from gallery.shares import create_link, opens_by_link
from gallery.uploads import upload_artwork
from tests.gallery.test_galleries import artworks_of, order_of
from tests.gallery.test_trash import delete, restored
from tests.gallery.test_views import client_of
from tests.support.factories import finished_job, make_picture, make_style, picture_bytes

pytestmark = pytest.mark.django_db(transaction=True)


def uploaded(owner: User) -> Artwork:
    file = io.BytesIO(picture_bytes(make_picture(seed=4)))
    return upload_artwork(owner=owner, file=file, rights="own-work")[0]


@pytest.fixture(params=["kept", "uploaded"])
def artwork(request: pytest.FixtureRequest, media_root: Path, alice: User) -> Artwork:
    """Return a public artwork of alice, which is the cover of a gallery and has a link."""
    assert media_root.is_dir()
    if request.param == "kept":
        made = keep_artwork(job=finished_job(alice, styles=[make_style()]), title="Sea")
    else:
        made = uploaded(alice)
    made = publish_artwork(artwork=made, license="CC0-1.0")
    gallery = create_gallery(owner=alice, title="North", visibility="public")
    add_to_gallery(gallery=gallery, artworks=[made.pk, *artworks_of(alice, 1)])
    change_gallery(gallery=gallery, cover=made)
    create_link(thing=gallery)
    create_link(thing=made)
    return made


def make_again(artwork: Artwork) -> Artwork:
    """Keep or upload the same picture again."""
    return keep_artwork(job=artwork.job) if artwork.job else uploaded(artwork.owner)


def test_is_seen_by_its_owner_only(client: Client, artwork: Artwork) -> None:
    shared = ShareLink.objects.get(artwork=artwork).get_absolute_url()
    assert client.get(shared).status_code == 200
    delete(artwork)
    again = make_again(artwork)
    assert (again.pk, again.visibility, again.published_at) == (artwork.pk, "private", None)
    assert artwork.pk not in order_of(Gallery.objects.get())
    assert Gallery.objects.get().cover is None
    assert not TrashedItem.objects.exists()
    assert client.get(shared).status_code == 410
    assert not opens_by_link(again)
    # The link to the gallery is not a link to this picture.
    assert ShareLink.objects.working().get().gallery is not None
    assert client.get(artwork.get_absolute_url()).status_code == 404


def test_stays_as_it_is_when_it_was_restored_at_the_same_time(artwork: Artwork) -> None:
    delete(artwork)
    stale = Artwork.with_trash.get(pk=artwork.pk)
    restored(artwork)
    assert out_of_trash(stale) == artwork
    assert Artwork.objects.get(pk=artwork.pk).is_public
    assert artwork.pk in order_of(Gallery.objects.get())
    assert opens_by_link(artwork)


@pytest.mark.parametrize("artwork", ["kept"], indirect=True)
def test_page_says_so(artwork: Artwork) -> None:
    delete(artwork)
    keep = reverse("artwork-keep", args=[artwork.job_id])
    page = client_of(artwork.owner).post(keep, follow=True)
    assert "Saved. Only you can see it." in page.text
    assert not Artwork.objects.get(pk=artwork.pk).galleries.exists()
