import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("dispatch", "0018_screens"),
        ("providers", "0004_tasks"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Picture",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("photo", "Photo"), ("signature", "Signature")], max_length=10
                    ),
                ),
                ("content", models.BinaryField()),
                ("taken_at", models.DateTimeField()),
                ("kept_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.AddField(
            model_name="assignment",
            name="signed",
            field=models.CharField(blank=True, max_length=10),
        ),
        migrations.AddField(
            model_name="assignment",
            name="unsigned_why",
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name="rating",
            name="link",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="dispatch.tracklink",
            ),
        ),
        migrations.AddConstraint(
            model_name="rating",
            constraint=models.UniqueConstraint(
                fields=("request", "link"), name="one_rating_a_link"
            ),
        ),
        migrations.AddField(
            model_name="picture",
            name="visit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="pictures",
                to="dispatch.assignment",
            ),
        ),
        migrations.AddIndex(
            model_name="picture",
            index=models.Index(fields=["kept_at"], name="pictures_by_age"),
        ),
        migrations.AddConstraint(
            model_name="picture",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "signature")),
                fields=("visit",),
                name="one_signature_a_visit",
            ),
        ),
    ]
