"""Rename two fields of a style. Their database columns keep their names."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("library", "0003_proof_sha256")]

    operations = [
        migrations.AlterField(
            model_name="style",
            name="proof",
            field=models.FileField(
                blank=True, db_column="proof", editable=False, upload_to="styles/"
            ),
        ),
        migrations.RenameField("style", "proof", "sample"),
        migrations.AlterField(
            model_name="style",
            name="proof_sha256",
            field=models.CharField(
                blank=True, db_column="proof_sha256", editable=False, max_length=64
            ),
        ),
        migrations.RenameField("style", "proof_sha256", "sample_sha256"),
    ]
