"""The page of the sessions: where the user is signed in, and a button to sign out there."""

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.devices import device_name
from accounts.requests import SignedInRequest
from accounts.sessions import end_other_sessions, end_session, sessions_of


@never_cache
@login_required
@require_safe
def sessions(request: SignedInRequest) -> HttpResponse:
    """List the sessions of the user, this one first."""
    rows = [
        {
            "row": row,
            "device": device_name(row.user_agent),
            "is_here": row.session_key == request.session.session_key,
        }
        for row in sessions_of(request)
    ]
    return render(request, "accounts/sessions.html", {"sessions": rows})


@login_required
@require_POST
def session_end(request: SignedInRequest, pk: int) -> HttpResponse:
    """End one of the user's sessions. The next request of that browser is not signed in."""
    session = get_object_or_404(UserSession, pk=pk, user=request.user)
    if session.session_key == request.session.session_key:
        logout(request)
        return redirect("home")
    end_session(session=session)
    messages.success(request, _("That device is signed out."))
    return redirect("sessions")


@login_required
@require_POST
def sessions_end_others(request: SignedInRequest) -> HttpResponse:
    """End all sessions of the user but this one."""
    end_other_sessions(user=request.user, kept=request.session.session_key or "")
    messages.success(request, _("You are signed out on all other devices."))
    return redirect("sessions")
