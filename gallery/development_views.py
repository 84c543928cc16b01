"""Pages that change strength and colors of the pictures that users kept."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from gallery.models import Artwork
from gallery.revisions import developed_job, show_version
from gallery.views import own_artwork
from inference.models import Revision
from inference.pages.development import develop, named_revision
from inference.services.refusals import AsPainted, JobRefused


@login_required
@require_POST
def artwork_develop(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Make a version of an artwork with another strength or other colors."""
    found = own_artwork(request, pk)
    try:
        made = develop(request, developed_job(found), is_wanted=False)
    except AsPainted:
        return _show(request, found, None)
    except JobRefused as refusal:
        messages.error(request, refusal.message)
        return redirect(found)
    if made is None:
        return redirect(found)
    if made.is_ready:
        return _show(request, found, made)
    # The page shows the version when it is ready.
    return redirect(f"{found.get_absolute_url()}?version={made.pk}")


@login_required
@require_POST
def artwork_show(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Let an artwork show another version of its picture."""
    found = own_artwork(request, pk)
    try:
        revision = named_revision(request, developed_job(found))
    except JobRefused as refusal:
        messages.error(request, refusal.message)
        return redirect(found)
    return _show(request, found, revision)


def _show(request: HttpRequest, artwork: Artwork, revision: Revision | None) -> HttpResponse:
    before = artwork.revision_id or "painted"
    try:
        show_version(artwork=artwork, revision=revision)
    except JobRefused as refusal:
        messages.error(request, refusal.message)
        return redirect(artwork)
    return redirect(f"{artwork.get_absolute_url()}?undo={before}")
