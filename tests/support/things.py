"""The things of one user that the tables of access name in their addresses."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from accounts.models import User
from accounts.tokens import create_token
from gallery.galleries import add_to_gallery, create_gallery
from gallery.models import Artwork, Gallery, Notice
from gallery.services import keep_artwork, publish_artwork
from gallery.shares import create_link
from gallery.trash import trash_artworks, trash_gallery
from inference.services.batches import submit_batch
from inference.services.jobs import cancel_job
from style_transfer.core.spec import TransferSpec
from tests.support.clients import ALL_SCOPES
from tests.support.factories import (
    developable_job,
    finished_job,
    make_job,
    make_mask,
    make_own_style,
    make_photo,
    make_revision_row,
    make_sheet,
    make_sketch,
    make_style,
    make_tile,
)


def kept(owner: User) -> Artwork:
    """Return a private artwork with a style that has no conditions."""
    return keep_artwork(job=finished_job(owner), title="Evening")


def token_of(owner: User) -> Any:
    """Return the id of a token of `owner`."""
    return create_token(owner=owner, name="phone", scopes=ALL_SCOPES)[0].pk


def sheet_with_a_tile(owner: User) -> Any:
    """Return the id of a proof sheet with one tile."""
    sheet = make_sheet(owner, styles=[make_style("tried")])
    make_tile(sheet.photo, sheet.styles.get())
    return sheet.pk


def batch_of_one(owner: User) -> Any:
    """Return the id of a batch with one job."""
    photos, styles = [make_photo(owner)], [make_style("batched")]
    batch, _ = submit_batch(owner=owner, photos=photos, styles=styles, spec=TransferSpec())
    return batch.pk


def trashed(owner: User) -> Any:
    """Return the id of an artwork in the trash, which was public."""
    artwork = publish_artwork(artwork=kept(owner), license="CC0-1.0")
    trash_artworks(owner=owner, artworks=[artwork.pk])
    return artwork.pk


def ended(owner: User) -> Any:
    """Return the id of a gallery in the trash, which was public."""
    gallery = create_gallery(owner=owner, title="Sea", visibility="public")
    trash_gallery(gallery=gallery)
    return gallery.pk


def filled(owner: User) -> Any:
    """Return the id of a public gallery with a public and a private artwork."""
    gallery = create_gallery(owner=owner, title="Sea", visibility="public")
    public = publish_artwork(artwork=kept(owner), license="CC0-1.0")
    add_to_gallery(gallery=gallery, artworks=[public.pk, kept(owner).pk])
    return gallery.pk


def revision_of(owner: User) -> str:
    """Return the part of an address that names a revision."""
    revision = make_revision_row(developable_job(owner))
    return f"{revision.job_id}/revisions/{revision.pk}"


# The objects of the owner, by their names in the addresses. A row makes only those that it names.
THINGS: dict[str, Callable[[User], Any]] = {
    "token": token_of,
    "photo": lambda owner: make_photo(owner).pk,
    "mask": lambda owner: make_mask(make_photo(owner)).pk,
    "job": lambda owner: make_job(owner).pk,
    "done": lambda owner: finished_job(owner).pk,
    "made": lambda owner: developable_job(owner).pk,
    "revision": revision_of,
    "canceled": lambda owner: cancel_job(job=make_job(owner)).pk,
    "batch": batch_of_one,
    "sheet": sheet_with_a_tile,
    "sketch": lambda owner: make_sketch(owner).pk,
    "fresh": lambda _owner: uuid4(),
    "style": lambda owner: make_own_style(owner, license="CC0-1.0").slug,
    "private": lambda owner: kept(owner).pk,
    "public": lambda owner: publish_artwork(artwork=kept(owner), license="CC0-1.0").pk,
    "developed": lambda owner: keep_artwork(job=developable_job(owner)).pk,
    "trashed": trashed,
    "notice": lambda owner: Notice.objects.create(owner=owner, kind="liked", about=str(uuid4())).pk,
    "ended": ended,
    "gallery": lambda owner: create_gallery(owner=owner, title="Sea").pk,
    "share": lambda owner: create_link(thing=kept(owner)).pk,
    "shared": lambda owner: create_link(thing=kept(owner)).token,
    "shared_gallery": lambda owner: create_link(thing=Gallery.objects.get(pk=filled(owner))).token,
    "filled": filled,
    "open": lambda owner: create_gallery(owner=owner, title="Sea", visibility="public").pk,
}
NO_THINGS = dict.fromkeys(THINGS, uuid4()) | {"revision": f"{uuid4()}/revisions/{uuid4()}"}
