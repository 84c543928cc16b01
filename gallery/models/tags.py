"""The tags that owners give their artworks."""

from django.db import models

from gallery.models.artworks import Artwork

MAX_TAGS = 12
MAX_TAG = 40


class ArtworkTag(models.Model):
    """A tag of an artwork, in the order in which its owner wrote them."""

    artwork = models.ForeignKey(Artwork, on_delete=models.CASCADE, related_name="tags")
    tag = models.CharField(max_length=MAX_TAG)
    # What all spellings of the tag have in common. Folding makes some letters longer.
    key = models.CharField(max_length=4 * MAX_TAG)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["artwork", "key"], name="artwork_tag_once")]
        indexes = [models.Index(fields=["key", "artwork"], name="artwork_tag_key")]

    def __str__(self) -> str:
        return self.tag
