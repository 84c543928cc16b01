"""The page of notices, and the way from a notice to what it is about."""

from typing import Final
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import SignedInRequest
from gallery.models import Notice
from gallery.notices import is_gone, mark_read, page_of, sentence_of

NOTICES_A_PAGE: Final = 50


@login_required
@require_safe
def notices(request: SignedInRequest) -> HttpResponse:
    """List the notices of the user, newest first."""
    mine = Notice.objects.owned_by(request.user).order_by("-created_at", "-pk")
    page = Paginator(mine, NOTICES_A_PAGE).get_page(request.GET.get("page"))
    rows = [(notice, sentence_of(notice)) for notice in page]
    context = {"page": page, "rows": rows, "unread": any(not row.read_at for row, _said in rows)}
    return render(request, "gallery/notices.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def notice_open(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Mark a notice as read, and go to what it is about. Links in mails lead here, too."""
    notice = get_object_or_404(Notice.objects.owned_by(request.user), pk=pk)
    if request.method != "HEAD":
        mark_read(owner=request.user, notice=notice)
    if is_gone(notice):
        messages.error(request, _("This was deleted."))
        return redirect("notices")
    return redirect(page_of(notice))


@login_required
@require_POST
def notices_read(request: SignedInRequest) -> HttpResponse:
    """Mark all notices of the user as read."""
    mark_read(owner=request.user)
    messages.success(request, _("All notices are marked as read."))
    return redirect("notices")
