"""Rename two fields; their columns keep their names."""

import django.utils.timezone
from django.db import migrations, models


def wakeup_at() -> models.DateTimeField:
    return models.DateTimeField(
        default=django.utils.timezone.now, db_column="ticket_at", help_text="When the last task message was sent."
    )


class Migration(migrations.Migration):
    dependencies = [("inference", "0013_plain_names")]

    operations = [
        migrations.AlterField("job", "ticket_at", wakeup_at()),
        migrations.RenameField("job", "ticket_at", "wakeup_at"),
        migrations.AlterField("proofsheet", "ticket_at", wakeup_at()),
        migrations.RenameField("proofsheet", "ticket_at", "wakeup_at"),
        migrations.AlterField(
            "job",
            "batch",
            models.PositiveSmallIntegerField(
                db_column="batch", default=1, help_text="Number of pictures painted in the same pass."
            ),
        ),
        migrations.RenameField("job", "batch", "pass_size"),
    ]
