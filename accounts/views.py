"""Account pages that allauth does not have."""

from uuid import UUID

from allauth.account.forms import SignupForm
from allauth.account.views import SignupView
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.forms import ProfileForm, TokenForm
from accounts.models import ApiToken
from accounts.registration import AccountTaken
from accounts.requests import SignedInRequest
from accounts.services import set_display_name
from accounts.tokens import create_token, revoke_token


class SignUpView(SignupView):  # type: ignore[misc]
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


@login_required
@require_http_methods(["GET", "POST"])
def profile(request: SignedInRequest) -> HttpResponse:
    """Show and change the public name of the user."""
    form = ProfileForm(request.POST or None, initial={"display_name": request.user.display_name})
    if form.is_valid():
        try:
            set_display_name(user=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error("display_name", error)
        else:
            messages.success(request, _("Saved."))
            return redirect("profile")
    return render(request, "accounts/profile.html", {"form": form})


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def tokens(request: SignedInRequest) -> HttpResponse:
    """List the tokens of the user, and make a new token, which is shown only once."""
    form, secret = TokenForm(request.POST or None), ""
    if form.is_valid():
        _row, secret = create_token(owner=request.user, **form.cleaned_data)
        form = TokenForm()
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
