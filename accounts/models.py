"""Users, the tokens that sign in their apps, and tickets for sockets."""

import hashlib
import secrets
import uuid
from typing import Self

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

TOKEN_MARK = "sw_"  # noqa: S105  # with this mark, scanners can recognize a leaked token


class User(AbstractUser):
    """A user. The email address is unique. The user signs in with the name or the address."""

    email = models.EmailField(_("email address"), unique=True)
    display_name = models.CharField(_("display name"), max_length=80, blank=True)
    # When a job of this user last started. The queue serves the user with the oldest time first.
    last_served_at = models.DateTimeField(null=True, blank=True, editable=False)

    def __str__(self) -> str:
        return self.public_name

    @property
    def public_name(self) -> str:
        """The name that is shown beside published artworks."""
        return self.display_name or self.username


class Scope(models.TextChoices):
    """What a token may do. To read needs the `read` scope, to change needs the `write` scope."""

    PHOTOS_READ = "photos:read", _("View my photos")
    PHOTOS_WRITE = "photos:write", _("Upload and delete photos")
    JOBS_READ = "jobs:read", _("View my jobs and results")
    JOBS_WRITE = "jobs:write", _("Create and cancel jobs")
    ARTWORKS_READ = "artworks:read", _("View my pictures")
    ARTWORKS_WRITE = "artworks:write", _("Save, publish and delete pictures")


def token_digest(token: str) -> str:
    """Return the SHA-256 of `token`. Only this hash is stored, never the token."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_token() -> str:
    """Return a new random token of 256 bits."""
    return TOKEN_MARK + secrets.token_urlsafe(32)


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    """Reads of tokens."""

    def active(self) -> Self:
        """Keep the tokens that can sign in: not revoked, and of active users."""
        return self.filter(revoked_at=None, owner__is_active=True)

    def matching(self, token: str) -> Self:
        """Keep the active token with the hash of `token`, if it exists."""
        return self.active().filter(digest=token_digest(token))


class ApiToken(models.Model):
    """A key for an app. It is stored as a hash, shown once, and limited to its scopes."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=80)
    prefix = models.CharField(
        max_length=12, help_text=_("The first characters of the token, to identify it.")
    )
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField(default=timezone.now)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = ApiTokenQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"


class SocketTicket(models.Model):
    """Opens one socket within half a minute, with the rights of its session or API token."""

    digest = models.CharField(max_length=64, primary_key=True)
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    session_key = models.CharField(max_length=40, blank=True)
    token = models.ForeignKey(ApiToken, on_delete=models.CASCADE, null=True, related_name="+")
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.owner_id} until {self.expires_at:%H:%M:%S}"
