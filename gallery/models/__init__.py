"""The rows of gallery: artworks, and the decisions of moderators about them."""

from gallery.models.artworks import Artwork, ArtworkQuerySet, ArtworkStyle, HiddenPicture

__all__ = ["Artwork", "ArtworkQuerySet", "ArtworkStyle", "HiddenPicture"]
