"""The commands of the site: `styleweb serve` where it is installed, `manage.py serve` here."""

import os
import sys


def main() -> None:
    """Run the command named on the command line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "styleweb.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
