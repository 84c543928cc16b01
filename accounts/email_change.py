"""A new email address: the new mailbox confirms it, and the old one is told before and after."""

import logging
from collections.abc import Callable

from allauth.account.models import EmailAddress
from django.core import signing
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.login_guard import TooManyAttempts
from accounts.mail import MailNotSent, send_letter
from accounts.models import User
from common.limits import seconds_to_wait

logger = logging.getLogger(__name__)
SALT = "accounts.email-change"
LINK_SECONDS = 24 * 3600


class EmailTaken(Exception):
    """Another account has the address."""

    code = "email_taken"
    status = 422

    def __init__(self) -> None:
        super().__init__(_("An account with this email already exists."))


class EmailLinkExpired(Exception):
    """The link is old, was used, or the password has changed since."""

    code = "email_link_expired"
    status = 410

    def __init__(self) -> None:
        super().__init__(_("This link has expired or was already used. Request the change again."))


def request_email_change(*, user: User, address: str, link_of: Callable[[str], str]) -> None:
    """Mail a link to the new address, and a notice to the current one. Nothing changes yet.

    Raises EmailTaken, TooManyAttempts or MailNotSent.
    """
    if wait := seconds_to_wait("email_change", str(user.pk)):
        raise TooManyAttempts(wait)
    if User.objects.filter(email=address).exists():
        raise EmailTaken
    proof = {"user": user.pk, "old": user.email, "new": address, "for": _password_mark(user)}
    link = link_of(signing.dumps(proof, salt=SALT))
    words = {"user": user, "new": address, "link": link, "hours": LINK_SECONDS // 3600}
    # The owner is told first: if the second mail fails, nobody has a link.
    send_letter("email_change_requested", user.email, words)
    send_letter("email_change_link", address, words)


def find_email_change(token: str) -> tuple[User, str]:
    """Return the user and the new address of a link. Raises EmailLinkExpired."""
    try:
        proof = signing.loads(token, salt=SALT, max_age=LINK_SECONDS)
    except signing.BadSignature as error:
        raise EmailLinkExpired from error
    # After the change the old address is another, so a link works once.
    owners = User.objects.filter(pk=proof["user"], email=proof["old"], is_active=True)
    user = owners.first()
    if user is None or proof["for"] != _password_mark(user):
        raise EmailLinkExpired
    return user, str(proof["new"])


def confirm_email_change(*, token: str) -> User:
    """Change the address. Raises EmailLinkExpired, or EmailTaken if another account was faster."""
    user, address = find_email_change(token)
    old = user.email
    try:
        with transaction.atomic():
            if not User.objects.filter(pk=user.pk, email=old).update(email=address):
                raise EmailLinkExpired
            # The password reset of allauth reads these rows.
            EmailAddress.objects.filter(user=user).delete()
            EmailAddress.objects.create(user=user, email=address, primary=True, verified=True)
    except IntegrityError as error:
        raise EmailTaken from error
    user.email = address
    try:
        send_letter("email_changed", old, {"user": user, "new": address})
    except MailNotSent:
        logger.warning("The notice of a new email address could not be sent", exc_info=True)
    return user


def _password_mark(user: User) -> str:
    """Return a value that changes with the password, so that a new password ends the links."""
    return signing.Signer(salt=f"{SALT}.password").signature(user.password)
