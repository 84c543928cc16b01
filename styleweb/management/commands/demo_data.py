"""`manage.py demo_data` fills a site with people, styles, artworks and galleries to look at."""

import argparse
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from library.models import Style
from styleweb.demo.pictures import SharedPicture, drawn_pictures, store
from styleweb.demo.rows import PREFIX, Amounts, Filling


class Command(BaseCommand):
    """Fill a site with people, styles, artworks and galleries that a script makes."""

    help = "Fill a site with people, styles, artworks and galleries. Not for a site in use."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Take the amounts. The defaults are for a look around."""
        parser.add_argument("--artworks", type=int, default=2_000)
        parser.add_argument("--galleries", type=int, default=60)
        parser.add_argument("--styles", type=int, default=100)
        parser.add_argument("--people", type=int, default=40)
        parser.add_argument("--pictures", type=int, default=300, help="files that the rows share")
        parser.add_argument(
            "--paint",
            type=int,
            default=0,
            help="paint so many pictures in the styles of the library, instead of drawing them",
        )
        parser.add_argument("--once", action="store_true", help="do nothing the second time")
        parser.add_argument("--password", default="", help="of all these people; none if empty")
        parser.add_argument("--force", action="store_true", help="even if real people use the site")

    def handle(self, **options: Any) -> None:
        """Draw the pictures and write the rows."""
        names = ("people", "styles", "artworks", "galleries")
        if options["once"] and _is_filled():
            return
        amounts = Amounts(**{name: options[name] for name in names})
        _check(amounts, options["paint"] or options["pictures"], force=options["force"])
        begun = time.monotonic()
        pictures = self._pictures(options["paint"], options["pictures"])
        Filling(amounts, pictures, options["password"]).fill()
        told = ", ".join(f"{options[name]} {name}" for name in names)
        self.stdout.write(f"{told} in {time.monotonic() - begun:.0f} s")
        if options["password"]:
            self.stdout.write(f"Sign in as {PREFIX}1 with the password: {options['password']}")

    def _pictures(self, paint: int, draw: int) -> list[SharedPicture]:
        if not paint:
            return [store(each) for each in drawn_pictures(draw)]
        # Only here, because it loads the worker.
        from styleweb.demo.paintings import painted

        self.stdout.write(f"Painting {paint} pictures, a few seconds each …")
        return [store(image, photo, style) for image, photo, style in painted(paint)]


def _is_filled() -> bool:
    return User.objects.filter(username__startswith=PREFIX).exists()


def _check(amounts: Amounts, pictures: int, *, force: bool) -> None:
    """Raise CommandError for amounts that do not fit, and for a site that is in use."""
    if min(pictures, amounts.people) < 1 or min(vars(amounts).values()) < 0:
        raise CommandError("There must be at least one person and one picture.")
    if amounts.artworks and not amounts.styles and not Style.objects.published().exists():
        raise CommandError("Artworks need styles. Give --styles, or load the library first.")
    if _is_filled():
        raise CommandError("This site has demonstration data already.")
    real = User.objects.people().filter(is_superuser=False).count()
    if real and not force:
        raise CommandError(
            f"{real} people use this site. Demonstration data is hard to tell from theirs, and "
            "its rows share their files. Give --force if that is what you want."
        )
