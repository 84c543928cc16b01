"""Writes to accounts that allauth does not do."""

import secrets

from django.db import transaction

from accounts.models import User

ADMIN_NAME = "admin"


@transaction.atomic
def make_admin() -> tuple[User, str] | None:
    """Make the first administrator, and return it with its password, which is not stored.

    Return None if there is an administrator already.
    """
    if User.objects.filter(is_superuser=True).exists():
        return None
    name = ADMIN_NAME
    if User.objects.filter(username__iexact=name).exists():
        name = f"{ADMIN_NAME}-{secrets.token_hex(3)}"
    password = secrets.token_urlsafe(15)
    return User.objects.create_superuser(name, f"{name}@localhost", password), password


def set_display_name(*, user: User, display_name: str) -> None:
    """Change the name that is shown beside published artworks; "" means the user name."""
    user.display_name = display_name
    user.save(update_fields=["display_name"])
