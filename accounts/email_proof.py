"""A proof that a mailbox belongs to the user: a link that is mailed there is opened."""

from allauth.account.models import EmailAddress
from django.core import signing
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.languages import remember_language
from accounts.login_guard import TooManyAttempts
from accounts.mail import send_letter
from accounts.models import User
from common.limits import seconds_to_wait
from common.site import absolute

SALT = "accounts.email-proof"
LINK_SECONDS = 24 * 3600


class ProofLinkExpired(Exception):
    """The link is old, or the address of the account is another one by now."""

    code = "email_link_expired"
    status = 410

    def __init__(self) -> None:
        super().__init__(_("This link has expired. Request a new one."))


def is_confirmed(user: User) -> bool:
    """Tell whether the user has shown that the mailbox of the account is theirs."""
    mine = EmailAddress.objects.filter(user=user, email__iexact=user.email)
    return bool(mine.filter(verified=True).exists())


def request_proof(*, user: User) -> None:
    """Mail a link to the address of the account. Raises TooManyAttempts or MailNotSent."""
    if wait := seconds_to_wait("email_change", str(user.pk)):
        raise TooManyAttempts(wait)
    remember_language(user=user)
    token = signing.dumps({"user": user.pk, "email": user.email}, salt=SALT)
    link = absolute(reverse("email-proof", args=[token]))
    words = {"user": user, "link": link, "hours": LINK_SECONDS // 3600}
    send_letter("email_proof", user.email, words)


def find_proof(token: str) -> User:
    """Return the user of a link. Raises ProofLinkExpired."""
    try:
        proof = signing.loads(token, salt=SALT, max_age=LINK_SECONDS)
    except signing.BadSignature as error:
        raise ProofLinkExpired from error
    owners = User.objects.filter(pk=proof["user"], email=proof["email"], is_active=True)
    if (user := owners.first()) is None:
        raise ProofLinkExpired
    return user


@transaction.atomic
def confirm_address(*, token: str) -> User:
    """Note that the address of the account is confirmed. Raises ProofLinkExpired."""
    user = find_proof(token)
    # The page of the new address writes these rows, too.
    User.objects.select_for_update().filter(pk=user.pk).first()
    # Another user may have confirmed the address before an administrator gave it to this one.
    EmailAddress.objects.filter(Q(user=user) | Q(email__iexact=user.email)).delete()
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    return user
