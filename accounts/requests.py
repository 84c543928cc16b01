"""The request of a page that needs a signed-in user."""

from django.http import HttpRequest

from accounts.models import User


class SignedInRequest(HttpRequest):
    """The request of a view with `login_required`. This class helps the type checker."""

    user: User
