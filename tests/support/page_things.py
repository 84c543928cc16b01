"""The things of one user that the tables of pages and media files name in their addresses."""

from collections.abc import Callable
from string import Formatter
from typing import Any

from allauth.usersessions.models import UserSession
from django.test import Client

from accounts.models import User
from gallery.galleries import add_to_gallery, create_gallery, hide_gallery
from gallery.mailing.stop_links import stop_link
from gallery.models import Artwork, Gallery
from gallery.moderation import hide_artwork
from gallery.services import keep_artwork, publish_artwork
from inference.models import Job, Worker
from tests.support.factories import (
    developable_job,
    finished_job,
    make_revision_row,
    make_sketch,
    make_style,
    make_tile,
)
from tests.support.links import expired, revoked, shared, shared_gallery
from tests.support.page_rows import Row
from tests.support.things import THINGS, kept
from tests.support.worlds import World, browser_of, make_users


def published(owner: User, **how: Any) -> Artwork:
    return publish_artwork(artwork=kept(owner), license="CC0-1.0", **how)


def opened(owner: User) -> Gallery:
    """Return a public gallery with a public and a private artwork."""
    gallery = create_gallery(owner=owner, title="Sea", visibility="public")
    add_to_gallery(gallery=gallery, artworks=[published(owner).pk, kept(owner).pk])
    return gallery


def hidden_gallery(owner: User) -> Gallery:
    gallery = opened(owner)
    hide_gallery(gallery=gallery)
    return gallery


def hidden(owner: User) -> Any:
    """Return the id of a hidden artwork. Artworks with the same picture are hidden with it."""
    artwork = keep_artwork(job=finished_job(owner, seed=1), title="Evening")
    return hide_artwork(artwork=publish_artwork(artwork=artwork, license="CC0-1.0")).pk


def session_of(owner: User) -> Any:
    """Return the id of a session of `owner` on a phone."""
    client = Client()
    client.force_login(owner)
    key, device = client.session.session_key, "Mozilla/5.0 (iPhone) Safari/604.1"
    return UserSession.objects.create(
        user=owner, session_key=key, ip="192.0.2.1", user_agent=device
    ).pk


def masked(owner: User) -> Any:
    """Return the id of a picture whose mask was kept."""
    job = developable_job(owner)
    Job.objects.filter(pk=job.pk).update(painted=job.result, fitted_mask=job.preview)
    return job.pk


PAGE_THINGS: dict[str, Callable[[User], Any]] = {
    **THINGS,
    "worker": lambda _owner: Worker.objects.create(name="celery@studio", host="studio", pid=1).pk,
    "masked": masked,
    "link": lambda owner: shared(owner).link.pk,
    "shared": shared,
    "shared_gallery": shared_gallery,
    "locked": lambda owner: shared(owner, password="sea and sky"),
    "expired": expired,
    "revoked": revoked,
    "session": session_of,
    "stop_token": lambda owner: stop_link(owner).split("/")[-2],
    "hidden": hidden,
    "closed_slug": lambda owner: create_gallery(owner=owner, title="Sea").slug,
    "open_slug": lambda owner: opened(owner).slug,
    "hidden_slug": lambda owner: hidden_gallery(owner).slug,
    "with_photo": lambda owner: published(owner, shows_before=True).pk,
    "version": lambda owner: make_revision_row(developable_job(owner)).pk,
    "drawn": lambda owner: make_sketch(owner).pk,
    "tile": lambda owner: make_tile(finished_job(owner).photo, make_style("tiled")).pk,
}


def needed(row: Row) -> frozenset[str]:
    """Return the names of the things that the address of a row names."""
    named = {name for _text, name, *_format in Formatter().parse(row.address)}
    return frozenset(PAGE_THINGS.keys() & named)


def make_world(names: frozenset[str]) -> World:
    """Make the users, and the things of the owner."""
    users = make_users()
    owner = users["owner"]
    assert owner is not None
    make_style("great-wave")
    make_style("sketch", state="draft")
    things = {name: make(owner) for name, make in PAGE_THINGS.items() if name in names}
    return World({name: browser_of(user) for name, user in users.items()}, things)
