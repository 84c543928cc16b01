"""Links in mails by which their reader stops them, without signing in."""

from typing import Final

from django.core import signing
from django.urls import reverse

from accounts.models import User
from common.site import absolute

SALT: Final = "gallery.notice-mail"


def stop_link(owner: User) -> str:
    """Return the address that stops the mails to `owner`. It never expires."""
    token = signing.dumps({"user": owner.pk, "to": _mark(owner)}, salt=SALT)
    return absolute(reverse("notices-stop", args=[token]))


def reader_of(token: str) -> User | None:
    """Return the user whose mails a link stops; None if the user has another address by now.

    Raises BadSignature for a link that this site did not make.
    """
    proof = signing.loads(token, salt=SALT)
    user = User.objects.filter(pk=proof["user"]).first()
    return user if user and _mark(user) == proof["to"] else None


def _mark(user: User) -> str:
    """Return a value that changes with the address, and does not show it in logs."""
    return signing.Signer(salt=f"{SALT}.address").signature(user.email)
