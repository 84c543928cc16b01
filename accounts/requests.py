"""The request of a page that needs a signed-in user."""

from django.http import HttpRequest

from accounts.models import User


class SignedInRequest(HttpRequest):
    """What a view behind `login_required` is given; for the type checker."""

    user: User
