"""New accounts that an app requests. The sign-up page uses allauth with the same rules."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User


class AccountTaken(Exception):
    """Another request took the name or the email address a moment ago."""

    code = "account_taken"
    status = 422

    def __init__(self) -> None:
        super().__init__(_("This username or email has just been taken. Choose another one."))


def register_person(*, username: str, email: str, password: str) -> User:
    """Make an account. Raises AccountTaken if another request was faster."""
    try:
        with transaction.atomic():
            return User.objects.create_user(username, email, password)
    except IntegrityError as error:
        raise AccountTaken from error
