"""Files of artworks and galleries. A user who may see an artwork may see its files, also thumbs."""

from collections.abc import Callable
from functools import partial
from pathlib import PurePosixPath
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_safe

from common.conversions import Form, conversion_of, form_of
from common.derivatives import link_preview_name
from common.media import send_made, send_media
from gallery.access import NOBODY, Action, Viewer, can, viewer_of
from gallery.archives import NothingToDownload, send_artworks
from gallery.conversions import (
    make_conversion,
    make_link_preview,
    make_without_recipe,
    without_recipe,
)
from gallery.file_names import file_title
from gallery.models import Artwork, Gallery
from gallery.visitors import items_for_visitors

LINK_PREVIEW = "link-preview"


@require_safe
def artwork_file(request: HttpRequest, pk: UUID, variant: str) -> HttpResponseBase:
    """Send an artwork's picture as "full", "preview", "thumb" or "link-preview".

    "before" is the photo.

    `?download=1` makes it a download with a file name. For "full", `&format=jpeg|png|webp`,
    `&size=2048|1080` and `&caption=1` choose another form of it.
    """
    artwork = get_object_or_404(Artwork, pk=pk)
    viewer = viewer_of(request)
    if not can(viewer, Action.VIEW, artwork):
        raise Http404
    return send_artwork(request, artwork, variant, viewer)


def send_artwork(
    request: HttpRequest, artwork: Artwork, variant: str, viewer: Viewer
) -> HttpResponseBase:
    """Answer with a file of an artwork that `viewer` may see."""
    # A browser must ask again each time for what a link shows, because the link can be revoked.
    public = viewer.link is None and can(NOBODY, Action.VIEW, artwork)
    if variant == LINK_PREVIEW:
        made = link_preview_name(str(artwork.file.name))
        made, make = _as_allowed(artwork, viewer, made, partial(make_link_preview, artwork))
        return send_made(request, made, make, public=public)
    name = _file_name(artwork, variant, viewer)
    # A photo that only its owner may see is private, even beside a public picture.
    public = public and (variant != "before" or can(NOBODY, Action.VIEW_PHOTO, artwork))
    is_download = "download" in request.GET
    longest = max(artwork.width, artwork.height)
    form = form_of(request.GET, longest) if is_download else Form()
    form = form.within(viewer.max_side, longest)
    title = file_title(artwork.title) or artwork.pk.hex[:8]
    # Only the full picture is converted. Other variants are sent as they are stored.
    if variant != "full" or form.is_stored(name):
        download_as = f"styleweb-{title}{PurePosixPath(name).suffix}" if is_download else None
        if variant == "before" or can(viewer, Action.VIEW_RECIPE, artwork):
            return send_media(request, name, public=public, download_as=download_as)
        made, make = _as_allowed(artwork, viewer, name, None)
        return send_made(request, made, make, public=public, download_as=download_as)
    form = form.of_stored(name)
    made, make = _as_allowed(
        artwork, viewer, conversion_of(name, form), partial(make_conversion, artwork, form)
    )
    return send_made(
        request,
        made,
        make,
        public=public,
        download_as=f"styleweb-{title}{form.ending}" if is_download else None,
    )


def _as_allowed(
    artwork: Artwork, viewer: Viewer, name: str, make: Callable[[], None] | None
) -> tuple[str, Callable[[], None]]:
    """Return the name of a file as this viewer gets it, and what makes it if it is missing.

    Who may not see the recipe gets a file that does not tell it.
    """
    if make is not None and can(viewer, Action.VIEW_RECIPE, artwork):
        return name, make
    return without_recipe(name), partial(make_without_recipe, artwork, name, make)


def _file_name(artwork: Artwork, variant: str, viewer: Viewer) -> str:
    """Return the stored name of a variant. Others see the photo only if its owner allows it.

    Raises Http404 if the file does not exist, or if this user may not see it.
    """
    files = {"preview": artwork.preview, "thumb": artwork.thumb}
    if can(viewer, Action.DOWNLOAD, artwork):
        files["full"] = artwork.file
    if can(viewer, Action.VIEW_PHOTO, artwork):
        files["before"] = artwork.before
    if variant not in files:
        raise Http404
    return files[variant].name or ""


@require_safe
def gallery_archive(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """Send the artworks of a gallery as a ZIP file: those that this user sees in it."""
    gallery = get_object_or_404(Gallery.objects.select_related("owner"), pk=pk)
    try:
        return send_gallery(request, gallery, viewer_of(request))
    except NothingToDownload as refusal:
        messages.error(request, str(refusal))
        return redirect(gallery)


def send_gallery(request: HttpRequest, gallery: Gallery, viewer: Viewer) -> HttpResponseBase:
    """Answer with a ZIP file of the artworks that `viewer` may download in a gallery.

    Raises Http404 if this viewer may not download it at all, and what `send_artworks` raises.
    """
    if not can(viewer, Action.DOWNLOAD, gallery):
        raise Http404
    if viewer.link is not None:
        # The link allows the same for each of them, so nobody asks for one after the other.
        items = items_for_visitors(gallery)
    elif can(viewer, Action.CHANGE, gallery):
        items = gallery.items.all()
    else:
        items = gallery.items.public()
    shown = [item.artwork for item in items.with_artworks().order_by("position")]
    return send_artworks(request, shown, viewer, title=gallery.title)
