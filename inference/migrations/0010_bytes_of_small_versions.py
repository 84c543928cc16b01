"""Count the small versions of photos, those that are there already too."""

from typing import Any

from django.db import migrations, models

A_ROUND = 500


def measure(apps: Any, schema_editor: Any) -> None:
    """Write what the small versions of each photo take on the disk."""
    photos = apps.get_model("inference", "Photo")
    alias = schema_editor.connection.alias
    for photo in photos.objects.using(alias).iterator(A_ROUND):
        photo.small_bytes = sum(size_of(file) for file in (photo.preview, photo.thumb))
        photo.save(update_fields=["small_bytes"])


def size_of(file: Any) -> int:
    """Return the bytes of a stored file; none for one that is not there."""
    try:
        return int(file.size) if file else 0
    except FileNotFoundError:
        return 0


class Migration(migrations.Migration):
    dependencies = [
        ("inference", "0009_quota_of_deleted_jobs"),
    ]

    operations = [
        migrations.AddField(
            model_name="photo",
            name="small_bytes",
            field=models.PositiveIntegerField(
                default=0, help_text="Size of the preview and the thumbnail."
            ),
        ),
        migrations.RunPython(measure, migrations.RunPython.noop),
    ]
