"""`manage.py load_styles FOLDER`: import a collection with its manifest."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from library.folder_import import ImportRefused, load_styles_from_folder


class Command(BaseCommand):
    """Imports a folder of pictures with a manifest into the library, as drafts."""

    help = "Bring a folder of pictures with a manifest.csv or manifest.json into the library."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the folder, and an option to publish at once."""
        parser.add_argument("folder", type=Path, help="pictures and their manifest")
        parser.add_argument("--publish", action="store_true", help="publish the new ones at once")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Load the styles and print what changed, or print everything that needs correction."""
        try:
            loaded = load_styles_from_folder(folder=options["folder"], publish=options["publish"])
        except ImportRefused as refusal:
            message = f"Nothing was taken in.\n{refusal}"
            raise CommandError(message) from refusal
        self.stdout.write(
            f"{len(loaded.created)} new, {len(loaded.updated)} changed, "
            f"{len(loaded.unchanged)} as they were."
        )
