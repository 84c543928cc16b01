"""Styles, the people who made them, and what is known about their rights."""

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common.derivatives import link_preview_name
from library.licenses import LICENSES, OWN_WORK, STYLE_LICENSES, USABLE_IN_LIBRARY

MAX_SLUG = 80
MAX_TITLE, MAX_ARTIST, MAX_URL = 200, 160, 500


class Artist(models.Model):
    """A person or project that made styles.

    An artist with an owner was named by a user for their own styles, and only that user sees it.
    """

    name = models.CharField(max_length=MAX_ARTIST)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
    )
    born = models.IntegerField(null=True, blank=True)
    died = models.IntegerField(null=True, blank=True)
    wikidata = models.CharField(max_length=20, blank=True)
    ulan = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="artist_once", fields=["name"], condition=Q(owner__isnull=True)
            ),
            models.UniqueConstraint(name="artist_once_per_owner", fields=["owner", "name"]),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def years(self) -> str:
        """The years of birth and death, as far as they are known."""
        if not self.born and not self.died:
            return ""
        return f"{self.born or '?'}–{self.died or ''}"


class StyleQuerySet(models.QuerySet["Style"]):
    """Reads of the library."""

    def published(self) -> Self:
        """Keep the styles that everybody may see and use."""
        return self.filter(state=Style.State.PUBLISHED)

    def owned_by(self, user: object) -> Self:
        """Keep the styles that `user` put in and did not delete."""
        if not isinstance(user, User):
            return self.none()
        return self.filter(owner=user).exclude(state=Style.State.DELETED)

    def shown_to_curators(self) -> Self:
        """Keep the styles that curators decide about: all but those that users keep private."""
        return self.exclude(state__in=Style.PERSONAL)

    def in_library_for(self, user: object) -> Self:
        """Keep what the library shows `user`. Curators (permission to change) also see drafts."""
        return self.shown_to_curators() if _is_curator(user) else self.published()

    def visible_to(self, user: object) -> Self:
        """Keep the styles that `user` may see: those of the library, and their own."""
        seen = ~Q(state__in=Style.PERSONAL) if _is_curator(user) else Q(state="published")
        if isinstance(user, User):
            seen |= Q(owner=user) & ~Q(state=Style.State.DELETED)
        return self.filter(seen)

    def paintable_by(self, owner_id: int | None) -> Self:
        """Keep the styles in the studio of a user: those of the library, and their own."""
        if owner_id is None:
            return self.published()
        own = Q(owner=owner_id, state__in=Style.OWN_USABLE)
        return self.filter(Q(state=Style.State.PUBLISHED) | own)

    def allowing(self, *, commercial: bool = False, modification: bool = False) -> Self:
        """Keep the styles with a license that permits each requested use."""
        if not (commercial or modification):
            return self
        # Users may do anything with the styles that they made.
        fitting = [
            OWN_WORK,
            *(
                key
                for key, each in LICENSES.items()
                # True >= False: a license may allow more than the request needs.
                if each.allows_commercial >= commercial and each.allows_derivatives >= modification
            ),
        ]
        return self.filter(license__in=fitting)

    def in_display_order(self) -> Self:
        """Sort the styles as the library shows them: by position, then title."""
        return self.order_by("position", "title")


def _is_curator(user: object) -> bool:
    return isinstance(user, User) and user.has_perm("library.change_style")


class Style(models.Model):
    """An artwork with a style that users can apply to their photos.

        DRAFT ──> IN_REVIEW ──> PUBLISHED <──> WITHDRAWN
          └─────────────────────────^
        PRIVATE <──offer / take back, decline──> IN_REVIEW
          └──delete──> DELETED <──delete──┘

    Curators make drafts. A user who puts in a picture gets a private style, which nobody else sees,
    and can offer it to the library. A deleted style has no files. Its row stays only where a
    picture was made with it, for the credit.

    A published style has a picture or a style code, and a license that allows derivatives. The
    database checks this. The style code is what the engine computed from the artwork; only the
    engine can read it. For a style without a picture, the site shows what was painted with the
    code: a swatch, which is abstract, and a sample, which is one of the project's photos. A new
    picture, code or license makes a new version.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        IN_REVIEW = "in_review", _("In review")
        PUBLISHED = "published", _("Published")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        PRIVATE = "private", _("Only you")
        DELETED = "deleted", _("Deleted")

    # Nobody but the owner sees a style in these states.
    PERSONAL = (State.PRIVATE, State.DELETED)
    # The owner can use a style that is not in the library in these states.
    OWN_USABLE = (State.PRIVATE, State.IN_REVIEW)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.SlugField(max_length=MAX_SLUG, unique=True)
    version = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=12, choices=State, default=State.DRAFT)
    position = models.PositiveIntegerField(default=100, help_text=_("Display order."))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="styles",
        editable=False,
        help_text=_("The user who put it in."),
    )

    title = models.CharField(max_length=MAX_TITLE)
    artist = models.ForeignKey(Artist, on_delete=models.PROTECT, related_name="styles")
    description = models.TextField(blank=True)
    date_text = models.CharField(max_length=80, blank=True)
    year_from = models.IntegerField(null=True, blank=True)
    year_to = models.IntegerField(null=True, blank=True)
    medium = models.CharField(max_length=160, blank=True)
    culture = models.CharField(max_length=80, blank=True)
    institution = models.CharField(max_length=160, blank=True)
    accession_number = models.CharField(max_length=80, blank=True)
    credit_line = models.CharField(max_length=300, blank=True)
    source_url = models.URLField(max_length=MAX_URL, blank=True)
    technique = models.CharField(max_length=80, blank=True)
    tags = models.JSONField(default=list, blank=True)
    palette = models.JSONField(default=list, blank=True, help_text=_("Main colors, #rrggbb."))

    license = models.CharField(max_length=40, choices=STYLE_LICENSES, blank=True)
    rights_statement = models.URLField(blank=True)
    attribution_text = models.CharField(max_length=300, blank=True)
    restrictions = models.CharField(max_length=300, blank=True)

    image = models.ImageField(
        upload_to="styles/", blank=True, width_field="width", height_field="height"
    )
    image_sha256 = models.CharField(max_length=64, blank=True, editable=False)
    code = models.FileField(upload_to="styles/", blank=True, editable=False)
    code_sha256 = models.CharField(max_length=64, blank=True, editable=False)
    code_weights = models.CharField(
        max_length=64,
        blank=True,
        editable=False,
        help_text=_("SHA-256 of the encoder that made the code."),
    )
    sample = models.FileField(upload_to="styles/", blank=True, editable=False, db_column="proof")
    sample_sha256 = models.CharField(
        max_length=64, blank=True, editable=False, db_column="proof_sha256"
    )
    swatch = models.FileField(upload_to="styles/", blank=True, editable=False)
    swatch_sha256 = models.CharField(max_length=64, blank=True, editable=False)
    # These describe the picture that is shown: the artwork, or the swatch, or else the sample.
    thumb = models.FileField(upload_to="styles/", blank=True, editable=False)
    width = models.PositiveIntegerField(default=0, editable=False)
    height = models.PositiveIntegerField(default=0, editable=False)
    placeholder = models.CharField(max_length=400, blank=True, editable=False)
    stored_bytes = models.PositiveIntegerField(default=0, editable=False)
    # The colors of 8 x 8 cells of the artwork, to find copies in any size and format.
    perceptual_hash = models.CharField(max_length=400, blank=True, editable=False)
    resembles = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
        help_text=_("The style of the library that shows the same artwork."),
    )

    created_at = models.DateTimeField(default=timezone.now, editable=False)
    published_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = StyleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                # This also holds for writes from a shell or the admin.
                name="style_published_complete",
                condition=~Q(state="published")
                | (
                    Q(license__in=USABLE_IN_LIBRARY)
                    & (
                        (~Q(image="") & ~Q(image_sha256=""))
                        | (~Q(code="") & ~Q(code_sha256="") & ~Q(code_weights=""))
                    )
                ),
            ),
            models.CheckConstraint(
                name="style_personal_has_owner",
                condition=~Q(state__in=["private", "deleted"]) | Q(owner__isnull=False),
            ),
            models.UniqueConstraint(
                name="style_once_per_owner",
                fields=["owner", "image_sha256"],
                condition=Q(state__in=["private", "in_review"], owner__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["owner", "-created_at"], name="style_owner_newest")]

    def __str__(self) -> str:
        return f"{self.title} ({self.artist})"

    def get_absolute_url(self) -> str:
        return reverse("style", kwargs={"slug": self.slug})

    @property
    def has_picture(self) -> bool:
        """Whether the style has a picture of the artwork, and not only a style code."""
        return bool(self.image)

    @property
    def is_published(self) -> bool:
        """Whether everybody may see and use it."""
        return self.state == self.State.PUBLISHED

    @property
    def is_own_usable(self) -> bool:
        """Whether it is not in the library, and its owner can use it."""
        return self.owner_id is not None and self.state in self.OWN_USABLE

    @property
    def shown_as(self) -> str:
        """The variant that shows the style large: "full" (the artwork), "swatch", or "proof".

        The last is the sample.
        """
        if self.image:
            return "full"
        return "swatch" if self.swatch else "proof"

    @property
    def variants(self) -> list[str]:
        """The variants that have an address of their own for everybody."""
        painted = [("swatch", self.swatch), ("proof", self.sample)]
        found = ["full"] if self.image else [name for name, file in painted if file]
        return [*found, "thumb"]

    @property
    def file_names(self) -> set[str]:
        """The names of all stored files of the style, also of those that are made when needed."""
        pictures = (self.image, self.swatch, self.sample)
        files = (*pictures, self.thumb, self.code)
        made = (link_preview_name(each.name) for each in pictures if each.name)
        return {*(file.name for file in files if file.name), *made}


class Evidence(models.Model):
    """The evidence for a statement about the rights of a style: who checked which source."""

    style = models.ForeignKey(Style, on_delete=models.CASCADE, related_name="evidence")
    statement = models.TextField()
    url = models.URLField(max_length=500, blank=True)
    picture_sha256 = models.CharField(
        max_length=64, blank=True, help_text=_("SHA-256 of the picture that was checked.")
    )
    recorded_by = models.CharField(max_length=160)
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = _("evidence")

    def __str__(self) -> str:
        return f"{self.style_id}: {self.statement[:60]}"


class FavoriteStyleQuerySet(models.QuerySet["FavoriteStyle"]):
    """Reads of favorites."""

    def visible_to(self, user: object) -> Self:
        """Keep those whose style `user` may see now."""
        return self.filter(style__in=Style.objects.visible_to(user))

    def with_styles(self) -> Self:
        """Fetch the styles with their artists."""
        return self.select_related("style__artist", "style__resembles")


class FavoriteStyle(models.Model):
    """A style that a user wants to find again. Only this user sees the list."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="favorite_styles"
    )
    style = models.ForeignKey(Style, on_delete=models.CASCADE, related_name="favorites")
    created_at = models.DateTimeField(default=timezone.now)

    objects = FavoriteStyleQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["owner", "-created_at"], name="favorite_style_newest")]
        constraints = [
            models.UniqueConstraint(fields=["owner", "style"], name="favorite_style_once")
        ]

    def __str__(self) -> str:
        return f"{self.owner_id}: {self.style_id}"
