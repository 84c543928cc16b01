"""Notices: what happened to the things of a user while the user was away."""

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User

MAX_TITLE = 160


class NoticeQuerySet(models.QuerySet["Notice"]):
    """Reads of notices."""

    def owned_by(self, user: object) -> Self:
        """Keep the notices of `user`."""
        return self.filter(owner=user) if isinstance(user, User) else self.none()

    def unread(self) -> Self:
        """Keep what its owner has not read."""
        return self.filter(read_at=None)


class Notice(models.Model):
    """A notice. What happens again to the same thing is the same notice, which is new again.

    UNREAD ──read──> READ ──it happens again──> UNREAD
    """

    class Kind(models.TextChoices):
        LIKED = "liked", _("A picture was liked")
        HIDDEN = "hidden", _("A picture was hidden")
        SHOWN = "shown", _("A picture is visible again")
        GALLERY_HIDDEN = "gallery_hidden", _("A gallery was hidden")
        GALLERY_SHOWN = "gallery_shown", _("A gallery is visible again")
        BATCH_DONE = "batch_done", _("A batch is done")
        STYLE_WITHDRAWN = "style_withdrawn", _("A style was withdrawn")
        LINK_EXPIRES = "link_expires", _("A link expires")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices"
    )
    kind = models.CharField(max_length=20, choices=Kind)
    # The id of the thing, which may be deleted by now. The notice keeps its title.
    about = models.CharField(max_length=40)
    title = models.CharField(max_length=MAX_TITLE, blank=True)
    # How many likes are new, or how many pictures a batch has.
    count = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)
    # Since when it waits to be mailed, and the mail that took it (gallery/mailing).
    waits_since = models.DateTimeField(null=True, editable=False)
    mail = models.ForeignKey(
        "NoticeMail", on_delete=models.SET_NULL, null=True, editable=False, related_name="notices"
    )

    objects = NoticeQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["owner", "-created_at"], name="notice_newest"),
            models.Index(
                fields=["owner"], condition=models.Q(read_at__isnull=True), name="notice_unread"
            ),
            models.Index(
                fields=["waits_since"],
                condition=models.Q(waits_since__isnull=False),
                name="notice_waits",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["owner", "kind", "about"], name="notice_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.about}"
