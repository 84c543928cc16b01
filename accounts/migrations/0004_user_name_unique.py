"""Let the database refuse a second spelling of a name."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_user_names'),
    ]

    operations = [
        migrations.AlterField(
            model_name='user',
            name='username_key',
            field=models.CharField(editable=False, max_length=600, unique=True),
        ),
    ]
