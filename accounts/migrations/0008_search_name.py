"""Keep the names of people as searches compare them."""

from typing import Any

from django.db import migrations, models

from common.search import searchable
from common.trigrams import add_trigram_index, drop_trigram_index

INDEX = "user_search_trigrams"


def fill(apps: Any, schema_editor: Any) -> None:
    """Compute the column for the people who are there."""
    users = apps.get_model("accounts", "User").objects.using(schema_editor.connection.alias)
    for user in users.only("pk", "username", "display_name").iterator():
        name = searchable(user.display_name, user.username)
        users.filter(pk=user.pk).update(search_name=name)


def add_index(apps: Any, schema_editor: Any) -> None:
    """Index the column, where the database can."""
    del apps
    add_trigram_index(schema_editor, table="accounts_user", column="search_name", name=INDEX)


def drop_index(apps: Any, schema_editor: Any) -> None:
    """Remove the index."""
    del apps
    drop_trigram_index(schema_editor, name=INDEX)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0007_user_about")]

    operations = [
        migrations.AddField(
            "user", "search_name", models.TextField(blank=True, default="", editable=False)
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RunPython(add_index, drop_index),
    ]
