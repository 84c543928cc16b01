"""The admin pages. They have no sign-in of their own, so every password goes through one page."""

from typing import TYPE_CHECKING, Any, cast

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy

from styleweb.first_steps import first_steps, waiting_for

if TYPE_CHECKING:
    from accounts.models import User


class StylewebAdminSite(AdminSite):
    """Sends people to the account pages to sign in and to change a password.

    Its home shows what waits for the user, and to superusers the checklist of a new site.
    """

    site_header = site_title = "Styleweb"
    index_title = gettext_lazy("Administration")

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """Show the home, with what waits and the checklist."""
        user = cast("User", request.user)
        steps = first_steps(user) if user.is_superuser else []
        context = {
            **(extra_context or {}),
            "waiting": waiting_for(user),
            "steps": steps,
            "steps_open": sum(step.done is False for step in steps),
        }
        return super().index(request, context)

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Send a visitor to the sign-in page. Refuse a user who may not see the admin pages."""
        del extra_context
        if self.has_permission(request):
            return redirect("admin:index")
        if request.user.is_authenticated:
            raise PermissionDenied
        page = request.GET.get("next", "")
        if not url_has_allowed_host_and_scheme(page, allowed_hosts=None):
            page = reverse("admin:index")
        return redirect_to_login(page)

    def password_change(  # type: ignore[override]  # a redirect instead of a page
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Send an administrator to the page that every user has."""
        del request, extra_context
        return redirect("account_change_password")
