"""The page of the operators: the queue, its workers, and the switches of both."""

from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from common.sandbox.client import ServerBusy
from common.storage import StorageFull
from common.upload_limit import TooManyUploads
from common.uploads import UploadRefused
from inference.models import OPERATE_QUEUE, Worker
from inference.pages.charts import times
from inference.pages.overview import overview
from inference.pages.staff import staff_with
from inference.services.operations import (
    NoStyle,
    NoTestPhoto,
    drain_worker,
    paint_test_picture,
    pause_queue,
    resume_queue,
    return_worker,
)
from inference.services.refusals import JobRefused
from inference.services.storage import StorageQuotaExceeded
from style_transfer.core.catalog import METHOD_INFOS, is_installed

operators_only = staff_with(OPERATE_QUEUE)
NO_TEST_PICTURE: Final = (
    *(NoStyle, NoTestPhoto, JobRefused),
    *(UploadRefused, TooManyUploads, StorageQuotaExceeded, StorageFull, ServerBusy),
)


@never_cache
@require_safe
@operators_only
def queue(request: HttpRequest, user: User) -> HttpResponse:
    """Show the queue; with `?part` only the part that changes, which a script loads again."""
    part = "inference/_queue_now.html"
    whole = "inference/queue.html"
    # Other operators see how many users wait, but not who.
    seen = overview(with_names=user.is_superuser)
    methods = [(_title_of(line.method), line) for line in seen.methods]
    context = {"now": seen, "methods": methods, "times": times()}
    return render(request, part if "part" in request.GET else whole, context)


@require_POST
@operators_only
def queue_pause(request: HttpRequest, user: User) -> HttpResponse:
    """Pause the queue: no more work starts."""
    pause_queue(by=user)
    return redirect("operators-queue")


@require_POST
@operators_only
def queue_resume(request: HttpRequest, user: User) -> HttpResponse:
    """Resume the queue."""
    resume_queue(by=user)
    return redirect("operators-queue")


@require_POST
@operators_only
def worker_drain(request: HttpRequest, user: User, pk: UUID) -> HttpResponse:
    """Drain a worker: it takes no more work."""
    drain_worker(worker=get_object_or_404(Worker, pk=pk))
    return redirect("operators-queue")


@require_POST
@operators_only
def worker_return(request: HttpRequest, user: User, pk: UUID) -> HttpResponse:
    """Let a drained worker take work again."""
    return_worker(worker=get_object_or_404(Worker, pk=pk))
    return redirect("operators-queue")


@require_POST
@operators_only
def test_picture(request: HttpRequest, user: User) -> HttpResponse:
    """Paint one of the photos that the project ships, and show how it goes."""
    try:
        job = paint_test_picture(by=user)
    except NO_TEST_PICTURE as refusal:
        messages.error(request, str(refusal))
        return redirect("admin:index")
    return redirect("job", pk=job.pk)


def _title_of(method: str) -> str:
    """Return the title of a method, or its slug if it is no longer installed."""
    return gettext(METHOD_INFOS[method].title) if is_installed(method) else method
