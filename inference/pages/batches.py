"""The page of a batch."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from inference.live.snapshots.batch import batch_snapshot
from inference.models import Batch
from inference.services.batches import cancel_batch


@never_cache
@login_required
@require_safe
def batch(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show the progress of a batch as a whole, and each of its jobs."""
    found = get_object_or_404(Batch.objects.visible_to(request.user), pk=pk)
    made = found.jobs.with_parts().order_by("created_at", "pk")
    context = {"batch": found, "jobs": made, **batch_snapshot(found)["progress"]}
    return render(request, "inference/batch.html", context)


@login_required
@require_POST
def batch_cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Cancel the jobs of a batch that are not done yet."""
    found = get_object_or_404(Batch.objects.visible_to(request.user), pk=pk)
    cancel_batch(batch=found)
    return redirect(found)
