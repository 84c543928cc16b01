"""Notices by mail: what each user wants, and the mails that wait for the mail server."""

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class MailMode(models.TextChoices):
    """Whether a user gets notices of a kind by mail, and when."""

    DIGEST = "digest", _("Once a day")
    AT_ONCE = "at_once", _("At once")
    OFF = "off", _("No email")


class NoticeChoice(models.Model):
    """What a user chose for one kind of notice. Without a row it is the daily digest."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notice_choices"
    )
    kind = models.CharField(max_length=20)
    mode = models.CharField(max_length=10, choices=MailMode)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "kind"], name="notice_choice_once")]

    def __str__(self) -> str:
        return f"{self.kind}: {self.mode}"


class NoticeMailQuerySet(models.QuerySet["NoticeMail"]):
    """Reads of mails; gallery/mailing/queue.py has the statements of the queue."""

    def waiting(self) -> Self:
        """Keep those that no process holds."""
        return self.filter(state=NoticeMail.State.QUEUED)


class NoticeMail(models.Model):
    """One mail with the notices that name it. A process sends it while it holds its lease.

        QUEUED ──claim──> RUNNING ──> SENT
          ^                  ├──────> DROPPED (there is nothing left to say)
          └──not sent, lost──┴──────> FAILED (refused too often)

    As with jobs, each write of the holder names the lease, so a process that lost it changes
    nothing.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting")
        RUNNING = "running", _("Being sent")
        SENT = "sent", _("Sent")
        DROPPED = "dropped", _("Not needed")
        FAILED = "failed", _("Failed")

    ACTIVE = (State.QUEUED, State.RUNNING)

    # It is the Message-ID, too: if it must be sent again, mail programs see that it is the same.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notice_mails"
    )
    mode = models.CharField(max_length=10, choices=MailMode)
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    attempt = models.PositiveSmallIntegerField(default=0)
    # How often the mail server was away when it was the turn of this mail.
    delays = models.PositiveSmallIntegerField(default=0)
    is_held_up = models.BooleanField(
        default=False, help_text=_("Whether it waits until the mail server answers again.")
    )
    lease = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(default=timezone.now)
    completed_at = models.DateTimeField(null=True, blank=True)

    objects = NoticeMailQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["state", "created_at"], name="notice_mail_state"),
            models.Index(fields=["owner", "-created_at"], name="notice_mail_newest"),
        ]
        constraints = [
            models.CheckConstraint(
                name="notice_mail_running_has_lease",
                condition=Q(state="running", lease__isnull=False, lease_until__isnull=False)
                | (~Q(state="running") & Q(lease__isnull=True, lease_until__isnull=True)),
            ),
            models.CheckConstraint(
                name="notice_mail_ended_has_time",
                condition=Q(state__in=["queued", "running"], completed_at__isnull=True)
                | (~Q(state__in=["queued", "running"]) & Q(completed_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.mode} mail, {self.state}"

    @property
    def held(self) -> NoticeMailQuerySet:
        """The row of this mail, while it is held under the lease that it was claimed with."""
        return NoticeMail.objects.filter(pk=self.pk, state=self.State.RUNNING, lease=self.lease)
