"""The admin pages. They have no sign-in of their own, so every password goes through one page."""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme


class StylewebAdminSite(AdminSite):
    """Sends people to the account pages to sign in and to change a password."""

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
