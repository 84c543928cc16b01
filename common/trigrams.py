"""Indexes for searches in the middle of a text, on PostgreSQL. SQLite reads the whole column."""

import logging
from typing import Any

from django.db import DatabaseError, transaction

logger = logging.getLogger(__name__)


def add_trigram_index(schema_editor: Any, *, table: str, column: str, name: str) -> None:
    """Index `column` by its pieces of three letters, for a migration.

    Without the extension, which the owner of a database may be forbidden to add, searches give the
    same results, and read the whole column.
    """
    connection = schema_editor.connection
    if connection.vendor != "postgresql":
        return
    quoted = [connection.ops.quote_name(each) for each in (name, table, column)]
    try:
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
            cursor.execute(
                "CREATE INDEX IF NOT EXISTS {} ON {} USING gin ({} gin_trgm_ops)".format(*quoted)
            )
    except DatabaseError as error:
        logger.warning("No index for searches in %s: %s", table, error)


def drop_trigram_index(schema_editor: Any, *, name: str) -> None:
    """Undo the above. The extension stays, because others may use it."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"DROP INDEX IF EXISTS {schema_editor.quote_name(name)}")
