"""How kept artworks look, so that a copy without its passport is recognized."""

from django.db import models

from gallery.models.artworks import Artwork
from inference.models import PictureLook
from style_transfer.imaging.perceptual_hash import TILTS


class ArtworkLook(PictureLook):
    """How an artwork that was made here looks. It is deleted with the artwork."""

    artwork = models.OneToOneField(Artwork, on_delete=models.CASCADE, related_name="look")

    class Meta:
        indexes = [models.Index(fields=TILTS, name="artwork_look")]
