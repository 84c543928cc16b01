"""What is done with several selected artworks of one user: add to a gallery, and publish."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from accounts.models import User
from gallery.descriptions import proposed_alt_text
from gallery.galleries import add_to_gallery, create_gallery
from gallery.licensing import decide
from gallery.models import Artwork, Gallery
from gallery.services import LicenseRefused, StyleWithdrawn, publish_artwork


@dataclass(frozen=True)
class Publishable:
    """What can be published together: these artworks, under one of these licenses."""

    artworks: list[Artwork]
    licenses: tuple[str, ...]
    others: list[Artwork]


@transaction.atomic
def add_selection(
    *, owner: User, artworks: Sequence[UUID], gallery: Gallery | None, title: str = ""
) -> tuple[Gallery, int]:
    """Put `artworks` in `gallery`, or in a new one. Return it and how many were not in it before.

    Raises what `create_gallery` and `add_to_gallery` raise; then no gallery is made.
    """
    target = gallery or create_gallery(owner=owner, title=title)
    return target, add_to_gallery(gallery=target, artworks=artworks)


def publishable_together(artworks: Iterable[Artwork]) -> Publishable:
    """Return which of `artworks` can be published together, and under which licenses.

    An artwork is among the others if it is public already, or if it has no license in common with
    those before it.
    """
    together: list[Artwork] = []
    others: list[Artwork] = []
    licenses: tuple[str, ...] = ()
    for artwork in artworks:
        own = decide(artwork).publishable
        common = tuple(each for each in own if not together or each in licenses)
        if artwork.visibility == Artwork.Visibility.PRIVATE and common:
            together.append(artwork)
            licenses = common
        else:
            others.append(artwork)
    return Publishable(together, licenses, others)


def publish_selection(
    *,
    artworks: Iterable[Artwork],
    license: str,  # noqa: A002  # the name of the model's field
) -> int:
    """Publish each artwork under `license`, and return how many everybody sees now."""
    public = 0
    for artwork in artworks:
        # A refusal is about one artwork. The others can still be published.
        with suppress(LicenseRefused, StyleWithdrawn):
            # The photo beside it stays as it is, and so does a description.
            published = publish_artwork(
                artwork=artwork,
                license=license,
                alt_text=artwork.alt_text or proposed_alt_text(artwork),
                shows_before=artwork.shows_before,
            )
            public += published.is_public
    return public
