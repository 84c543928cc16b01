"""One limit for every place that takes a password.

It counts wrong passwords by account and address, and by address alone. So one client can neither
try many passwords nor many names, and the owner of an account can sign in from another address.
"""

from collections.abc import Callable
from hashlib import sha256
from typing import TypeVar

from django.contrib.auth.hashers import check_password
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common.limits import TooManyCalls, address_of, seconds_to_wait, uncount

Found = TypeVar("Found")


class TooManyAttempts(TooManyCalls):
    """There were too many wrong passwords, or too many requests for mail."""

    sentence = _("Too many attempts. Try again in %(time)s.")


def guard_attempt(account: str, request: HttpRequest, check: Callable[[], Found]) -> Found:
    """Return what `check` returns, and count a failed check: one that returns None or False.

    Raises TooManyAttempts, without a check, after too many failed ones.
    """
    address = address_of(request)
    # Hashed, so that the cache holds no names.
    who = f"{sha256(account.encode(errors='replace')).hexdigest()}:{address}"
    counted = (("login", who), ("login_address", address))
    # Counted before the check, so that many attempts at once cannot all pass.
    for limit, key in counted:
        if wait := seconds_to_wait(limit, key):
            raise TooManyAttempts(wait)
    is_wrong = False
    try:
        found = check()
        is_wrong = not found
        return found
    finally:
        # A check that could not be made was no wrong try.
        if not is_wrong:
            for limit, key in counted:
                uncount(limit, key)


def account_key(user: User) -> str:
    """Return the key that counts a user: every spelling of the name and the address share it."""
    return f"user {user.pk}"


def confirm_password(*, user: User, password: str, request: HttpRequest) -> bool:
    """Return whether a user who is signed in knows the password.

    Raises TooManyAttempts after too many wrong ones.
    """
    # `user.check_password` may hash the password again, which ends the session of the request.
    return guard_attempt(
        account_key(user), request, lambda: check_password(password, user.password)
    )
