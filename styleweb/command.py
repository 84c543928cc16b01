"""The commands of the site: `styleweb serve` when installed, `manage.py serve` in a checkout."""

import os
import sys


def main() -> None:
    """Run the command that the command line names. A wrong setting ends it with one sentence."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "styleweb.settings")
    from django.core.management import execute_from_command_line

    from styleweb.variables import WrongSetting

    try:
        execute_from_command_line(sys.argv)
    except WrongSetting as error:
        sys.exit(f"Styleweb does not start. {error}")
