"""Locks by name, for work that has no single row to lock."""

import zlib

from django.db import connection


def lock_until_commit(name: str) -> None:
    """Make every other transaction with this name wait here until this one has ended.

    SQLite lets only one transaction write in any case: settings make each take its lock at BEGIN.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [zlib.crc32(name.encode())])
