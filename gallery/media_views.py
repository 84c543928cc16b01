"""Files of artworks. A user who may see the artwork may see its files, also the thumbnails."""

import unicodedata
from collections.abc import Callable
from functools import partial
from uuid import UUID

from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from common.derivatives import SUFFIXES
from common.media import announce_media, send_media
from gallery.access import NOBODY, Action, Viewer, can, viewer_of
from gallery.conversions import (
    conversion_of,
    link_preview_of,
    make_conversion,
    make_link_preview,
)
from gallery.models import Artwork

NOT_MODIFIED = 304
LINK_PREVIEW = "link-preview"
MAX_TITLE = 180  # bytes


@require_safe
def artwork_file(request: HttpRequest, pk: UUID, variant: str) -> HttpResponseBase:
    """Send an artwork's picture as "full", "preview", "thumb" or "link-preview".

    "before" is the photo.

    `?download=1` makes it a download with a file name; `&format=jpeg|png|webp` converts "full".
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
        made = link_preview_of(str(artwork.file.name))
        return _send_made(request, made, partial(make_link_preview, artwork), public=public)
    name = _file_name(artwork, variant, viewer)
    # A photo that only its owner may see is private, even beside a public picture.
    public = public and (variant != "before" or can(NOBODY, Action.VIEW_PHOTO, artwork))
    stored = f".{name.rpartition('.')[2]}"
    form = request.GET.get("format", "") if "download" in request.GET else ""
    if form and form not in SUFFIXES:
        raise Http404
    # Only the full picture is converted. Other variants are sent as they are stored.
    suffix = SUFFIXES.get(form, stored) if variant == "full" else stored
    title = _file_title(artwork.title) or artwork.pk.hex[:8]
    download_as = f"styleweb-{title}{suffix}" if "download" in request.GET else None
    side = _smaller_side(artwork, viewer) if variant == "full" else None
    if suffix == stored and side is None:
        return send_media(request, name, public=public, download_as=download_as)
    form = next(each for each, its_suffix in SUFFIXES.items() if its_suffix == suffix)
    made = conversion_of(name, form, side)
    make = partial(make_conversion, artwork, form, side)
    return _send_made(request, made, make, public=public, download_as=download_as)


def _smaller_side(artwork: Artwork, viewer: Viewer) -> int | None:
    """Return the `max_side` of the viewer if the full picture is larger than that."""
    side = viewer.max_side
    return side if side and side < max(artwork.width, artwork.height) else None


def _send_made(
    request: HttpRequest,
    made: str,
    make: Callable[[], None],
    *,
    public: bool,
    download_as: str | None = None,
) -> HttpResponseBase:
    """Answer with the file `made`. If it is missing, `make` stores it first."""
    if not default_storage.exists(made):
        announced = announce_media(request, made, public=public, download_as=download_as)
        if request.method == "HEAD" or announced.status_code == NOT_MODIFIED:
            return announced
        make()
    return send_media(request, made, public=public, download_as=download_as)


def _file_title(title: str) -> str:
    """Return `title` as a part of a file name: letters and digits of any script, and hyphens.

    Marks stay too, because many scripts write their vowels with them.
    """
    plain = unicodedata.normalize("NFKC", title).lower()
    kept = "".join(each if unicodedata.category(each)[0] in "LMN" else "-" for each in plain)
    words = "-".join(word for word in kept.split("-") if word)
    # Most file systems allow 255 bytes.
    return words.encode()[:MAX_TITLE].decode(errors="ignore").rstrip("-")


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
