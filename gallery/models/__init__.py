"""The rows of gallery: artworks, galleries, and the decisions of moderators about artworks."""

from gallery.models.artworks import Artwork, ArtworkQuerySet, ArtworkStyle, HiddenPicture
from gallery.models.avatars import Avatar
from gallery.models.galleries import Gallery, GalleryItem, GalleryItemQuerySet, GalleryQuerySet

__all__ = [
    "Artwork",
    "ArtworkQuerySet",
    "ArtworkStyle",
    "Avatar",
    "Gallery",
    "GalleryItem",
    "GalleryItemQuerySet",
    "GalleryQuerySet",
    "HiddenPicture",
]
