"""The decisions of moderators. Each belongs to a picture, not to the artwork that shows it.

An owner may delete a hidden artwork and keep the same result again, paint it again from the same
request, or continue its painting for some more steps. All of these count as the same picture: by
the bytes of the result, or by the painting.
"""

from uuid import UUID

from django.db import transaction
from django.db.models import Q

from accounts.models import User
from common.locks import lock_until_commit
from gallery.models import Artwork, HiddenPicture
from gallery.notices import tell_of_decision


def was_hidden(*, sha256: str, painting: UUID | None) -> bool:
    """Tell whether a moderator has hidden this picture. Nobody decides before the transaction ends.

    This must be called before the transaction locks an artwork: a decision takes the same lock
    first, then the rows of the artworks.
    """
    _lock(sha256, painting)
    return HiddenPicture.objects.filter(_same_picture(sha256, painting)).exists()


@transaction.atomic
def hide_artwork(*, artwork: Artwork, by: User | None = None) -> Artwork:
    """Hide the picture of `artwork` from the public gallery. Its owner still sees the artwork."""
    _lock(artwork.sha256, artwork.painting)
    HiddenPicture.objects.get_or_create(sha256=artwork.sha256, painting=artwork.painting)
    return _moderate(artwork, Artwork.Moderation.HIDDEN, by)


@transaction.atomic
def show_artwork(*, artwork: Artwork, by: User | None = None) -> Artwork:
    """Show the picture of a hidden `artwork` in the public gallery again."""
    _lock(artwork.sha256, artwork.painting)
    HiddenPicture.objects.filter(_same_picture(artwork.sha256, artwork.painting)).delete()
    return _moderate(artwork, Artwork.Moderation.VISIBLE, by)


def _lock(sha256: str, painting: UUID | None) -> None:
    # Always in this order, so that two decisions do not wait for each other.
    lock_until_commit(f"moderation of {sha256}")
    lock_until_commit(f"moderation of painting {painting}")


def _moderate(artwork: Artwork, decision: Artwork.Moderation, by: User | None) -> Artwork:
    """Write the decision into every artwork that shows the same picture, and tell the owners."""
    same = Q(pk=artwork.pk) | _same_picture(artwork.sha256, artwork.painting)
    told = list(Artwork.objects.filter(same).exclude(moderation=decision))
    # Also in the trash, from which its owner may restore it.
    Artwork.with_trash.filter(same).update(moderation=decision)
    is_hidden = decision == Artwork.Moderation.HIDDEN
    tell_of_decision(artworks=told, is_hidden=is_hidden, by=by)
    artwork.moderation = decision
    return artwork


def _same_picture(sha256: str, painting: UUID | None) -> Q:
    """Return the condition for rows of the same bytes or the same painting."""
    # Artworks that are older than the column `sha256` have none. Two of those may differ.
    bytes_ = Q(sha256=sha256) if sha256 else Q(pk__in=[])
    return bytes_ | Q(painting=painting) if painting else bytes_
