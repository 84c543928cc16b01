"""`manage.py fetch_sources`: download the pictures of masterworks where museums give them away."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from library.fetching import fetch_sources


class Command(BaseCommand):
    """Turn styles of which only a code is here into styles with a picture."""

    help = "Download the open-access pictures of masterworks of which only a style code is here."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the slugs of styles; without any, all of them."""
        parser.add_argument("slug", nargs="*", help="styles to fetch; all when none is named")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Say what came of each, and fail at the end if any could not be had."""
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
