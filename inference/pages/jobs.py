"""Pages of jobs: watch one, list them all, cancel, stop, retry, continue and delete."""

from collections.abc import Callable
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.guests import maker_of, maker_required
from inference.files.credits import job_works
from inference.live.snapshots.job import is_retryable, job_snapshot, result_address
from inference.live.snapshots.report import report_sentences
from inference.models import Job
from inference.pages.development import actions_of, development_of
from inference.pages.downloads import download_menu
from inference.pages.loss_curve import loss_curve_of
from inference.pages.recipes import (
    again_links,
    command_line,
    print_size,
    recipe_json,
    step_by_step_fields,
)
from inference.pages.studio import license_outcome
from inference.pages.trying import trying_of
from inference.services.jobs import cancel_job, delete_job, stop_job
from inference.services.refusals import JobRefused
from inference.services.reruns import continue_job, more_steps, retry_job
from library.credits import credit_forms
from style_transfer.core.spec import WARNINGS

JOBS_A_PAGE = 24


@never_cache
@maker_required
@require_safe
def job(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show a job in any state; a reload comes back to the same page."""
    mine = Job.objects.visible_to(maker_of(request)).with_parts().select_related("owner")
    found = get_object_or_404(mine, pk=pk)
    # The style with the largest weight first, as in the snapshot.
    parts = sorted(found.job_styles.all(), key=lambda part: -part.weight)
    context = {
        "job": found,
        "parts": parts,
        "snapshot": job_snapshot(found),
        "outcome": license_outcome(part.style.license for part in parts),
        "artwork": found.kept_as,
        "credits": credit_forms(job_works(found)),
        "recipe": recipe_json(found),
        "report": report_sentences(found.report),
        "command": command_line(found),
        "step_by_step": step_by_step_fields(found),
        "more_steps": more_steps(found),
        "warnings": warnings_of(found),
        "curve": loss_curve_of(found),
        # A retry is offered unless the same error would come again.
        "may_help": found.state != Job.State.FAILED or is_retryable(found.error_code),
        "print_size": print_size(found.result_width, found.result_height),
        "downloads": download_menu(
            reverse("job-result", kwargs={"pk": pk}),
            found.shown_file,
            found.result_width,
            found.result_height,
        ),
        **again_links(found),
    }
    if found.owner.is_guest:
        context["trying"] = trying_of(found.owner)
    if found.result:
        context["result_url"] = result_address(found)
    if found.result and not found.owner.is_guest:
        undo = request.GET.get("undo", "")
        context["development"] = development_of(
            found, shown_id=found.shown_id, actions=actions_of(found), undo=undo
        )
    return render(request, "inference/job.html", context)


@login_required
@require_safe
def jobs(request: HttpRequest) -> HttpResponse:
    """List the user's jobs, newest first."""
    mine = Job.objects.visible_to(request.user).with_parts().order_by("-created_at")
    page = Paginator(mine, JOBS_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "inference/jobs.html", {"page": page})


@maker_required
@require_POST
def job_cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Cancel a job; no picture of it is kept."""
    return redirect(cancel_job(job=_own_job(request, pk)))


@maker_required
@require_POST
def job_stop(request: HttpRequest, pk: UUID) -> HttpResponse:
    """End a painting early and keep the picture as it is then."""
    found = _own_job(request, pk)
    try:
        stop_job(job=found)
    except JobRefused as refusal:
        messages.error(request, refusal.message)
    return redirect(found)


@maker_required
@require_POST
def job_retry(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Submit the same picture again as a new job, and show that job."""
    return _next_job(request, pk, retry_job)


@login_required
@require_POST
def job_continue(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Continue a painting in a new job, and show that job."""
    return _next_job(request, pk, continue_job)


@login_required
@require_POST
def job_delete(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Delete a job and its result; an artwork kept from it stays."""
    delete_job(job=_own_job(request, pk))
    messages.success(request, _("Deleted."))
    return redirect("jobs")


# The engine does not use gettext, so its sentences are listed here for the translators.
WARNING_WORDS: Final = (
    gettext_noop(
        "The loss grew instead of falling, so painting stopped at the best picture. "
        "Choose a lower learning rate."
    ),
)


def warnings_of(job: Job) -> list[str]:
    """Return a sentence for each thing that went wrong while the picture was painted."""
    return [_(WARNINGS[code]) for code in job.report.get("warnings", []) if code in WARNINGS]


def _next_job(
    request: HttpRequest, pk: UUID, submit: Callable[..., tuple[Job, bool]]
) -> HttpResponse:
    """Redirect to the job that `submit` makes, or back to this one with the reason of a refusal."""
    found = _own_job(request, pk)
    try:
        return redirect(submit(job=found)[0])
    except JobRefused as refusal:
        messages.error(request, refusal.message)
    return redirect(found)


def _own_job(request: HttpRequest, pk: UUID) -> Job:
    return get_object_or_404(Job.objects.visible_to(maker_of(request)), pk=pk)
