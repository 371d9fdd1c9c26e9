from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("dispatch", "0011_station"),
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
    ]
