"""`manage.py prepare`: everything that must be there before the site answers."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    """Bring tables, static files, the shipped library and the first administrator up to date."""

    help = "Bring tables, static files, the shipped library and the first administrator up to date."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Run the steps in order; each does nothing when there is nothing to do."""
        self.stdout.write("Preparing the database …")
        call_command("migrate", interactive=False, verbosity=0)
        self.stdout.write("Collecting static files …")
        call_command("collectstatic", interactive=False, verbosity=0)
        self.stdout.write("Hanging the library …")
        call_command("load_shipped_styles", stdout=self.stdout)
        call_command("make_admin", stdout=self.stdout)
