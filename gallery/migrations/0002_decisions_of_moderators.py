"""Keep the decisions of moderators apart from the artworks, which their owners may delete."""

import hashlib
from contextlib import suppress

import django.utils.timezone
from django.core.files.storage import default_storage
from django.db import migrations, models


def record_decisions(apps, schema_editor):
    """Record the decisions about the artworks that are hidden now."""
    alias = schema_editor.connection.alias
    artworks = apps.get_model("gallery", "Artwork").objects.using(alias)
    decisions = apps.get_model("gallery", "HiddenPicture").objects.using(alias)
    for artwork in artworks.filter(moderation="hidden").select_related("job"):
        if artwork.job is not None:
            # Without the file of the result, the job alone identifies the picture.
            with suppress(OSError, ValueError), default_storage.open(artwork.job.result) as file:
                artwork.sha256 = hashlib.sha256(file.read()).hexdigest()
                artwork.save(update_fields=["sha256"])
        decisions.create(sha256=artwork.sha256, job_id=artwork.job_id)


class Migration(migrations.Migration):
    dependencies = [("gallery", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="artwork",
            name="sha256",
            field=models.CharField(blank=True, db_index=True, editable=False, max_length=64),
        ),
        migrations.CreateModel(
            name="HiddenPicture",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sha256", models.CharField(blank=True, db_index=True, max_length=64)),
                ("job_id", models.UUIDField(blank=True, db_index=True, null=True)),
                ("hidden_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
        ),
        migrations.RunPython(record_decisions, migrations.RunPython.noop),
    ]
