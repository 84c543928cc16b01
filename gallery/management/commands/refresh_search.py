"""Write the words that the search of the public gallery looks into."""

from typing import Any

from django.core.management.base import BaseCommand

from gallery.indexing import refresh_search


class Command(BaseCommand):
    """`manage.py refresh_search`: needed after curators renamed styles or artists."""

    help = "Bring the search of the public gallery up to date with the labels of the styles."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the command."""
        del args, options
        changed = refresh_search()
        self.stdout.write(f"Changed the search text of {changed} artworks.")
