"""Visitors with a share link: which link an address names, and whether its password was given.

A visitor who gave the password gets a key: a signed text that belongs to this link and this
password. A browser keeps it in a cookie of the link's own address, an app sends it in a header.
"""

from hashlib import sha256
from typing import ClassVar, Final

from django.contrib.auth.hashers import check_password
from django.core import signing
from django.http import Http404, HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.login_guard import guard_attempt
from gallery.licensing import private_use_only
from gallery.models import Artwork, Gallery, GalleryItemQuerySet, ShareLink

KEY_SECONDS: Final = 12 * 3600
_signer: Final = signing.TimestampSigner(salt="gallery.visitors")


class LinkEnded(Exception):
    """The link does not work any more."""

    status: ClassVar[int] = 410
    sentence: ClassVar[object] = ""

    def __init__(self) -> None:
        super().__init__(self.sentence)


class LinkExpired(LinkEnded):
    """The time of the link is over."""

    code = "link_expired"
    sentence = _("This link has expired. Ask the person who sent it to you for a new one.")


class LinkRevoked(LinkEnded):
    """The owner of the link turned it off."""

    code = "link_revoked"
    sentence = _("This link was turned off. Ask the person who sent it to you for a new one.")


class LinkLocked(Exception):
    """The link has a password, and the visitor has not given it yet."""

    code = "link_locked"
    status: ClassVar[int] = 403

    def __init__(self, link: ShareLink) -> None:
        super().__init__(_("This link needs a password."))
        self.link = link


class WrongLinkPassword(Exception):
    """The visitor gave another password."""

    code = "wrong_link_password"
    status: ClassVar[int] = 403

    def __init__(self) -> None:
        super().__init__(_("This is not the password of this link."))


def find_link(token: str) -> ShareLink:
    """Return the link with this token. Raises Http404 or `LinkEnded`."""
    link = ShareLink.objects.with_things().filter(token=token).first()
    if link is None or not link.owner.is_active:
        raise Http404
    if link.revoked_at is not None:
        raise LinkRevoked
    if link.is_expired:
        raise LinkExpired
    return link


def open_link(*, token: str, user: object, key: str) -> ShareLink:
    """Return the link with this token if the client may open it. `key` is that of a visitor.

    The owner of a link sees what visitors see, and needs no password for it.
    Raises Http404, `LinkEnded` or `LinkLocked`.
    """
    link = find_link(token)
    if link.password and user != link.owner and not _is_valid(key, link):
        raise LinkLocked(link)
    return link


def items_for_visitors(gallery: Gallery) -> GalleryItemQuerySet:
    """Return what visitors with a link to `gallery` see in it. `can` decides the same for one."""
    visible = Artwork.Moderation.VISIBLE
    items = gallery.items.filter(artwork__moderation=visible)
    return items.exclude(artwork__in=private_use_only(gallery.artworks.all()))


def unlock_link(*, link: ShareLink, password: str, request: HttpRequest) -> str:
    """Return a key for a visitor who knows the password.

    Raises `WrongLinkPassword`, or TooManyAttempts after too many wrong ones.
    """
    if link.password and not guard_attempt(
        f"share link {link.pk}", request, lambda: check_password(password, link.password)
    ):
        raise WrongLinkPassword
    return _signer.sign(_mark(link))


def _is_valid(key: str, link: ShareLink) -> bool:
    try:
        return _signer.unsign(key, max_age=KEY_SECONDS) == _mark(link)
    except signing.BadSignature:
        return False


def _mark(link: ShareLink) -> str:
    """Return what a key says: the link, and its password at that time."""
    return sha256(f"{link.pk}:{link.password}".encode()).hexdigest()
