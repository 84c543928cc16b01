"""Links that show one artwork or one gallery to everybody who has the address."""

import secrets
import uuid
from datetime import datetime, timedelta
from typing import Final, Self, cast

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from gallery.models.artworks import Artwork
from gallery.models.galleries import Gallery

TOKEN_BYTES: Final = 16
TOKEN_LENGTH: Final = 22
PRESET_DAYS: Final = 30


def new_link_token() -> str:
    """Return a new random token of 128 bits, as a part of an address."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def preset_end() -> datetime:
    """Return when a link ends whose owner chose no other time."""
    return timezone.now() + timedelta(days=PRESET_DAYS)


class ShareLinkQuerySet(models.QuerySet["ShareLink"]):
    """Reads of share links."""

    def owned_by(self, user: object) -> Self:
        """Keep the links of `user` that were not revoked. Those that ended can be prolonged.

        While the artwork or the gallery is in the trash, its links are not listed.
        """
        mine = self.filter(owner=user) if isinstance(user, User) else self.none()
        return mine.listed()

    def working(self) -> Self:
        """Keep the links that visitors can open now."""
        is_over = Q(expires_at__lte=timezone.now())
        return self.listed().filter(owner__is_active=True).exclude(is_over)

    def listed(self) -> Self:
        """Leave out those that were revoked, and those to what is in the trash."""
        return self.filter(revoked_at=None, artwork__trashed_at=None, gallery__trashed_at=None)

    def with_things(self) -> Self:
        """Fetch the owner, and the artwork or the gallery, in one query."""
        return self.select_related("owner", "artwork__owner", "gallery__owner", "gallery__cover")


class ShareLink(models.Model):
    """A link to one artwork or one gallery, for visitors without an account.

    WORKS ──time──> EXPIRED ──a later end──> WORKS
    WORKS, EXPIRED ──revoke──> REVOKED
    """

    class Size(models.IntegerChoices):
        """The largest side in px of what visitors may download."""

        SMALL = 1280, _("1280 px")
        MEDIUM = 2048, _("2048 px")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # Not a hash: the owner copies the address again later. It opens nothing that this database and
    # its files do not hold anyway.
    token = models.CharField(
        max_length=TOKEN_LENGTH, unique=True, default=new_link_token, editable=False
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="share_links"
    )
    artwork = models.ForeignKey(
        Artwork, on_delete=models.CASCADE, null=True, blank=True, related_name="share_links"
    )
    gallery = models.ForeignKey(
        Gallery, on_delete=models.CASCADE, null=True, blank=True, related_name="share_links"
    )
    # The hash of the password; empty without one.
    password = models.CharField(max_length=128, blank=True, editable=False)
    allows_download = models.BooleanField(default=True)
    # Null means the full picture.
    max_side = models.PositiveIntegerField(choices=Size, null=True, blank=True)
    shows_photo = models.BooleanField(default=False)
    shows_recipe = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now)
    # Null means that it never ends by itself.
    expires_at = models.DateTimeField(null=True, blank=True, default=preset_end)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)
    opened = models.PositiveIntegerField(default=0, editable=False)
    last_opened_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ShareLinkQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["owner", "-created_at"], name="share_link_owner_newest")]
        constraints = [
            models.CheckConstraint(
                name="share_link_names_one_thing",
                condition=Q(artwork__isnull=True) ^ Q(gallery__isnull=True),
            ),
            models.CheckConstraint(
                name="share_link_ends_after_it_begins",
                condition=Q(expires_at__isnull=True) | Q(expires_at__gt=F("created_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.thing} ({self.token[:4]}…)"

    def get_absolute_url(self) -> str:
        return reverse("share", kwargs={"token": self.token})

    @property
    def thing(self) -> Artwork | Gallery:
        """What the link shows."""
        # The constraint of the table says that it is one of them.
        return cast("Artwork | Gallery", self.artwork or self.gallery)

    @property
    def is_expired(self) -> bool:
        """Whether its time is over."""
        return self.expires_at is not None and self.expires_at <= timezone.now()

    @property
    def works(self) -> bool:
        """Whether visitors can open it now."""
        return self.revoked_at is None and not self.is_expired and self.owner.is_active
