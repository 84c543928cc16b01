"""Locks by name, for what no single row stands for."""

import zlib

from django.db import connection


def lock_until_commit(name: str) -> None:
    """Let no other transaction pass this point under the same name until this one has ended.

    SQLite lets only one transaction write in any case: settings make each take its lock at BEGIN.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [zlib.crc32(name.encode())])
