"""Files of photos and jobs: for their owner only; for anyone else they do not exist.

A guest also gets what pages of guests show.
"""

from uuid import UUID

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from accounts.guests import maker_of
from common.media import send_media
from inference.files.downloads import send_result
from inference.models import Job, Photo, ProofTile, Revision, Sketch


@require_safe
def photo_file(request: HttpRequest, pk: UUID, variant: str) -> HttpResponseBase:
    """Send a photo as "original", "preview" or "thumb" to its owner."""
    photo = get_object_or_404(Photo.objects.visible_to(maker_of(request)), pk=pk)
    files = {"original": photo.file, "preview": photo.preview, "thumb": photo.thumb}
    if variant not in files:
        raise Http404
    return send_media(request, files[variant].name or "", public=False)


@require_safe
def job_preview(request: HttpRequest, pk: UUID, version: int) -> HttpResponseBase:
    """Send the newest preview of a job to its owner.

    `version` only makes each address new. For an older version, the newest preview is sent.
    """
    del version
    mine = Job.objects.visible_to(maker_of(request))
    job = get_object_or_404(mine, pk=pk)
    try:
        return send_media(request, job.preview, public=False)
    except Http404:
        # The preview was replaced after its row was read.
        return send_media(request, get_object_or_404(mine, pk=pk).preview, public=False)


@require_safe
def job_result(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """Send the picture that a job shows to its owner.

    `?download=1` makes it a download. Then `&format=jpeg|png|webp`, `&size=2048|1080` and
    `&caption=1` choose another form of it.
    """
    mine = Job.objects.visible_to(maker_of(request)).select_related("shown")
    return send_result(request, get_object_or_404(mine, pk=pk))


@require_safe
def job_painting(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """Send the painting of a job in its own colors to its owner."""
    job = get_object_or_404(Job.objects.visible_to(request.user), pk=pk)
    return send_media(request, job.painting_file, public=False)


@require_safe
def job_mask(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """Send the mask of a result to its owner: where it is black, the result is the photo."""
    job = get_object_or_404(Job.objects.visible_to(request.user).exclude(fitted_mask=""), pk=pk)
    return send_media(request, job.fitted_mask, public=False)


@require_safe
def revision_file(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """Send a revision to the owner of its job."""
    revision = get_object_or_404(Revision.objects.visible_to(request.user), pk=pk)
    return send_media(request, revision.file, public=False)


@require_safe
def proof_tile(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """Send a proof to the owner of its photo."""
    mine = Photo.objects.visible_to(maker_of(request))
    tile = get_object_or_404(ProofTile, pk=pk, photo__in=mine)
    return send_media(request, tile.file, public=False)


@require_safe
def sketch_file(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """Send a sketch to its owner."""
    sketch = get_object_or_404(Sketch.objects.visible_to(maker_of(request)), pk=pk)
    return send_media(request, sketch.file, public=False)
