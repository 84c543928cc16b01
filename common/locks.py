"""Locks by name, for work that has no single row to lock."""

import zlib

from django.db import connection


def lock_until_commit(name: str) -> None:
    """Make every other transaction that locks this name wait here until this transaction ends.

    SQLite needs no such lock, because only one transaction can write at a time: the settings make
    each transaction take the write lock at BEGIN.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [zlib.crc32(name.encode())])
