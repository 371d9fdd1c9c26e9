from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from dispatch import answering


def seed(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    answering.ensure(apps.get_model("dispatch", "AnswerRule"))


class Migration(migrations.Migration):
    """The first answer-time rules: 15, 60 and 180 seconds."""

    dependencies = [("dispatch", "0005_answer_rules")]
    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
