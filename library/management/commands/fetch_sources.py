"""`manage.py fetch_sources`: download the open-access pictures of masterworks from museums."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from library.fetching import fetch_sources


class Command(BaseCommand):
    """Fetches the pictures of styles that have only a style code."""

    help = "Download the open-access pictures of masterworks of which only a style code is here."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the slugs of styles. Without slugs, the command fetches all."""
        parser.add_argument("slug", nargs="*", help="styles to fetch; all when none is named")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print the result of each style, and fail at the end if a picture could not be fetched."""
        failed = 0
        for fetched in fetch_sources(slugs=options["slug"]):
            style = fetched.style
            if fetched.refusal:
                failed += 1
                self.stderr.write(f"{style.slug}: {fetched.refusal}")
            else:
                self.stdout.write(f"{style.slug}: {style.width} × {style.height}")
        if failed:
            message = f"{failed} could not be fetched and stay as they were."
            raise CommandError(message)
