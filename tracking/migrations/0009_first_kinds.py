from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.db.models import F

from tracking import kinds


def seed(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    kinds.ensure(apps.get_model("tracking", "DeviceKind"))
    links = apps.get_model("tracking", "DeviceLink").objects.filter(until=None)
    links.update(in_service_at=F("since"))  # who has one now has had it before there were tests


class Migration(migrations.Migration):
    """The first kinds of devices; from then on they are a town's own rows."""

    dependencies = [("tracking", "0008_silence")]
    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
