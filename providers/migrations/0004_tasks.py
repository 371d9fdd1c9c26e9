import django.db.models.deletion
from django.db import migrations, models

from providers import tasks


def first(apps, schema_editor):
    tasks.ensure(apps.get_model("providers", "Task"), apps.get_model("providers", "Category"))


class Migration(migrations.Migration):
    dependencies = [
        ("providers", "0003_papers"),
    ]

    operations = [
        migrations.CreateModel(
            name="Task",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                (
                    "name_zh",
                    models.CharField(blank=True, max_length=120, verbose_name="Chinese name"),
                ),
                ("order", models.PositiveSmallIntegerField(default=1, verbose_name="order")),
                ("active", models.BooleanField(default=True, verbose_name="active")),
                (
                    "category",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tasks",
                        to="providers.category",
                    ),
                ),
            ],
            options={
                "verbose_name": "task of a visit",
                "verbose_name_plural": "tasks of a visit",
                "ordering": ("category", "order", "pk"),
            },
        ),
        migrations.RunPython(first, migrations.RunPython.noop),
    ]
