"""The page on which a picture that was made elsewhere is uploaded."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.requests import SignedInRequest
from common.upload_limit import TooManyUploads
from common.uploads import UploadRefused
from gallery.forms import UploadForm
from gallery.uploads import ArtworkQuotaExceeded, upload_artwork


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def artwork_upload(request: SignedInRequest) -> HttpResponse:
    """Upload a finished picture as a private artwork."""
    form = UploadForm(request.POST or None, request.FILES or None)
    status = 422 if form.errors else 200
    if form.is_valid():
        try:
            artwork, is_new = upload_artwork(owner=request.user, **form.cleaned_data)
        except (UploadRefused, ArtworkQuotaExceeded, TooManyUploads) as refusal:
            form.add_error("file", str(refusal))
            status = refusal.status
        else:
            said = (
                _("Saved. Only you can see it.") if is_new else _("You have this picture already.")
            )
            messages.success(request, said)
            return redirect(artwork)
    return render(request, "gallery/artwork_upload.html", {"form": form}, status=status)
