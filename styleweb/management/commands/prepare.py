"""`manage.py prepare`: prepare everything that the site needs before it answers."""

from typing import Any

from django.core.management.base import BaseCommand

from styleweb.preparation import prepare


class Command(BaseCommand):
    """Updates tables, static files and the shipped library, and makes the first administrator."""

    help = "Bring tables, static files, the shipped library and the first administrator up to date."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Run the steps in order. A step that is already done does nothing."""
        prepare(self.stdout.write)
