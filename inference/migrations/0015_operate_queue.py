from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("inference", "0014_wakeup_and_pass_size")]

    operations = [
        migrations.AlterModelOptions(
            name="queueswitch",
            options={
                "permissions": [
                    ("operate_queue", "Can pause the queue, drain workers and cancel jobs")
                ]
            },
        ),
    ]
