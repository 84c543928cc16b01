"""All writes to share links: create, change, revoke, and the count of their visits.

A link is created under the lock of the galleries of its owner, which the deletion of artworks and
galleries also takes. So a link never names something that is gone.
"""

from datetime import datetime
from typing import Any, ClassVar, Final

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gallery.galleries import lock_galleries
from gallery.licensing import decide
from gallery.models import Artwork, Gallery, ShareLink
from gallery.notices import forget_link_end
from gallery.refusals import FieldRefused

MAX_LINKS: Final = 500


class LinkRefused(FieldRefused):
    """A link cannot be like this."""


class PrivateUseOnly(LinkRefused):
    """Nobody but the owner may see the picture, because of the rights of its styles."""

    code = "private_use_only"
    sentence = _("This picture is for your own use only. Its rights do not allow you to share it.")


class HiddenByModerator(LinkRefused):
    """Nobody but the owner sees it, because a moderator decided so."""

    code = "hidden_by_moderator"
    sentence = _("A moderator has hidden this. It cannot be shared.")


class NothingToShare(LinkRefused):
    """The artwork or the gallery was deleted at the same time."""

    code = "nothing_to_share"
    sentence = _("This was deleted. Reload the page.")


class EndsInThePast(LinkRefused):
    """A link cannot end before now."""

    code = "ends_in_the_past"
    sentence = _("Choose a time in the future.")


class TooManyLinks(Exception):
    """The user has as many links as one may have."""

    code = "too_many_links"
    status: ClassVar[int] = 409

    def __init__(self) -> None:
        super().__init__(_("You have 500 links, which is the limit. Revoke one first."))


def create_link(*, thing: Artwork | Gallery, password: str = "", **values: Any) -> ShareLink:
    """Create a link to `thing`. It ends after 30 days, unless `values` say otherwise.

    Raises `LinkRefused` or `TooManyLinks`.
    """
    _check_end(values.get("expires_at"))
    # Hashing is slow, and a transaction makes other writers wait.
    hashed = make_password(password) if password else ""
    name = "artwork" if isinstance(thing, Artwork) else "gallery"
    with transaction.atomic():
        lock_galleries(thing.owner_id)
        if not type(thing).objects.filter(pk=thing.pk).exists():
            raise NothingToShare(name)
        if refusal := why_not(thing):
            raise refusal
        # Only those that the owner can see, and so revoke.
        if ShareLink.objects.owned_by(thing.owner).count() >= MAX_LINKS:
            raise TooManyLinks
        if isinstance(thing, Gallery):
            _set_visibility(thing, Gallery.Visibility.PRIVATE, Gallery.Visibility.LINK)
        row = {name: thing, "owner_id": thing.owner_id, "password": hashed, **values}
        made: ShareLink = ShareLink.objects.create(**row)
    return made


def why_not(thing: Artwork | Gallery) -> LinkRefused | None:
    """Return why `thing` cannot be shown to others, or None if it can."""
    if thing.is_hidden:
        return HiddenByModerator("artwork" if isinstance(thing, Artwork) else "gallery")
    if isinstance(thing, Artwork) and not decide(thing).publishable:
        return PrivateUseOnly("artwork")
    return None


def _check_end(expires_at: datetime | None) -> None:
    if expires_at is not None and expires_at <= timezone.now():
        raise EndsInThePast("expires_at")


def change_link(*, link: ShareLink, password: str | None = None, **values: Any) -> ShareLink:
    """Change the given values of `link`. An empty `password` removes the password.

    Raises `LinkRefused`.
    """
    if password is not None:
        values["password"] = make_password(password) if password else ""
    _check_end(values.get("expires_at"))
    with transaction.atomic():
        # Only the given fields are saved: another request may change the others at the same time.
        ShareLink.objects.filter(pk=link.pk).update(**values)
        if values.get("expires_at", link.expires_at) != link.expires_at:
            forget_link_end(link=link)
    for name, value in values.items():
        setattr(link, name, value)
    return link


@transaction.atomic
def revoke_link(*, link: ShareLink) -> None:
    """End `link` from the next request on, for ever. A second call keeps the time of the first."""
    lock_galleries(link.owner_id)
    ShareLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=timezone.now())
    gallery = link.gallery
    if gallery and not gallery.share_links.filter(revoked_at=None).exists():
        _set_visibility(gallery, Gallery.Visibility.LINK, Gallery.Visibility.PRIVATE)


def revoke_links_to(*, artwork: Artwork) -> None:
    """End all links to `artwork` for ever, also while it is in the trash.

    The caller holds the lock of the galleries of its owner.
    """
    ShareLink.objects.filter(artwork=artwork, revoked_at=None).update(revoked_at=timezone.now())


def _set_visibility(gallery: Gallery, old: str, new: str) -> None:
    """Change who sees the gallery, if that is still `old`."""
    if Gallery.objects.filter(pk=gallery.pk, visibility=old).update(visibility=new):
        gallery.visibility = new


def opens_by_link(artwork: Artwork) -> bool:
    """Tell whether a link that works shows `artwork`, by itself or in a gallery."""
    names = Q(artwork=artwork) | Q(gallery__artworks=artwork)
    return ShareLink.objects.working().filter(names).exists()


def count_visit(*, link: ShareLink) -> None:
    """Note that a visitor opened the page of `link` now."""
    ShareLink.objects.filter(pk=link.pk).update(
        opened=F("opened") + 1, last_opened_at=timezone.now()
    )
