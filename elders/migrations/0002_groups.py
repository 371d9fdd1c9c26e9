from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def make(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    groups = apps.get_model("auth", "Group")
    for name in ("operator", "supervisor", "auditor", "station", "administrator"):
        groups.objects.get_or_create(name=name)


class Migration(migrations.Migration):
    """The groups that make a member of staff what they are (`elders.roles`), ready to be given."""

    dependencies = [("elders", "0001_initial"), ("auth", "0012_alter_user_first_name_max_length")]
    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
