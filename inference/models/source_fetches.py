"""Runs that fetch the pictures of masterworks from the museums that have them."""

import uuid
from collections.abc import Mapping
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from inference.models.leases import (
    ACTIVE,
    CRASHED,
    LeasedQuerySet,
    LeasedWork,
    lease_constraints,
)

FETCH_PICTURES = "library.change_style"


class SourceFetchQuerySet(LeasedQuerySet["SourceFetch"]):
    """Reads of these runs; inference/queue/source_fetches.py has the statements of the queue."""

    def visible_to(self, user: object) -> Self:
        """Keep all for the curators of the library, and none for anybody else."""
        may_see = isinstance(user, User) and user.is_staff and user.has_perm(FETCH_PICTURES)
        return self if may_see else self.none()

    def give_up(self, work: "SourceFetch") -> bool:
        """Leave out the masterwork that stopped its worker too often. The run goes on."""
        return work.go_on(self, {"slug": work.next_slug, "code": CRASHED})


class SourceFetch(LeasedWork):
    """A list of masterworks whose pictures a worker fetches one by one.

    Between two pictures the run waits again, so that pictures of users come first.

    QUEUED ──claim──> RUNNING ──last picture──> SUCCEEDED
      │  ^               ├─────────────────────> FAILED
      │  └──next picture─┤
      └──────────────────┴──cancel──> CANCELED
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting")
        RUNNING = "running", _("Fetching")
        SUCCEEDED = "succeeded", _("Done")
        FAILED = "failed", _("Failed")
        CANCELED = "canceled", _("Canceled")

    ACTIVE = (State.QUEUED, State.RUNNING)
    ONLY = 1

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    # At most one run is active: all of them would fetch the same pictures.
    once = models.PositiveSmallIntegerField(default=ONLY, editable=False)
    slugs = models.JSONField(default=list)
    # One entry for each masterwork that is done: its slug, and the code of a refusal or "".
    outcomes = models.JSONField(default=list)

    objects = SourceFetchQuerySet.as_manager()

    class Meta:
        constraints = [
            *lease_constraints(
                "source_fetch", ended=~Q(state__in=ACTIVE) & Q(completed_at__isnull=False)
            ),
            models.UniqueConstraint(
                fields=["once"], name="source_fetch_active_once", condition=Q(state__in=ACTIVE)
            ),
        ]

    def __str__(self) -> str:
        return f"{len(self.outcomes)} of {len(self.slugs)}, {self.state}"

    def go_on(self, held: "LeasedQuerySet[SourceFetch]", outcome: Mapping[str, str]) -> bool:
        """Record the `outcome` of one masterwork in the `held` row, and let it wait again or end.

        Return False when the lease is gone, for example because the run was canceled.
        """
        outcomes: list[Any] = [*self.outcomes, outcome]
        if len(outcomes) >= len(self.slugs):
            return held.end(self.State.SUCCEEDED, outcomes=outcomes)
        # Each has all attempts: a picture that ends its worker must not cost the others theirs.
        return held.requeue(outcomes=outcomes, attempt=0)

    @property
    def is_active(self) -> bool:
        """Whether it waits or runs."""
        return self.state in self.ACTIVE

    @property
    def next_slug(self) -> str:
        """The masterwork that is fetched next, or an empty string after the last."""
        done = len(self.outcomes)
        return str(self.slugs[done]) if done < len(self.slugs) else ""

    @property
    def fetched(self) -> int:
        """How many pictures were fetched."""
        return sum(not each["code"] for each in self.outcomes)

    @property
    def refused(self) -> list[dict[str, str]]:
        """The masterworks whose picture could not be fetched, with the code of the reason."""
        return [each for each in self.outcomes if each["code"]]
