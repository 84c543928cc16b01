"""`manage.py prepare`: everything that must be there before the site answers."""

from typing import Any

from django.core.management.base import BaseCommand

from styleweb.preparation import prepare


class Command(BaseCommand):
    """Bring tables, static files, the shipped library and the first administrator up to date."""

    help = "Bring tables, static files, the shipped library and the first administrator up to date."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Run the steps in order; each does nothing when there is nothing to do."""
        prepare(self.stdout.write)
