"""Add the first job of a painting, and find it for jobs that continue another one."""

from typing import Any

from django.db import migrations, models


def find_first_jobs(apps: Any, schema_editor: Any) -> None:
    jobs = apps.get_model("inference", "Job").objects.using(schema_editor.connection.alias)
    # In this order, the first job of the one before is known already.
    for job in jobs.filter(continues__isnull=False).order_by("created_at").only("pk", "continues"):
        before = jobs.filter(pk=job.continues).only("first_job").first()
        first = before.first_job if before else None
        jobs.filter(pk=job.pk).update(first_job=first or job.continues)


class Migration(migrations.Migration):
    dependencies = [("inference", "0016_sweep_at")]

    operations = [
        migrations.AddField(
            "job",
            "first_job",
            models.UUIDField(
                editable=False, help_text="The job with which this painting began.", null=True
            ),
        ),
        migrations.RunPython(find_first_jobs, migrations.RunPython.noop),
    ]
