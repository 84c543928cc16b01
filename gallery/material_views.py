"""Pages of the materials of a picture: of an artwork, of a result, and through a share link."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.guests import maker_of, maker_required
from gallery.access import Action, can, viewer_of
from gallery.materials import materials_of, materials_of_job
from gallery.models import Artwork
from inference.models import Job


@require_safe
def artwork_materials(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show what an artwork depends on, to those who see its recipe."""
    found, viewer = get_object_or_404(Artwork.objects.with_parts(), pk=pk), viewer_of(request)
    if not can(viewer, Action.VIEW_RECIPE, found):
        raise Http404
    context = {
        "heading": str(found),
        "back": found.get_absolute_url(),
        "materials": materials_of(found, viewer),
        "artwork": found,
    }
    return render(request, "gallery/materials.html", context)


@maker_required
@require_safe
def job_materials(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show what the result of a job depends on, to its owner."""
    mine = Job.objects.visible_to(maker_of(request)).filter(state=Job.State.SUCCEEDED)
    found = get_object_or_404(mine.with_parts(), pk=pk)
    context = {
        "back": found.get_absolute_url(),
        "materials": materials_of_job(found, viewer_of(request)),
    }
    return render(request, "gallery/materials.html", context)
