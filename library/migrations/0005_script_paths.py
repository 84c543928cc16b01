"""Update the script paths of the shipped artworks to the current folder of the scripts."""

from typing import Any

from django.db import migrations
from django.db.models import F, Value
from django.db.models.functions import Replace

OLD, NEW = "library/artworks/", "artworks/"


def rename(apps: Any, schema_editor: Any) -> None:
    """Change the accession numbers that name a script. Those of curators stay."""
    styles = apps.get_model("library", "Style").objects.using(schema_editor.connection.alias)
    styles.filter(accession_number__startswith=OLD).update(
        accession_number=Replace(F("accession_number"), Value(OLD), Value(NEW))
    )


class Migration(migrations.Migration):
    dependencies = [("library", "0004_sample")]

    operations = [migrations.RunPython(rename, migrations.RunPython.noop)]
