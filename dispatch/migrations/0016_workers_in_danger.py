from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("dispatch", "0015_troubles"),
    ]

    operations = [
        migrations.AlterField(
            model_name="servicerequest",
            name="source",
            field=models.CharField(
                choices=[
                    ("call", "Call"),
                    ("alarm", "Alarm"),
                    ("page", "Page"),
                    ("api", "Api"),
                    ("operator", "Operator"),
                    ("text", "Text"),
                    ("checkin", "Checkin"),
                    ("station", "Station"),
                    ("worker", "Worker"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="assignment",
            name="proof",
            field=models.CharField(blank=True, max_length=10),
        ),
        migrations.AddField(
            model_name="assignment",
            name="proof_tries",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="assignment",
            name="tasks",
            field=models.JSONField(default=list),
        ),
    ]
