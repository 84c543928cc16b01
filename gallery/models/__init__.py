"""The rows of gallery: artworks, galleries, links, likes, and the decisions of moderators."""

from gallery.models.artworks import Artwork, ArtworkQuerySet, ArtworkStyle, HiddenPicture
from gallery.models.avatars import Avatar
from gallery.models.backfills import Backfill, BackfillQuerySet
from gallery.models.galleries import Gallery, GalleryItem, GalleryItemQuerySet, GalleryQuerySet
from gallery.models.looks import ArtworkLook
from gallery.models.notice_mails import NoticeChoice, NoticeMail
from gallery.models.notices import Notice, NoticeQuerySet
from gallery.models.reactions import FavoriteArtwork, Like
from gallery.models.shares import ShareLink, ShareLinkQuerySet
from gallery.models.tags import ArtworkTag
from gallery.models.trash import TrashedItem

__all__ = [
    "Artwork",
    "ArtworkLook",
    "ArtworkQuerySet",
    "ArtworkStyle",
    "ArtworkTag",
    "Avatar",
    "Backfill",
    "BackfillQuerySet",
    "FavoriteArtwork",
    "Gallery",
    "GalleryItem",
    "GalleryItemQuerySet",
    "GalleryQuerySet",
    "HiddenPicture",
    "Like",
    "Notice",
    "NoticeChoice",
    "NoticeMail",
    "NoticeQuerySet",
    "ShareLink",
    "ShareLinkQuerySet",
    "TrashedItem",
]
