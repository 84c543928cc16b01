"""How pictures that were made here look, so that a copy without its passport is recognized."""

from typing import TYPE_CHECKING, Any, Self, cast

from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Abs

from inference.models.jobs import Job
from inference.models.revisions import Revision
from style_transfer.imaging.perceptual_hash import SAME, TILTS, differences, picture_of, tilts_of

if TYPE_CHECKING:
    from django.db.models.expressions import Combinable

_MOST_COMPARED = 5000
# Far from every value of a picture.
_NOWHERE = -1000


class LookQuerySet(models.QuerySet[Any]):
    """Reads of looks."""

    def near(self, perceptual_hash: str, most: int) -> list[Any]:
        """Return at most `most` rows that look the same, the nearest first.

        Nothing looks like a text that is not a perceptual hash.
        """
        if picture_of(perceptual_hash) is None:
            return []
        # Two pictures that look the same cannot differ more than this in any of the columns, so
        # the index leaves few rows to read. One is for rounding.
        ranges, apart = Q(), cast("Combinable", Value(0))
        for name, value in zip(TILTS, tilts_of(perceptual_hash), strict=True):
            ranges &= Q(**{f"{name}__range": (value - SAME - 1, value + SAME + 1)})
            apart += Abs(F(name) - value)
        # Of 100,000 pictures, 10,000 may be in these ranges. A copy differs little in all columns
        # together, so the rows that differ most are not compared.
        in_ranges = self.filter(ranges).order_by(apart, "pk")
        found = dict(in_ranges.values_list("pk", "perceptual_hash")[:_MOST_COMPARED])
        measured = zip(differences(perceptual_hash, list(found.values())), found, strict=True)
        close = [pk for how_far, pk in sorted(measured) if how_far <= SAME][:most]
        rows = self.in_bulk(close)
        return [rows[pk] for pk in close if pk in rows]


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
        """Return a new row, which is not saved.

        Nothing looks like a row whose hash is "", which says that the picture cannot be read.
        """
        tilts = tilts_of(perceptual_hash) if perceptual_hash else [_NOWHERE] * len(TILTS)
        values = dict(zip(TILTS, tilts, strict=True))
        return cls(perceptual_hash=perceptual_hash, **values, **owner)


class ResultLook(PictureLook):
    """How the result of a job looks, or a revision of it. It is deleted with the job."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="looks")
    revision = models.OneToOneField(
        Revision, on_delete=models.CASCADE, null=True, related_name="look"
    )

    class Meta:
        indexes = [models.Index(fields=TILTS, name="result_look")]
