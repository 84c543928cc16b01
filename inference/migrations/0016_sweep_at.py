"""Add the time of the next sweep, and have the files of all ended work swept once."""

from typing import Any

from django.db import migrations, models
from django.db.models.functions import Now

KINDS = {"job": "job_sweep_due", "proofsheet": "sheet_sweep_due"}


def sweep_at() -> models.DateTimeField:
    return models.DateTimeField(
        editable=False,
        help_text="When the files that this ended work does not name are removed next.",
        null=True,
    )


def sweep_due(name: str) -> models.Index:
    return models.Index(condition=models.Q(sweep_at__isnull=False), fields=["sweep_at"], name=name)


def sweep_all_once(apps: Any, schema_editor: Any) -> None:
    """Killed workers of earlier releases left files in the folders of ended jobs."""
    for kind in KINDS:
        rows = apps.get_model("inference", kind).objects.using(schema_editor.connection.alias)
        rows.filter(completed_at__isnull=False).update(sweep_at=Now())


class Migration(migrations.Migration):
    dependencies = [("inference", "0015_operate_queue")]

    operations = [
        *[migrations.AddField(kind, "sweep_at", sweep_at()) for kind in KINDS],
        *[migrations.AddIndex(kind, sweep_due(name)) for kind, name in KINDS.items()],
        migrations.RunPython(sweep_all_once, migrations.RunPython.noop),
    ]
