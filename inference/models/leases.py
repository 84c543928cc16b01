"""Work that a worker holds by a lease."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class LeasedWork(models.Model):
    """Work that a worker does while it holds a lease, which it renews with every heartbeat.

    Each write of that worker names the lease. A worker that lost it (another attempt holds the
    work) changes nothing. The changes themselves stand in inference/queue/leases.py.
    """

    seq = models.PositiveIntegerField(default=1)
    # Its place among all that changed for its owner, and the `seq` at which it was given that
    # place (inference/live/change_log.py).
    number = models.PositiveBigIntegerField(default=0, editable=False)
    numbered_seq = models.PositiveIntegerField(default=0, editable=False)
    attempt = models.PositiveSmallIntegerField(default=0)
    lease = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    ticket_at = models.DateTimeField(
        default=timezone.now, help_text=_("When the last task message was sent.")
    )
    started_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True
