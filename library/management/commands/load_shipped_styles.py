"""`manage.py load_shipped_styles`: load the styles that the project ships."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from library.shipped_styles import ManifestMismatch, load_shipped_styles


class Command(BaseCommand):
    """Imports the styles that the project ships into the library. A second run changes nothing."""

    help = "Bring the styles that come with the project into the library."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Load the styles, and print what changed."""
        try:
            loaded = load_shipped_styles()
        except ManifestMismatch as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"Shipped styles: {len(loaded.created)} new, {len(loaded.updated)} changed, "
            f"{len(loaded.unchanged)} as they were."
        )
