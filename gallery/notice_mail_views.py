"""The pages where users choose the notices that they get by mail, and stop them."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.signing import BadSignature
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts.email_proof import is_confirmed
from accounts.languages import remember_language
from accounts.mail import sends_mail
from accounts.requests import SignedInRequest
from gallery.mailing.choices import modes_of, set_modes, stop_mails
from gallery.mailing.forms import NoticeMailForm
from gallery.mailing.stop_links import reader_of


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def notice_mail(request: SignedInRequest) -> HttpResponse:
    """Show and change which notices the user gets by mail."""
    form = NoticeMailForm(request.POST or None, initial=modes_of(request.user))
    if form.is_valid():
        set_modes(owner=request.user, modes=form.cleaned_data)
        remember_language(user=request.user)
        messages.success(request, _("Saved."))
        return redirect("notice-mail")
    context = {
        "form": form,
        "sends_mail": sends_mail(),
        "is_confirmed": is_confirmed(request.user),
    }
    return render(request, "gallery/notice_mail.html", context)


# Mail programs send the form by themselves (RFC 8058). The token stands for the session.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def notices_stop(request: HttpRequest, token: str) -> HttpResponse:
    """Stop all notices by mail to the reader of a mail, who need not be signed in.

    Programs that check mail open every link in it, so only the button stops them.
    """
    try:
        reader = reader_of(token)
    except BadSignature as error:
        raise Http404 from error
    is_stopped = request.method == "POST"
    if reader and is_stopped:
        stop_mails(owner=reader)
    # To an address that the account no longer has, nothing is sent anyway.
    context = {"is_stopped": is_stopped or reader is None}
    return render(request, "gallery/notices_stop.html", context)
