"""Pages of the studio and of jobs."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import User
from common.storage import StorageFull
from common.uploads import UploadRefused
from inference.live.snapshots.batch import batch_snapshot
from inference.live.snapshots.job import is_retryable, job_snapshot
from inference.models import Batch, Job, Photo, PhotoQuerySet
from inference.pages.forms import StudioForm, control_bounds, initial_from, method_choice
from inference.pages.recipes import (
    again_links,
    command_line,
    print_size,
    recipe_json,
    step_by_step_fields,
)
from inference.services.batches import cancel_batch
from inference.services.jobs import cancel_job, delete_job, stop_job
from inference.services.photos import PhotoInUse, delete_photo
from inference.services.refusals import JobRefused
from inference.services.reruns import MORE_STEPS, continue_job, retry_job
from inference.services.storage import StorageQuotaExceeded
from library.demonstration import PAIRS
from library.licenses import allowed_outputs
from library.methods import usable_methods
from library.models import Style
from library.plain_words import outcome_sentence
from style_transfer.core.spec import METHOD_INFOS, TransferSpec

EARLIER_PHOTOS = 6
JOBS_A_PAGE = 24
PHOTOS_A_PAGE = 48
# The share of one's room from which to make more of it.
NEARLY_FULL = 0.9


@never_cache
@require_http_methods(["GET", "POST"])
def studio(request: HttpRequest) -> HttpResponse:
    """Show the studio, and start a job, or a batch, with what it sends."""
    if request.method == "GET":
        return _studio_page(
            request, StudioForm(initial=initial_from(request.GET), user=request.user)
        )
    if not isinstance(request.user, User):
        return redirect_to_login(reverse("studio"))
    form = StudioForm(request.POST, request.FILES, user=request.user)
    if form.is_valid():
        try:
            return redirect(form.start(request.user))
        except (UploadRefused, StorageQuotaExceeded, StorageFull) as refusal:
            form.add_error("photo", str(refusal))
        except JobRefused as refusal:
            form.add_error(None, refusal.message)
            form.take_new_id()
    return _studio_page(request, form, status=422)


def _studio_page(request: HttpRequest, form: StudioForm, status: int = 200) -> HttpResponse:
    chosen = form["styles"].value() or []
    styles = Style.objects.published().in_hanging_order().select_related("artist")
    tiles = [(style, usable_methods(style)) for style in styles]
    offered = {slug for _style, usable in tiles for slug in usable} | {TransferSpec().method}
    mine = Photo.objects.visible_to(request.user).order_by("-created_at")
    photo_id = form["photo_id"].value()
    context = {
        "form": form,
        "tiles": tiles,
        "methods": [method_choice(info) for info in METHOD_INFOS.values() if info.slug in offered],
        "more_photos": getattr(form, "cleaned_data", {}).get("more_photos", []),
        "chosen": chosen,
        "weights": form.initial.get("weights", {}),
        "techniques": sorted({style.technique for style in styles if style.technique}),
        "photos": mine[:EARLIER_PHOTOS],
        "photo": next((each for each in mine if str(each.pk) == str(photo_id)), None),
        "samples": PAIRS,
        "size": str(form["size"].value() or ""),
        "outcome": _outcome(style.license for style in styles if style.slug in chosen),
        **_room(mine),
        **control_bounds(),
    }
    return render(request, "inference/studio.html", context, status=status)


def _room(photos: PhotoQuerySet) -> dict[str, Any]:
    """Say how much of a person's room their photos take."""
    stored, limit = photos.stored_bytes(), settings.PHOTOS_MAX_BYTES_PER_USER
    return {"stored": stored, "limit": limit, "nearly_full": stored > NEARLY_FULL * limit}


@require_GET
def studio_license(request: HttpRequest) -> HttpResponse:
    """Say in one sentence what may be done with a picture in the styles of the query."""
    styles = Style.objects.published().filter(slug__in=request.GET.getlist("style"))
    outcome = _outcome(styles.values_list("license", flat=True))
    return render(request, "inference/_outcome.html", {"outcome": outcome})


def _outcome(licenses: Any) -> str:
    inputs = list(licenses)
    return outcome_sentence(allowed_outputs(inputs)) if inputs else ""


@never_cache
@login_required
@require_GET
def job(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show a job: waiting, being painted, ended; the page that comes back after a reload."""
    found = get_object_or_404(Job.objects.visible_to(request.user).with_parts(), pk=pk)
    parts = sorted(found.job_styles.all(), key=lambda part: -part.weight)
    context = {
        "job": found,
        "parts": parts,
        "snapshot": job_snapshot(found),
        "outcome": _outcome(part.style.license for part in parts),
        "artwork": getattr(found, "artwork", None),
        "recipe": recipe_json(found),
        "command": command_line(found),
        "step_by_step": step_by_step_fields(found),
        "more_steps": MORE_STEPS,
        "may_help": found.state != Job.State.FAILED or is_retryable(found.error_code),
        "print_size": print_size(found.result_width, found.result_height),
        **again_links(found),
    }
    return render(request, "inference/job.html", context)


@login_required
@require_GET
def jobs(request: HttpRequest) -> HttpResponse:
    """List what the visitor made and is making, newest first."""
    mine = Job.objects.visible_to(request.user).with_parts().order_by("-created_at")
    page = Paginator(mine, JOBS_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "inference/jobs.html", {"page": page})


@login_required
@require_POST
def job_cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Cancel a job; nothing of it is kept."""
    return redirect(cancel_job(job=_own_job(request, pk)))


@login_required
@require_POST
def job_stop(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Stop painting and keep what is there."""
    found = _own_job(request, pk)
    try:
        stop_job(job=found)
    except JobRefused as refusal:
        messages.error(request, refusal.message)
    return redirect(found)


@login_required
@require_POST
def job_retry(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Have the same picture tried again, and show how it goes."""
    return _next_job(request, pk, retry_job)


@login_required
@require_POST
def job_continue(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Have a painting go on, and show how it goes."""
    return _next_job(request, pk, continue_job)


@login_required
@require_POST
def job_delete(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Delete a job and its result; an artwork kept from it stays."""
    delete_job(job=_own_job(request, pk))
    messages.success(request, _("Deleted."))
    return redirect("jobs")


@never_cache
@login_required
@require_GET
def batch(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show what was asked for together: how far all are, and each."""
    found = get_object_or_404(Batch.objects.visible_to(request.user), pk=pk)
    made = found.jobs.with_parts().order_by("created_at", "pk")
    context = {"batch": found, "jobs": made, **batch_snapshot(found)["progress"]}
    return render(request, "inference/batch.html", context)


@login_required
@require_POST
def batch_cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Cancel what of a batch is not done."""
    found = get_object_or_404(Batch.objects.visible_to(request.user), pk=pk)
    cancel_batch(batch=found)
    return redirect(found)


@login_required
@require_GET
def photos(request: HttpRequest) -> HttpResponse:
    """Show the photos that the visitor put in."""
    mine = Photo.objects.visible_to(request.user).order_by("-created_at")
    page = Paginator(mine, PHOTOS_A_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, **_room(mine)}
    return render(request, "inference/photos.html", context)


@login_required
@require_POST
def photo_delete(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Delete a photo, its small versions and the jobs made from it."""
    try:
        delete_photo(photo=get_object_or_404(Photo.objects.visible_to(request.user), pk=pk))
        messages.success(request, _("Deleted."))
    except PhotoInUse as refusal:
        messages.error(request, str(refusal))
    return redirect("photos")


def _next_job(
    request: HttpRequest, pk: UUID, submit: Callable[..., tuple[Job, bool]]
) -> HttpResponse:
    """Lead to the job that comes from this one, or back to this one with the reason."""
    found = _own_job(request, pk)
    try:
        return redirect(submit(job=found)[0])
    except JobRefused as refusal:
        messages.error(request, refusal.message)
    return redirect(found)


def _own_job(request: HttpRequest, pk: UUID) -> Job:
    return get_object_or_404(Job.objects.visible_to(request.user), pk=pk)
