"""The commands of the site: `styleweb serve` when installed, `manage.py serve` in a checkout."""

import os
import sys


def main() -> None:
    """Run the command that the command line names."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "styleweb.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
