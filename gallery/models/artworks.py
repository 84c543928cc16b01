"""Artworks: results that users kept."""

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Prefetch, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from gallery.models.trash import IN_TRASH, NotInTrash, Trashable, TrashQuerySet
from inference.models import Job, Revision
from library.licenses import LicenseId
from library.models import Style

NOT_IN_LISTS = ("recipe", "search_text", "credit")


class ArtworkQuerySet(TrashQuerySet["Artwork"]):
    """Reads of artworks."""

    def in_public_gallery(self) -> Self:
        """Keep the artworks that the public gallery shows."""
        return self.filter(
            visibility=Artwork.Visibility.PUBLIC, moderation=Artwork.Moderation.VISIBLE
        )

    def owned_by(self, user: object) -> Self:
        """Keep the artworks of `user`."""
        return self.filter(owner=user) if isinstance(user, User) else self.none()

    def for_moderation(self) -> Self:
        """Keep published artworks, hidden or not. Moderators never see private artworks."""
        return self.filter(visibility=Artwork.Visibility.PUBLIC)

    def visible_to(self, user: object) -> Self:
        """Keep the artworks that `user` may see in lists: the public ones, and their own."""
        return self.in_public_gallery() | self.owned_by(user)

    def with_tags(self) -> Self:
        """Fetch the tags, in one query."""
        return self.prefetch_related("tags")

    def with_labels(self) -> Self:
        """Fetch what lists show beside each picture: its owner, and the labels of its styles.

        Long columns that no list shows are not read. That takes two queries.
        """
        shown = ("artwork", "style__title", "style__artist__name")
        parts = ArtworkStyle.objects.select_related("style__artist").only(*shown)
        rows = self.select_related("owner").defer(*NOT_IN_LISTS)
        return rows.prefetch_related(Prefetch("artwork_styles", parts))

    def with_parts(self) -> Self:
        """Fetch the owner, styles and artists, in a fixed number of queries."""
        parts = self.select_related("owner", "made_like__owner")
        return parts.prefetch_related("artwork_styles__style__artist")


class Artwork(Trashable):
    """A kept result, or an uploaded picture that was made elsewhere.

    Visibility and moderation are separate from the state of its job, and from the trash: what is
    restored is as it was.

    PRIVATE <──publish / unpublish──> PUBLIC        kept <──delete / restore──> in the trash
    """

    class Visibility(models.TextChoices):
        PRIVATE = "private", _("Only me")
        PUBLIC = "public", _("Everyone")

    class Moderation(models.TextChoices):
        VISIBLE = "visible", _("Visible")
        HIDDEN = "hidden", _("Hidden")

    class Origin(models.TextChoices):
        PAINTED = "painted", _("Painted here")
        UPLOADED = "uploaded", _("Uploaded")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="artworks"
    )
    origin = models.CharField(max_length=10, choices=Origin, default=Origin.PAINTED, editable=False)
    # What the owner says about an uploaded picture: its rights (gallery/licensing.py), and who
    # made it, if it was somebody else.
    rights = models.CharField(max_length=40, blank=True)
    creator = models.CharField(max_length=160, blank=True)
    # The job may be deleted. The artwork has a copy of the recipe, so the recipe stays.
    job = models.OneToOneField(
        Job, on_delete=models.SET_NULL, null=True, blank=True, related_name="artwork"
    )
    # The version of the result that its files show; None for the result as painted.
    revision = models.ForeignKey(
        Revision, on_delete=models.SET_NULL, null=True, blank=True, related_name="artworks"
    )
    styles = models.ManyToManyField(Style, through="ArtworkStyle", related_name="artworks")
    title = models.CharField(max_length=120, blank=True)
    alt_text = models.CharField(max_length=300, blank=True)
    file = models.FileField(upload_to="artworks/")
    preview = models.FileField(upload_to="artworks/")
    thumb = models.FileField(upload_to="artworks/")
    # The photo, for the compare slider. Others see it only if the owner allows it.
    before = models.FileField(upload_to="artworks/", blank=True)
    shows_before = models.BooleanField(default=False)
    placeholder = models.CharField(max_length=400, blank=True)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    bytes = models.PositiveIntegerField()
    # The hash of the result, before the credit is written into it. Old artworks have none.
    sha256 = models.CharField(max_length=64, blank=True, db_index=True, editable=False)
    # The id that the job shares with those that continue it. It stays when the job is deleted.
    painting = models.UUIDField(null=True, db_index=True, editable=False)
    recipe = models.JSONField(default=dict)
    # The artwork whose styles and settings it repeats (gallery/lineage.py).
    made_like = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, editable=False, related_name="made_like_it"
    )
    visibility = models.CharField(max_length=10, choices=Visibility, default=Visibility.PRIVATE)
    moderation = models.CharField(max_length=10, choices=Moderation, default=Moderation.VISIBLE)
    license = models.CharField(max_length=40, choices=LicenseId, blank=True)
    credit = models.TextField(blank=True)
    # Its words as searches compare them, and the names of its main colors (gallery/indexing.py).
    search_text = models.TextField(blank=True, default="", editable=False)
    colors = models.CharField(max_length=80, blank=True, default="", editable=False)
    # Counted when somebody likes it (gallery/reactions.py), because lists sort by it.
    like_count = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(default=timezone.now)
    published_at = models.DateTimeField(null=True, blank=True)

    objects = NotInTrash.from_queryset(ArtworkQuerySet)()
    with_trash = ArtworkQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["visibility", "-published_at"], name="artwork_newest_public"),
            models.Index(
                fields=["visibility", "-like_count", "-published_at"], name="artwork_most_liked"
            ),
            models.Index(fields=["owner", "-trashed_at"], condition=IN_TRASH, name="artwork_trash"),
            # The rows are not read to count them, nor to find a page.
            models.Index(
                fields=["owner", "-created_at", "-id"],
                condition=~IN_TRASH,
                name="artwork_owner_newest",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="artwork_public_is_licensed",
                condition=Q(visibility="private")
                | (~Q(license="") & Q(published_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="artwork_upload_has_rights",
                condition=Q(origin="painted", rights="")
                | (Q(origin="uploaded", job__isnull=True) & ~Q(rights="")),
            ),
        ]

    def __str__(self) -> str:
        return self.title or str(_("Untitled"))

    def get_absolute_url(self) -> str:
        return reverse("artwork", kwargs={"pk": self.pk})

    @property
    def is_uploaded(self) -> bool:
        """Whether it was made elsewhere."""
        return self.origin == self.Origin.UPLOADED

    @property
    def is_public(self) -> bool:
        """Whether the public gallery shows it."""
        shown = (self.Visibility.PUBLIC, self.Moderation.VISIBLE)
        return (self.visibility, self.moderation) == shown and not self.is_trashed

    @property
    def is_hidden(self) -> bool:
        """Whether a moderator has hidden it."""
        return self.moderation == self.Moderation.HIDDEN


class HiddenPicture(models.Model):
    """The decision of a moderator that a picture is not shown. gallery/moderation.py applies it."""

    sha256 = models.CharField(max_length=64, blank=True, db_index=True)
    # The painting that shows the picture, however often it is continued. The decision stays when
    # its jobs are deleted.
    painting = models.UUIDField(null=True, blank=True, db_index=True)
    hidden_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.sha256[:8]} {self.painting or ''}".strip()


class ArtworkStyle(models.Model):
    """A style that an artwork was made with, and its version and weight."""

    artwork = models.ForeignKey(Artwork, on_delete=models.CASCADE, related_name="artwork_styles")
    # A style that an artwork uses cannot be deleted. Curators withdraw it instead.
    style = models.ForeignKey(Style, on_delete=models.PROTECT, related_name="artwork_styles")
    version = models.PositiveIntegerField()
    weight = models.FloatField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["artwork", "style"], name="artwork_style_once")
        ]

    def __str__(self) -> str:
        return f"{self.style_id} × {self.weight:g}"
