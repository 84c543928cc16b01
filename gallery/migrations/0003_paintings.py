"""Record the painting of each artwork and of each decision, so that continued ones are covered."""

from typing import Any

from django.db import migrations, models


def record_paintings(apps: Any, schema_editor: Any) -> None:
    """Take the painting from the jobs that still exist; a deleted job stands for itself."""
    alias = schema_editor.connection.alias
    artworks = apps.get_model("gallery", "Artwork").objects.using(alias)
    decisions = apps.get_model("gallery", "HiddenPicture").objects.using(alias)
    jobs = apps.get_model("inference", "Job").objects.using(alias)
    for artwork in artworks.filter(job__isnull=False).select_related("job"):
        painting = artwork.job.first_job or artwork.job_id
        artworks.filter(pk=artwork.pk).update(painting=painting)
    for job in jobs.filter(first_job__isnull=False).only("pk", "first_job"):
        decisions.filter(painting=job.pk).update(painting=job.first_job)


class Migration(migrations.Migration):
    dependencies = [
        ("gallery", "0002_decisions_of_moderators"),
        ("inference", "0017_first_job"),
    ]

    operations = [
        migrations.AddField(
            "artwork",
            "painting",
            models.UUIDField(db_index=True, editable=False, null=True),
        ),
        migrations.RenameField("hiddenpicture", "job_id", "painting"),
        migrations.RunPython(record_paintings, migrations.RunPython.noop),
    ]
