"""What users say about artworks with one click: likes, which count, and favorites, which do not."""

from typing import Self

from django.conf import settings
from django.db import models
from django.utils import timezone

from gallery.models.artworks import Artwork


class Like(models.Model):
    """A like of a published artwork. `Artwork.like_count` is the number of these rows."""

    artwork = models.ForeignKey(Artwork, on_delete=models.CASCADE, related_name="likes")
    # The like still counts when the account is deleted.
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="likes"
    )
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["artwork", "owner"], name="like_once")]

    def __str__(self) -> str:
        return f"{self.owner_id} ♥ {self.artwork_id}"


class FavoriteArtworkQuerySet(models.QuerySet["FavoriteArtwork"]):
    """Reads of favorites."""

    def visible_to(self, user: object) -> Self:
        """Keep those whose artwork `user` may see now."""
        return self.filter(artwork__in=Artwork.objects.visible_to(user))

    def with_artworks(self) -> Self:
        """Fetch the artworks with their parts, in a fixed number of queries."""
        return self.select_related("artwork__owner", "artwork__made_like").prefetch_related(
            "artwork__artwork_styles__style__artist"
        )


class FavoriteArtwork(models.Model):
    """An artwork that a user wants to find again. Only this user sees the list."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="favorite_artworks"
    )
    artwork = models.ForeignKey(Artwork, on_delete=models.CASCADE, related_name="favorites")
    created_at = models.DateTimeField(default=timezone.now)

    objects = FavoriteArtworkQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["owner", "-created_at"], name="favorite_artwork_newest")]
        constraints = [
            models.UniqueConstraint(fields=["owner", "artwork"], name="favorite_artwork_once")
        ]

    def __str__(self) -> str:
        return f"{self.owner_id}: {self.artwork_id}"
