"""Moderation: hide published artworks, or show them again. Private artworks are not listed."""

from typing import cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from gallery.galleries import hide_gallery, show_gallery
from gallery.models import Artwork, Gallery
from gallery.moderation import hide_artwork, show_artwork

LISTED_PX = 96


def _person(request: HttpRequest) -> User:
    """Return the moderator, who gets no notice of an own decision."""
    return cast("User", request.user)


@admin.register(Artwork)
class ArtworkAdmin(admin.ModelAdmin):
    """Published artworks, newest first. Moderators can only hide and show them here."""

    list_display = ("tile", "title", "owner", "license", "moderation", "published_at")
    list_display_links = ("title",)
    list_filter = ("moderation", "license")
    list_select_related = ("owner",)
    search_fields = ("title", "owner__username", "alt_text")
    ordering = ("-published_at",)
    actions = ("hide", "show")
    fields = (
        *("tile", "title", "owner", "alt_text", "license", "credit", "moderation"),
        *("width", "height", "published_at", "created_at"),
    )
    # No field can be edited: only the two actions change an artwork.
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Artwork]:
        """Return the published artworks, also the hidden ones."""
        del request
        return Artwork.objects.for_moderation().order_by("-published_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Return False: users keep their own artworks."""
        del request
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Artwork | None = None) -> bool:
        """Return False: moderators only hide artworks. Owners delete them."""
        del request, obj
        return False

    @admin.display(description=_("Picture"))
    def tile(self, artwork: Artwork) -> str:
        """Return the thumb as HTML, sized by attributes: the CSP forbids inline styles."""
        source = reverse("artwork-file", kwargs={"pk": artwork.pk, "variant": "thumb"})
        scale = LISTED_PX / max(artwork.width, artwork.height, 1)
        width, height = round(artwork.width * scale), round(artwork.height * scale)
        return format_html('<img src="{}" width="{}" height="{}" alt="">', source, width, height)

    @admin.action(description=_("Hide selected artworks"), permissions=["change"])
    def hide(self, request: HttpRequest, queryset: QuerySet[Artwork]) -> None:
        """Hide the selected artworks from the public gallery."""
        for artwork in queryset:
            hide_artwork(artwork=artwork, by=_person(request))
        self.message_user(request, _("Hidden from everyone except their owners."))

    @admin.action(description=_("Show selected artworks again"), permissions=["change"])
    def show(self, request: HttpRequest, queryset: QuerySet[Artwork]) -> None:
        """Show the selected artworks in the public gallery again."""
        for artwork in queryset:
            show_artwork(artwork=artwork, by=_person(request))
        self.message_user(request, _("Visible again."))


@admin.register(Gallery)
class GalleryAdmin(admin.ModelAdmin):
    """Published galleries, newest first. Moderators can only hide and show them here."""

    list_display = ("title", "owner", "moderation", "published_at")
    list_filter = ("moderation",)
    list_select_related = ("owner",)
    search_fields = ("title", "text", "owner__username")
    ordering = ("-published_at",)
    actions = ("hide", "show")
    fields = ("title", "text", "owner", "moderation", "published_at", "created_at")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Gallery]:
        """Return the published galleries, also the hidden ones."""
        del request
        return Gallery.objects.for_moderation().order_by("-published_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Return False: users make their own galleries."""
        del request
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Gallery | None = None) -> bool:
        """Return False: moderators only hide galleries. Owners delete them."""
        del request, obj
        return False

    @admin.action(description=_("Hide selected galleries"), permissions=["change"])
    def hide(self, request: HttpRequest, queryset: QuerySet[Gallery]) -> None:
        """Hide the selected galleries from everybody but their owners."""
        for gallery in queryset:
            hide_gallery(gallery=gallery, by=_person(request))
        self.message_user(request, _("Hidden from everyone except their owners."))

    @admin.action(description=_("Show selected galleries again"), permissions=["change"])
    def show(self, request: HttpRequest, queryset: QuerySet[Gallery]) -> None:
        """Show the selected galleries to everybody again."""
        for gallery in queryset:
            show_gallery(gallery=gallery, by=_person(request))
        self.message_user(request, _("Visible again."))
