from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from providers import categories


def seed(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    categories.ensure(apps.get_model("providers", "Category"))


class Migration(migrations.Migration):
    """The first categories. A migration of its own, so that 0001 can be regenerated."""

    dependencies = [("providers", "0001_initial")]
    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
