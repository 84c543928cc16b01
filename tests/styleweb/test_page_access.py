"""Who may open what, outside the API: one row for every page and media file.

The rows are compared with the addresses of the site, so an address without a row fails here.
test_api_access.py, test_socket_access.py and test_page_answers.py have the rest.
"""

from collections.abc import Callable, Iterator
from string import Formatter
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver

from accounts.models import User
from gallery.galleries import add_to_gallery, create_gallery, hide_gallery
from gallery.mailing.stop_links import stop_link
from gallery.models import Artwork, Gallery
from gallery.moderation import hide_artwork
from gallery.services import publish_artwork
from inference.models import Job, Worker
from styleweb.urls import urlpatterns
from tests.support.clients import read_out
from tests.support.factories import (
    developable_job,
    finished_job,
    make_revision_row,
    make_sketch,
    make_style,
    make_tile,
)
from tests.support.links import expired, revoked, shared, shared_gallery
from tests.support.page_rows import MEDIA, PAGES, SIGN_IN, Row
from tests.support.things import THINGS, kept
from tests.support.worlds import World, browser_of, each_row, make_users, rolled_back, shared_world

BODY = {"license": "CC0-1.0"}


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


def masked(owner: User) -> Any:
    """Return the id of a picture whose mask was kept."""
    job = developable_job(owner)
    Job.objects.filter(pk=job.pk).update(painted=job.result, fitted_mask=job.preview)
    return job.pk


MADE: dict[str, Callable[[User], Any]] = {
    **THINGS,
    "worker": lambda _owner: Worker.objects.create(name="celery@studio", host="studio", pid=1).pk,
    "masked": masked,
    "link": lambda owner: shared(owner).link.pk,
    "shared": shared,
    "shared_gallery": shared_gallery,
    "locked": lambda owner: shared(owner, password="sea and sky"),
    "expired": expired,
    "revoked": revoked,
    "stop_token": lambda owner: stop_link(owner).split("/")[-2],
    "hidden": lambda owner: hide_artwork(artwork=published(owner)).pk,
    "closed_slug": lambda owner: create_gallery(owner=owner, title="Sea").slug,
    "open_slug": lambda owner: opened(owner).slug,
    "hidden_slug": lambda owner: hidden_gallery(owner).slug,
    "with_photo": lambda owner: published(owner, shows_before=True).pk,
    "version": lambda owner: make_revision_row(developable_job(owner)).pk,
    "drawn": lambda owner: make_sketch(owner).pk,
    "tile": lambda owner: make_tile(finished_job(owner).photo, make_style("tried")).pk,
}


def names(patterns: list[Any] = urlpatterns) -> Iterator[str]:
    """Yield the name of each address outside the API and the admin site."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            if str(pattern.pattern) not in {"api/v1/", "admin/"}:
                yield from names(pattern.url_patterns)
        elif isinstance(pattern, URLPattern):
            yield str(pattern.name)


def needed(row: Row) -> frozenset[str]:
    """Return the names of the things that the address of a row names."""
    named = {name for _text, name, *_format in Formatter().parse(row.address)}
    return frozenset(MADE.keys() & named)


def make_world(names: frozenset[str]) -> World:
    """Make the users, and the things of the owner."""
    users = make_users()
    owner = users["owner"]
    assert owner is not None
    make_style("great-wave")
    make_style("sketch", state="draft")
    things = {name: make(owner) for name, make in MADE.items() if name in names}
    return World({name: browser_of(user) for name, user in users.items()}, things)


def ask(client: Client, row: Row, address: str) -> Any:
    return client.get(address) if row.method == "get" else client.post(address, BODY)


def named(row: Row) -> str:
    return f"{row.method}-{row.address}"


world = shared_world(make_world)
# Open to all who have the link, or made new for each of them.
KEPT_BY_NOBODY = {"share-file", "share-archive", "gallery-archive"}


def test_has_a_row_for_every_address() -> None:
    rows = {row.name for row in PAGES + MEDIA}
    # A middleware answers the health checks, before the addresses of the site are read.
    assert rows == {*names(), "healthz", "readyz"}


@pytest.mark.django_db
@pytest.mark.usefixtures("wakeups")
@each_row(PAGES + MEDIA, needed, named)
def test_answers_each_user(row: Row, world: World) -> None:
    address = row.address.format(**world.things)
    for column, visitor in world.visitors.items():
        with rolled_back():
            response: Any = ask(visitor.visit(), row, address)
            assert response.status_code == getattr(row, column), column
            leads_home = {"set_language", "account_logout", "trying-delete"}
            if column == "nobody" and response.status_code == 302 and row.name not in leads_home:
                assert response["Location"].startswith(SIGN_IN)
            if row in MEDIA and response.status_code == 200:
                is_public = row.nobody == 200 and row.name not in KEPT_BY_NOBODY
                kept_by = "public" if is_public else "private, no-store"
                assert response["Cache-Control"].startswith(kept_by)
            read_out(response)
