"""Share links at each stage of their life, for the table of pages and media files."""

from datetime import timedelta
from typing import Any, NamedTuple

from django.utils import timezone

from accounts.models import User
from gallery.galleries import add_to_gallery, create_gallery
from gallery.models import Artwork, ShareLink
from gallery.services import keep_artwork
from gallery.shares import create_link, revoke_link
from tests.support.factories import finished_job


class Shared(NamedTuple):
    """A share link: its token, and with the format `file` the address of its artwork in it."""

    link: ShareLink
    artwork: Artwork

    def __format__(self, kind: str) -> str:
        return self.link.token + (f"/artworks/{self.artwork.pk}" if kind == "file" else "")


def shared(owner: User, **how: Any) -> Shared:
    """Return a link to a private artwork."""
    artwork = keep_artwork(job=finished_job(owner), title="Evening")
    return Shared(create_link(thing=artwork, **how), artwork)


def shared_gallery(owner: User) -> Shared:
    """Return a link to a private gallery with a private artwork."""
    artwork, gallery = (
        keep_artwork(job=finished_job(owner), title="Evening"),
        create_gallery(owner=owner, title="Sea"),
    )
    add_to_gallery(gallery=gallery, artworks=[artwork.pk])
    return Shared(create_link(thing=gallery), artwork)


def expired(owner: User) -> Shared:
    made = timezone.now() - timedelta(days=40)
    link = shared(owner)
    ended = made + timedelta(days=30)
    ShareLink.objects.filter(pk=link.link.pk).update(created_at=made, expires_at=ended)
    return link


def revoked(owner: User) -> Shared:
    gone = shared(owner)
    revoke_link(link=gone.link)
    return gone
