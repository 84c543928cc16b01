"""Account pages: sign-up, sign-in, profile, email and tokens. allauth has the other ones."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final
from uuid import UUID

from allauth.account import views as allauth
from allauth.account.forms import SignupForm
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST
from django.views.i18n import set_language

from accounts.email_change import (
    EmailLinkExpired,
    EmailTaken,
    confirm_email_change,
    find_email_change,
    request_email_change,
)
from accounts.email_proof import (
    ProofLinkExpired,
    confirm_address,
    find_proof,
    is_confirmed,
    request_proof,
)
from accounts.forms import EmailForm, ProfileForm, TokenForm
from accounts.languages import store_language
from accounts.login_guard import TooManyAttempts
from accounts.mail import MailNotSent, no_mail_notice
from accounts.models import ApiToken
from accounts.passwords import TooManySignIns
from accounts.registration import AccountTaken
from accounts.requests import SignedInRequest
from accounts.services import set_about, set_display_name
from accounts.tokens import create_token, revoke_token

View = Callable[..., HttpResponseBase]


def guarded(view: View) -> View:
    """Answer with a page of its own if a password was not even checked."""

    @wraps(view)
    def answer(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except (TooManyAttempts, TooManySignIns) as refusal:
            page = render(request, "429.html", {"refusal": str(refusal)}, status=refusal.status)
            page.headers["Retry-After"] = str(refusal.retry_after)
            return page

    return answer


@method_decorator(guarded, name="dispatch")
class SignUpView(allauth.SignupView):  # type: ignore[misc]
    """The sign-up page."""

    def form_valid(self, form: SignupForm) -> HttpResponse:
        """Sign up, or show the form again if another request just took the name."""
        answer: HttpResponse
        try:
            answer = super().form_valid(form)
        except AccountTaken as refusal:
            form.add_error(None, str(refusal))
            answer = self.form_invalid(form)
        return answer


sign_in = guarded(allauth.login)
change_password = guarded(allauth.password_change)
reset_password = guarded(allauth.password_reset_from_key)
# The templates call it, so that no page promises a mail where none is sent.
_NOTICE: Final = {"no_mail_notice": no_mail_notice}
request_reset = allauth.PasswordResetView.as_view(extra_context=_NOTICE)
reset_requested = allauth.PasswordResetDoneView.as_view(extra_context=_NOTICE)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: SignedInRequest) -> HttpResponse:
    """Show and change the public name of the user, and the line about the user."""
    user = request.user
    initial = {"display_name": user.display_name, "about": user.about}
    form = ProfileForm(request.POST or None, initial=initial)
    if form.is_valid():
        try:
            set_display_name(user=user, display_name=form.cleaned_data["display_name"])
        except ValidationError as error:
            form.add_error("display_name", error)
        else:
            set_about(user=user, about=form.cleaned_data["about"])
            messages.success(request, _("Saved."))
            return redirect("profile")
    return render(request, "accounts/profile.html", {"form": form})


@never_cache
@login_required
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@guarded
def email(request: SignedInRequest) -> HttpResponse:
    """Request another email address. The link that is mailed there changes it."""
    form = EmailForm(request.POST or None, request=request)
    if form.is_valid():
        try:
            request_email_change(
                user=request.user,
                address=form.cleaned_data["address"],
                link_of=lambda token: request.build_absolute_uri(
                    reverse("email-confirm", args=[token])
                ),
            )
        except (EmailTaken, MailNotSent) as refusal:
            form.add_error("address", str(refusal))
        else:
            sent = _("Open the link that we sent to your new address.")
            messages.success(request, no_mail_notice() or sent)
            return redirect("account_email")
    context = {"form": form, "is_confirmed": is_confirmed(request.user)}
    return render(request, "accounts/email.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def email_confirm(request: SignedInRequest, token: str) -> HttpResponse:
    """Ask before the change, because programs that check mail open every link in it."""
    try:
        if request.method == "POST":
            confirm_email_change(token=token)
            messages.success(request, _("Your email address was changed."))
            return redirect("home")
        owner, address = find_email_change(token)
    except (EmailLinkExpired, EmailTaken) as refusal:
        told = {"refusal": str(refusal)}
        return render(request, "accounts/email_confirm.html", told, status=refusal.status)
    words = {"owner": owner, "address": address}
    return render(request, "accounts/email_confirm.html", words)


@login_required
@require_POST
@guarded
def email_proof_request(request: SignedInRequest) -> HttpResponse:
    """Mail a link that confirms the address of the account."""
    try:
        request_proof(user=request.user)
    except MailNotSent as refusal:
        messages.error(request, str(refusal))
    else:
        sent = _("We sent a link to %(address)s. Open it to confirm the address.")
        said = no_mail_notice() or sent % {"address": request.user.email}
        messages.success(request, said)
    return redirect("account_email")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def email_proof(request: SignedInRequest, token: str) -> HttpResponse:
    """Ask before the address is confirmed, because programs that check mail open every link."""
    try:
        if request.method == "POST":
            confirm_address(token=token)
            messages.success(request, _("Your email address is confirmed."))
            return redirect("notice-mail" if request.user.is_authenticated else "home")
        owner = find_proof(token)
    except ProofLinkExpired as refusal:
        told = {"refusal": str(refusal)}
        return render(request, "accounts/email_proof.html", told, status=refusal.status)
    return render(request, "accounts/email_proof.html", {"owner": owner})


def choose_language(request: SignedInRequest) -> HttpResponseBase:
    """Change the language of the pages as Django does, and store it for mails to the user."""
    answer = set_language(request)
    if request.method == "POST" and request.user.is_authenticated:
        store_language(user=request.user, language=request.POST.get("language", ""))
    return answer


@never_cache
@login_required
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@guarded
def tokens(request: SignedInRequest) -> HttpResponse:
    """List the tokens of the user, and make a new token, which is shown only once."""
    form, secret = TokenForm(request.POST or None, request=request), ""
    if form.is_valid():
        _row, secret = create_token(owner=request.user, **form.cleaned_data)
        form = TokenForm(request=request)
    mine = ApiToken.objects.active().filter(owner=request.user).order_by("-created_at")
    context = {"form": form, "secret": secret, "tokens": mine}
    return render(request, "accounts/tokens.html", context)


@login_required
@require_POST
def token_revoke(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Revoke one of the user's tokens immediately."""
    revoke_token(token=get_object_or_404(ApiToken, pk=pk, owner=request.user))
    messages.success(request, _("Revoked."))
    return redirect("tokens")
