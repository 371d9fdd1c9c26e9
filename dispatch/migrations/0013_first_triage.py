from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from dispatch import triage_seed


def seed(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    triage_seed.ensure(
        apps.get_model("dispatch", "TriageReason"), apps.get_model("dispatch", "TriageQuestion")
    )


class Migration(migrations.Migration):
    """The first reasons to call and their questions."""

    dependencies = [("dispatch", "0012_triage")]
    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
