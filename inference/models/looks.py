"""How pictures that were made here look, so that a copy without its passport is recognized."""

from typing import Any, Self

from django.db import models
from django.db.models import Q

from inference.models.jobs import Job
from inference.models.revisions import Revision
from style_transfer.imaging.perceptual_hash import SAME, TILTS, difference, picture_of, tilts_of

# More rows than this have the same large shapes only if they show the same picture.
_MOST_COMPARED = 500


class LookQuerySet(models.QuerySet[Any]):
    """Reads of looks."""

    def near(self, perceptual_hash: str, most: int) -> list[Any]:
        """Return at most `most` rows that look the same, the nearest first.

        Nothing looks like a text that is not a perceptual hash.
        """
        if picture_of(perceptual_hash) is None:
            return []
        # Two pictures that look the same cannot differ more than this in any of the columns, so
        # the index leaves only a few rows to compare. One is for rounding.
        ranges = Q()
        for name, value in zip(TILTS, tilts_of(perceptual_hash), strict=True):
            ranges &= Q(**{f"{name}__range": (value - SAME - 1, value + SAME + 1)})
        found = self.filter(ranges)[:_MOST_COMPARED]
        measured = [(difference(perceptual_hash, row.perceptual_hash), row) for row in found]
        close = [pair for pair in measured if pair[0] <= SAME]
        return [row for _how_far, row in sorted(close, key=lambda pair: (pair[0], pair[1].pk))][
            :most
        ]


class PictureLook(models.Model):
    """The perceptual hash of a picture on white, and what an index can search of it."""

    perceptual_hash = models.CharField(max_length=400)
    level = models.SmallIntegerField()
    across = models.SmallIntegerField()
    down = models.SmallIntegerField()
    warmth = models.SmallIntegerField()

    objects = LookQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.perceptual_hash[:12]

    @classmethod
    def of(cls, perceptual_hash: str, **owner: Any) -> Self:
        """Return a new row, which is not saved."""
        values = dict(zip(TILTS, tilts_of(perceptual_hash), strict=True))
        return cls(perceptual_hash=perceptual_hash, **values, **owner)


class ResultLook(PictureLook):
    """How the result of a job looks, or a revision of it. It is deleted with the job."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="looks")
    revision = models.OneToOneField(
        Revision, on_delete=models.CASCADE, null=True, related_name="look"
    )

    class Meta:
        indexes = [models.Index(fields=TILTS, name="result_look")]
