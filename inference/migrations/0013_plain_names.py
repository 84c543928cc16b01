"""Rename two models and a field; tables and columns keep their names."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("inference", "0012_forget_deleted_jobs")]

    operations = [
        migrations.AlterModelTable("gonejob", "inference_gonejob"),
        migrations.RenameModel("GoneJob", "DeletedJob"),
        migrations.AlterModelTable("changeclock", "inference_changeclock"),
        migrations.RenameModel("ChangeClock", "ChangeCounter"),
        migrations.AlterField(
            model_name="changecounter",
            name="forgotten",
            field=models.PositiveBigIntegerField(db_column="forgotten", default=0),
        ),
        migrations.RenameField("changecounter", "forgotten", "pruned_through"),
    ]
