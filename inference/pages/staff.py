"""Guards of the pages of staff: operators of the queue, and curators of the library."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from accounts.models import User

View = Callable[..., HttpResponse]


def staff_with(permission: str) -> Callable[[View], View]:
    """Return a guard that sends visitors to sign in, and refuses users without `permission`."""

    def guard(view: View) -> View:
        @login_required
        @wraps(view)
        def guarded(request: HttpRequest, **address: Any) -> HttpResponse:
            user = request.user
            if not (isinstance(user, User) and user.is_staff and user.has_perm(permission)):
                raise PermissionDenied
            return view(request, user, **address)

        return guarded

    return guard
