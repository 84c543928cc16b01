"""`manage.py make_admin` makes the first administrator and shows the password once."""

from typing import Any

from django.core.management.base import BaseCommand

from accounts.services import make_admin


class Command(BaseCommand):
    """Make an administrator with a generated password, unless there is one."""

    help = "Make an administrator with a generated password, unless there is one."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Make it and show name and password once."""
        made = make_admin()
        if made is None:
            self.stdout.write("There is an administrator already.")
            return
        user, password = made
        self.stdout.write(f"Administrator: {user.username}   password: {password}   (shown once)")
