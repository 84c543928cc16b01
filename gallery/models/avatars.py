"""The pictures that stand beside people on their pages."""

from django.conf import settings
from django.db import models

from gallery.models.artworks import Artwork


class Avatar(models.Model):
    """A published artwork that stands for its owner. Pages cut a square out of its thumb.

    It has no file of its own, so it disappears together with the artwork.
    """

    owner = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="avatar"
    )
    artwork = models.ForeignKey(Artwork, on_delete=models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return f"{self.owner_id}: {self.artwork_id}"
