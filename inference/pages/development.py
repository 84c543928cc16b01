"""The part of a picture's page that develops it: strength, colors, and the versions made so far."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from inference.models import Job, Revision
from inference.pages.forms import COLOR_WORDS
from inference.services.refusals import AsPainted, JobRefused, NotDevelopable
from inference.services.revisions import (
    as_painted,
    check_developable,
    delete_revision,
    make_revision,
    show_revision,
)
from inference.services.storage import StorageQuotaExceeded
from style_transfer.core.development import STRENGTH, Development
from style_transfer.core.spec import Color


class DevelopmentForm(forms.Form):
    """How to develop a picture."""

    strength = forms.FloatField(min_value=STRENGTH.low, max_value=STRENGTH.high)
    color = forms.ChoiceField(choices=[(each.value, word) for each, word in COLOR_WORDS.items()])


@dataclass(frozen=True)
class Version:
    """A line in the list of versions: a revision, or the picture as painted."""

    revision: Revision | None
    strength: float
    color: str
    is_shown: bool

    @property
    def percent(self) -> int:
        """The strength in percent."""
        return round(100 * self.strength)

    @property
    def color_word(self) -> Any:
        """The source of its colors, in words."""
        return COLOR_WORDS[Color(self.color)]


@dataclass(frozen=True)
class Actions:
    """The addresses that a page sends its forms to."""

    develop: str
    show: str


def actions_of(job: Job) -> Actions:
    """Return the addresses of the page of a job."""
    return Actions(
        reverse("job-develop", kwargs={"pk": job.pk}), reverse("job-show", kwargs={"pk": job.pk})
    )


def development_of(
    job: Job, *, shown_id: UUID | None, actions: Actions, undo: str = "", pending: str = ""
) -> dict[str, Any]:
    """Return what the page needs to develop the picture of `job`, and to list its versions.

    `shown_id` is the revision that the page shows. `undo` names the one that it showed before, and
    `pending` the one that it shows as soon as it is ready.
    """
    try:
        check_developable(job)
    except NotDevelopable as refusal:
        return {"can": False, "reason": refusal.message}
    revisions = list(job.revisions.order_by("created_at", "pk"))
    shown = next((each for each in revisions if each.pk == shown_id), None)
    painted = as_painted(job)
    first = Version(None, 1.0, str(painted["color"]), is_shown=shown is None)
    versions = [first, *(_version(each, shown) for each in revisions)]
    current = next(each for each in versions if each.is_shown)
    coming = {str(each.pk) for each in revisions if each != shown and not each.error_code}
    return {
        "can": True,
        "job": job,
        "actions": actions,
        "current": current,
        "versions": versions if revisions else [],
        "is_waiting": any(each.state in Revision.ACTIVE for each in revisions),
        "colors": COLOR_WORDS.items(),
        "settings": {**job.color_map, "width": job.result_width, "height": job.result_height},
        "pending": pending if pending in coming else "",
        "undo": undo if undo in {"painted", *(str(each.pk) for each in revisions)} else "",
    }


def _version(revision: Revision, shown: Revision | None) -> Version:
    return Version(revision, revision.strength, revision.color, is_shown=revision is shown)


@login_required
@require_POST
def job_develop(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Make a version of the picture with another strength or other colors, and show it."""
    found = own_job(request, pk)
    before = found.shown_id or "painted"
    try:
        made = develop(request, found, is_wanted=True)
    except AsPainted:
        _show(request, found, None)
        return redirect(found)
    return redirect(f"{found.get_absolute_url()}?undo={before}" if made else found)


def develop(request: HttpRequest, job: Job, *, is_wanted: bool) -> Revision | None:
    """Make the revision that the form of a page describes. If it is refused, tell the user why.

    Raises AsPainted.
    """
    form = DevelopmentForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose a strength from 0 to 100 percent, and the colors."))
        return None
    development = Development(form.cleaned_data["strength"], form.cleaned_data["color"])
    try:
        return make_revision(job=job, development=development, is_wanted=is_wanted)[0]
    except AsPainted:
        raise
    except (JobRefused, StorageQuotaExceeded) as refusal:
        messages.error(request, str(refusal))
        return None


@login_required
@require_POST
def job_show(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show another version of the picture."""
    found = own_job(request, pk)
    before = found.shown_id or "painted"
    is_shown = _show(request, found, named_revision(request, found))
    return redirect(f"{found.get_absolute_url()}?undo={before}" if is_shown else found)


def _show(request: HttpRequest, job: Job, revision: Revision | None) -> bool:
    """Show a version of the picture. If that is refused, tell the user why and return False."""
    try:
        show_revision(job=job, revision=revision)
    except JobRefused as refusal:
        messages.error(request, refusal.message)
        return False
    return True


def named_revision(request: HttpRequest, job: Job) -> Revision | None:
    """Return the revision that the form names; None for the picture as painted. Raises Http404."""
    name = request.POST.get("revision", "")
    if name in {"", "painted"}:
        return None
    form = forms.UUIDField(required=True)
    try:
        pk = form.clean(name)
    except forms.ValidationError:
        pk = None
    found: Revision = get_object_or_404(Revision, job=job, pk=pk)
    return found


@login_required
@require_POST
def revision_delete(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Delete a version of a picture, and go back to the page where the user was."""
    mine = Revision.objects.visible_to(request.user).select_related("job")
    revision = get_object_or_404(mine, pk=pk)
    try:
        delete_revision(revision=revision)
    except JobRefused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("The version was deleted."))
    page = request.POST.get("next", "")
    is_here = page.startswith("/") and url_has_allowed_host_and_scheme(page, allowed_hosts=None)
    return redirect(page if is_here else revision.job)


def own_job(request: HttpRequest, pk: UUID) -> Job:
    """Return a job of the user. Raises Http404."""
    return get_object_or_404(Job.objects.visible_to(request.user), pk=pk)
