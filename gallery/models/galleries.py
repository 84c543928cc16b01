"""Galleries: artworks of one owner, in an order that the owner chose."""

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Count, OuterRef, Prefetch, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from gallery.models.artworks import Artwork
from gallery.models.trash import IN_TRASH, NotInTrash, Trashable, TrashQuerySet


class GalleryQuerySet(TrashQuerySet["Gallery"]):
    """Reads of galleries."""

    def owned_by(self, user: object) -> Self:
        """Keep the galleries of `user`."""
        return self.filter(owner=user) if isinstance(user, User) else self.none()

    def public(self) -> Self:
        """Keep the galleries that everybody sees."""
        return self.filter(
            visibility=Gallery.Visibility.PUBLIC, moderation=Artwork.Moderation.VISIBLE
        )

    def for_moderation(self) -> Self:
        """Keep published galleries, hidden or not. Moderators never see private galleries."""
        return self.filter(visibility=Gallery.Visibility.PUBLIC)

    def with_summary(self, *, public_only: bool) -> Self:
        """Add the number of artworks, and the id of the one that stands for the gallery.

        This is the cover, or the first artwork if the cover is not among them. With `public_only`,
        only artworks count that everybody sees.
        """
        items = GalleryItem.objects.filter(gallery=OuterRef("pk"))
        if public_only:
            items = items.public()
        size = items.order_by().values("gallery").annotate(size=Count("pk")).values("size")
        cover = items.filter(artwork=OuterRef("cover")).values("artwork")
        first = items.order_by("position").values("artwork")
        faces = Subquery(cover[:1]), Subquery(first[:1])
        return self.annotate(
            size=Coalesce(Subquery(size), 0),
            face=Coalesce(*faces, output_field=models.UUIDField()),
        )

    def not_empty(self) -> Self:
        """Keep the galleries with at least one artwork, of those that `with_summary` counted."""
        counted: dict[str, int] = {"size__gt": 0}
        return self.filter(**counted)


class Gallery(Trashable):
    """A gallery. Each artwork in it keeps a visibility of its own; visitors see the public ones.

    PRIVATE <───> LINK <───> PUBLIC; from each to each, as its owner decides
    """

    class Visibility(models.TextChoices):
        PRIVATE = "private", _("Only me")
        LINK = "link", _("People with the link")
        PUBLIC = "public", _("Everyone")

    class Layout(models.TextChoices):
        GRID = "grid", _("Grid")
        LABELS = "labels", _("Large, with labels")
        SLIDESHOW = "slideshow", _("Slideshow")

    # `with_summary` adds these two.
    size: int
    face: uuid.UUID | None

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="galleries"
    )
    title = models.CharField(max_length=120)
    # A part of its address. Letters of every script are allowed.
    slug = models.SlugField(max_length=80, allow_unicode=True)
    text = models.TextField(max_length=2000, blank=True)
    cover = models.ForeignKey(
        Artwork, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    layout = models.CharField(max_length=10, choices=Layout, default=Layout.GRID)
    visibility = models.CharField(max_length=10, choices=Visibility, default=Visibility.PRIVATE)
    moderation = models.CharField(
        max_length=10, choices=Artwork.Moderation, default=Artwork.Moderation.VISIBLE
    )
    artworks = models.ManyToManyField(Artwork, through="GalleryItem", related_name="galleries")
    # It grows with each change of the items. A change names the version that it was made from.
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now)
    published_at = models.DateTimeField(null=True, blank=True)

    objects = NotInTrash.from_queryset(GalleryQuerySet)()
    with_trash = GalleryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "galleries"
        indexes = [
            models.Index(fields=["owner", "-trashed_at"], condition=IN_TRASH, name="gallery_trash"),
            models.Index(fields=["visibility", "-published_at"], name="gallery_newest_public"),
            models.Index(fields=["owner", "-created_at"], name="gallery_owner_newest"),
        ]
        constraints = [
            # A gallery in the trash leaves its address to a new one.
            models.UniqueConstraint(
                fields=["owner", "slug"], condition=~IN_TRASH, name="gallery_slug_once"
            ),
            models.CheckConstraint(name="gallery_has_title", condition=~Q(title="")),
            models.CheckConstraint(
                name="gallery_public_is_dated",
                condition=~Q(visibility="public") | Q(published_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("gallery", kwargs={"name": self.owner.username, "slug": self.slug})

    @property
    def is_public(self) -> bool:
        """Whether everybody sees it."""
        shown = (self.Visibility.PUBLIC, Artwork.Moderation.VISIBLE)
        return (self.visibility, self.moderation) == shown and not self.is_trashed

    @property
    def is_hidden(self) -> bool:
        """Whether a moderator has hidden it."""
        return self.moderation == Artwork.Moderation.HIDDEN


class GalleryItemQuerySet(models.QuerySet["GalleryItem"]):
    """Reads of the artworks of galleries."""

    def public(self) -> Self:
        """Keep the artworks that everybody sees."""
        return self.filter(
            artwork__visibility=Artwork.Visibility.PUBLIC,
            artwork__moderation=Artwork.Moderation.VISIBLE,
        )

    def with_labels(self) -> Self:
        """Fetch the artworks as lists show them, in a fixed number of queries."""
        return self.prefetch_related(Prefetch("artwork", Artwork.objects.with_labels()))

    def with_artworks(self) -> Self:
        """Fetch the artworks with their parts, in a fixed number of queries."""
        return self.select_related("artwork__owner", "artwork__made_like").prefetch_related(
            "artwork__artwork_styles__style__artist"
        )


class GalleryItem(models.Model):
    """An artwork in a gallery, and its place there. Places may have gaps between them."""

    gallery = models.ForeignKey(Gallery, on_delete=models.CASCADE, related_name="items")
    artwork = models.ForeignKey(Artwork, on_delete=models.CASCADE, related_name="gallery_items")
    position = models.PositiveIntegerField()

    objects = GalleryItemQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["gallery", "artwork"], name="gallery_artwork_once"),
            models.UniqueConstraint(fields=["gallery", "position"], name="gallery_position_once"),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.artwork_id}"
