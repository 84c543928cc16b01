"""Prepare the site before it serves. A step that is already done takes almost no time."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from styleweb.mail import mail_warnings
from styleweb.variables import unknown_variables


def prepare(say: Callable[[str], object]) -> None:
    """Update the database, static files and library, and make an administrator if there is none.

    `say` gets a sentence before each slow step.
    """
    for warning in [*mail_warnings(), *unknown_variables()]:
        say(f"{warning.msg} {warning.hint}")
    migrate(say)
    collect_static(settings.DATA_DIR / "static.stamp", say)
    call_command("load_shipped_styles")
    call_command("make_admin")


def migrate(say: Callable[[str], object]) -> None:
    """Apply the missing migrations. The check is ten times faster than to run `migrate`."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        say("Preparing the database …")
        call_command("migrate", verbosity=0, interactive=False)


def collect_static(stamp: Path, say: Callable[[str], object]) -> None:
    """Collect and compress the static files, unless `stamp` says that they did not change."""
    digest = static_digest()
    if stamp.exists() and stamp.read_text() == digest and Path(settings.STATIC_ROOT).is_dir():
        return
    say("Collecting and compressing the static files …")
    stamp.unlink(missing_ok=True)
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    stamp.write_text(digest)


def static_digest() -> str:
    """Return a digest that changes when a static file is added, removed or written.

    It stays the same when the data folder is moved.
    """
    digest = hashlib.sha256(os.path.relpath(settings.STATIC_ROOT, settings.DATA_DIR).encode())
    for finder in get_finders():
        for name, storage in finder.list(ignore_patterns=None):
            status = Path(storage.path(name)).stat()
            digest.update(f"{name} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.hexdigest()
