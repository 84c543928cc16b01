"""Writes to accounts that allauth does not do."""

import secrets

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from accounts.registration import NAMES_LOCK
from common.locks import lock_until_commit
from common.text import visible_text

ADMIN_NAME = "admin"


@transaction.atomic
def make_admin() -> tuple[User, str] | None:
    """Make the first administrator, and return it with its password, which is not stored.

    Return None if there is an administrator already.
    """
    if User.objects.filter(is_superuser=True).exists():
        return None
    name = ADMIN_NAME
    if User.objects.looking_like(name).exists():
        name = f"{ADMIN_NAME}-{secrets.token_hex(3)}"
    password = secrets.token_urlsafe(15)
    return User.objects.create_superuser(name, f"{name}@localhost", password), password


@transaction.atomic
def set_display_name(*, user: User, display_name: str) -> None:
    """Change the name that is shown beside published artworks; "" means the user name.

    Raises ValidationError if the name cannot be seen, or looks like the name of another user.
    """
    lock_until_commit(NAMES_LOCK)
    before, user.display_name = user.display_name, display_name
    try:
        user.check_display_name()
    except ValidationError:
        user.display_name = before
        raise
    user.save(update_fields=["display_name"])


def set_about(*, user: User, about: str) -> None:
    """Change the line about the user on the user's page. "" removes it."""
    # It is one line: line breaks become spaces.
    user.about = " ".join(visible_text(about).split())
    user.save(update_fields=["about"])
