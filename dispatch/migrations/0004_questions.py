from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from dispatch import questions


def seed(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    questions.ensure(apps.get_model("dispatch", "Question"))


class Migration(migrations.Migration):
    """The first questions after a visit."""

    dependencies = [("dispatch", "0003_surveys")]
    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
