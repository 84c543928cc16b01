"""People as others see them: what they published, and the picture that stands for them."""

from typing import ClassVar

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from gallery.access import NOBODY, Action, Viewer, can
from gallery.models import Artwork, ArtworkQuerySet, Avatar, Gallery, GalleryQuerySet


class AvatarNotPublic(Exception):
    """Everybody would see the picture, and it is not public."""

    code = "avatar_not_public"
    status: ClassVar[int] = 409

    def __init__(self) -> None:
        super().__init__(_("Only a published picture can be your profile picture."))


def find_person(name: str, viewer: Viewer) -> User:
    """Return the user with this name. Raises Http404 if there is nothing that `viewer` may see.

    A user who published nothing is only found by that user, so that names cannot be guessed.
    """
    person = get_object_or_404(User.objects.named(name), is_active=True)
    if viewer.user != person and not artworks_of(person).exists():
        raise Http404
    return person


def artworks_of(person: User) -> ArtworkQuerySet:
    """Return the artworks that `person` published."""
    return Artwork.objects.in_public_gallery().filter(owner=person)


def galleries_of(person: User) -> GalleryQuerySet:
    """Return the public galleries of `person` that have something in them."""
    mine = Gallery.objects.public().filter(owner=person)
    return mine.with_summary(public_only=True).not_empty()


def avatar_of(person: User) -> Artwork | None:
    """Return the artwork that stands for `person`, unless it is no longer public."""
    avatar = Avatar.objects.filter(owner=person).select_related("artwork").first()
    return avatar.artwork if avatar and can(NOBODY, Action.VIEW, avatar.artwork) else None


def set_avatar(*, artwork: Artwork) -> None:
    """Let `artwork` stand for its owner. Raises `AvatarNotPublic`."""
    if not can(NOBODY, Action.VIEW, artwork):
        raise AvatarNotPublic
    Avatar.objects.update_or_create(owner_id=artwork.owner_id, defaults={"artwork": artwork})


def remove_avatar(*, owner: User) -> None:
    """Let no picture stand for `owner`."""
    Avatar.objects.filter(owner=owner).delete()
