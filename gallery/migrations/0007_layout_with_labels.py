"""Name the layout with labels, and the index of the public gallery, by what they are."""

from typing import Any

from django.db import migrations, models

LAYOUTS = [("grid", "Grid"), ("labels", "Large, with labels"), ("slideshow", "Slideshow")]


def rename_layout(apps: Any, schema_editor: Any) -> None:
    """Keep the choice of the owners under its new name."""
    galleries = apps.get_model("gallery", "Gallery").objects.using(schema_editor.connection.alias)
    galleries.filter(layout="wall").update(layout="labels")


def restore_layout(apps: Any, schema_editor: Any) -> None:
    """Give the choice its old name back."""
    galleries = apps.get_model("gallery", "Gallery").objects.using(schema_editor.connection.alias)
    galleries.filter(layout="labels").update(layout="wall")


class Migration(migrations.Migration):
    dependencies = [("gallery", "0006_uploaded_artworks")]

    operations = [
        migrations.RenameIndex(
            model_name="artwork", old_name="artwork_wall", new_name="artwork_newest_public"
        ),
        migrations.AlterField(
            model_name="gallery",
            name="layout",
            field=models.CharField(choices=LAYOUTS, default="grid", max_length=10),
        ),
        migrations.RunPython(rename_layout, restore_layout),
    ]
