"""Users, the tokens that sign in their apps, and tickets for sockets."""

import hashlib
import secrets
import uuid
from collections.abc import Mapping
from typing import Any, ClassVar, Self, cast

from django.conf import settings
from django.contrib.auth.models import AbstractUser, UserManager
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.names import (
    clean_display_name,
    name_key,
    name_look,
    normalize_email,
    normalize_name,
    refuse_bad_username,
)
from common.search import searchable

TOKEN_MARK = "sw_"  # noqa: S105  # with this mark, scanners can recognize a leaked token


# The columns that `save` computes from another one.
_DERIVED: Mapping[str, tuple[str, ...]] = {
    "username": ("username_key", "username_look", "search_name"),
    "display_name": ("display_look", "search_name"),
}


class PeopleManager(UserManager["User"]):
    """Finds users by any spelling of their names."""

    use_in_migrations = False

    @classmethod
    def normalize_email(cls, email: str | None) -> str:
        """Return the spelling of an address that is stored."""
        return normalize_email(email or "")

    def named(self, name: str) -> models.QuerySet["User"]:
        """Keep the user with this name, in whatever spelling."""
        return self.filter(username_key=name_key(name))

    def people(self) -> models.QuerySet["User"]:
        """Keep the users who have an account: no guests."""
        return self.filter(is_guest=False)

    def looking_like(self, name: str) -> models.QuerySet["User"]:
        """Keep the users whose username or display name a reader takes for `name`."""
        look = name_look(name)
        return self.filter(models.Q(username_look=look) | models.Q(display_look=look))

    def find_by_login(self, login: str) -> "User | None":
        """Return the user with this email address or, if there is none, with this name."""
        login = login.strip()
        by_email = self.filter(email=normalize_email(login)).first()
        return by_email or self.named(login).first()

    def get_by_natural_key(self, username: str | None) -> "User":
        """Return the user with this name. Commands of Django use it."""
        return self.named(username or "").get()


class User(AbstractUser):
    """A user. The email address is unique. The user signs in with the name or the address.

    All spellings of a name have one key, and names that look the same have one look. `save` keeps
    both up to date.
    """

    email = models.EmailField(_("email address"), unique=True)
    # Compatibility normalization and case folding can make a name several times as long.
    username_key = models.CharField(max_length=600, unique=True, editable=False)
    username_look = models.CharField(max_length=600, db_index=True, editable=False)
    display_name = models.CharField(_("display name"), max_length=80, blank=True)
    display_look = models.CharField(max_length=320, db_index=True, blank=True, editable=False)
    # Both names, as the search of the public gallery compares them.
    search_name = models.TextField(blank=True, default="", editable=False)
    about = models.CharField(_("about"), max_length=160, blank=True)
    # The language that the user chose last, for mails.
    language = models.CharField(max_length=10, blank=True, default="", editable=False)
    # When a job of this user last started. The queue serves the user with the oldest time first.
    last_served_at = models.DateTimeField(null=True, blank=True, editable=False)
    # Somebody who tries the site without an account (accounts/guests.py), and the account that got
    # the photo and the picture.
    is_guest = models.BooleanField(default=False, editable=False)
    adopted_by = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, editable=False, related_name="+"
    )

    objects: ClassVar[PeopleManager] = PeopleManager()

    class Meta(AbstractUser.Meta):
        constraints = [
            # An inactive user is refused by every way to sign in.
            models.CheckConstraint(
                name="guest_never_signs_in",
                condition=models.Q(is_guest=False)
                | models.Q(is_active=False, is_staff=False, is_superuser=False),
            ),
            models.CheckConstraint(
                name="only_guests_are_adopted",
                condition=models.Q(is_guest=True) | models.Q(adopted_by=None),
            ),
        ]
        indexes = [
            models.Index(
                fields=["date_joined"], name="guest_began", condition=models.Q(is_guest=True)
            )
        ]

    def __str__(self) -> str:
        return self.public_name

    @property
    def public_name(self) -> str:
        """The name that is shown beside published artworks."""
        return self.display_name or self.username

    @property
    def mail_language(self) -> str:
        """The language of mails to the user."""
        return self.language or settings.LANGUAGE_CODE

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save the user, each name in the spelling that was checked.

        A new password ends the tokens, as it ends the sessions. Pages, the admin and commands all
        set passwords, and only this method is common to them.
        """
        self.username = normalize_name(self.username)
        self.email = normalize_email(self.email)
        self.username_key, self.username_look = name_key(self.username), name_look(self.username)
        self.display_look = name_look(self.display_name)
        self.search_name = searchable(self.display_name, self.username)
        if (fields := kwargs.get("update_fields")) is not None:
            derived = [each for field in fields for each in _DERIVED.get(field, ())]
            kwargs["update_fields"] = {*fields, *derived}
        with transaction.atomic(using=kwargs.get("using")):
            # Django keeps a new password here until it is saved, but not a new hash of an old one.
            is_changed = getattr(self, "_password", None) is not None
            ended = is_changed or not self.has_usable_password()
            is_new = self._state.adding
            super().save(*args, **kwargs)
            if ended and not is_new:
                self.api_tokens.filter(revoked_at=None).update(revoked_at=timezone.now())

    def clean(self) -> None:
        """Refuse new names that are not allowed. Names from before these rules can stay."""
        super().clean()
        stored = User.objects.filter(pk=self.pk).first()
        for field, check in (
            ("username", self.check_username),
            ("display_name", self.check_display_name),
        ):
            is_new = stored is None or getattr(self, field) != getattr(stored, field)
            # A form leaves out a name that it has refused already.
            if is_new and getattr(self, field):
                try:
                    check()
                except ValidationError as error:
                    raise ValidationError({field: error}) from error

    def check_username(self) -> None:
        """Normalize the name. Raises ValidationError if it is bad, taken, or looks like another."""
        field = cast("models.Field[str, str]", self._meta.get_field("username"))
        self.username = field.clean(normalize_name(self.username), self)
        refuse_bad_username(self.username)
        if User.objects.named(self.username).exclude(pk=self.pk).exists():
            message = _("This username is already taken. Choose another one.")
            raise ValidationError(message, code="username_taken")
        if User.objects.looking_like(self.username).exclude(pk=self.pk).exists():
            message = _("This username looks like the name of another user. Choose another one.")
            raise ValidationError(message, code="username_lookalike")

    def check_display_name(self) -> None:
        """Tidy the name. Raises ValidationError if it cannot be seen or looks like another."""
        self.display_name = clean_display_name(self.display_name)
        alike = User.objects.looking_like(self.display_name).exclude(pk=self.pk)
        if self.display_name and alike.exists():
            message = _("This name looks like the name of another user. Choose another one.")
            raise ValidationError(message, code="display_name_lookalike")


class Scope(models.TextChoices):
    """What a token may do. To read needs the `read` scope, to change needs the `write` scope."""

    PHOTOS_READ = "photos:read", _("View my photos")
    PHOTOS_WRITE = "photos:write", _("Upload and delete photos")
    STYLES_READ = "styles:read", _("View my own styles")
    STYLES_WRITE = "styles:write", _("Add, change and delete my own styles")
    JOBS_READ = "jobs:read", _("View my jobs and results")
    JOBS_WRITE = "jobs:write", _("Create and cancel jobs")
    ARTWORKS_READ = "artworks:read", _("View my pictures")
    ARTWORKS_WRITE = "artworks:write", _("Save, publish and delete pictures")
    GALLERIES_READ = "galleries:read", _("View my galleries")
    GALLERIES_WRITE = "galleries:write", _("Create, change and delete galleries")
    SHARES_READ = "shares:read", _("View my links")
    SHARES_WRITE = "shares:write", _("Create, change and revoke links")
    FAVORITES_READ = "favorites:read", _("View my favorites")
    FAVORITES_WRITE = "favorites:write", _("Like pictures, and change my favorites")


def token_digest(token: str) -> str:
    """Return the SHA-256 of `token`. Only this hash is stored, never the token."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_token() -> str:
    """Return a new random token of 256 bits."""
    return TOKEN_MARK + secrets.token_urlsafe(32)


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    """Reads of tokens."""

    def active(self) -> Self:
        """Keep the tokens that can sign in: not revoked or expired, and of active users."""
        alive = {"revoked_at": None, "expires_at__gt": timezone.now()}
        return self.filter(owner__is_active=True, **alive)

    def matching(self, token: str) -> Self:
        """Keep the active token with the hash of `token`, if it exists."""
        return self.active().filter(digest=token_digest(token))


class ApiToken(models.Model):
    """A key for an app. It is stored as a hash, shown once, and limited to its scopes.

    It ends when it is revoked, when it expires, and with the password of its owner.
    """

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
    expires_at = models.DateTimeField()
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
