"""New accounts, from the sign-up page and from apps."""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from common.locks import lock_until_commit

# Held while a name is compared with those of all users and written.
NAMES_LOCK = "accounts.names"


class AccountTaken(Exception):
    """Another request took the name or the email address a moment ago."""

    code = "account_taken"
    status = 422

    def __init__(self) -> None:
        super().__init__(_("This username or email has just been taken. Choose another one."))


def register_person(*, username: str, email: str, password: str) -> User:
    """Make an account. Raises AccountTaken if another request was faster."""
    user = User(username=username, email=email)
    # Hashed before the lock, because it takes long.
    user.set_password(password)
    try:
        with transaction.atomic():
            lock_until_commit(NAMES_LOCK)
            user.check_username()
            user.save()
    except (IntegrityError, ValidationError) as error:
        raise AccountTaken from error
    return user
