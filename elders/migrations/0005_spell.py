from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from elders import pinyin

CHUNK = 2000


def spell(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    elders = apps.get_model("elders", "Elder").objects
    chunk = []
    for elder in elders.exclude(name_zh="").only("pk", "name_zh").iterator(CHUNK):
        elder.spelled, elder.initials = (
            pinyin.spelled(elder.name_zh),
            pinyin.initials(elder.name_zh),
        )
        chunk.append(elder)
        if len(chunk) == CHUNK:
            elders.bulk_update(chunk, ["spelled", "initials"])
            chunk.clear()
    elders.bulk_update(chunk, ["spelled", "initials"])


class Migration(migrations.Migration):
    """Spells the names that are there already."""

    dependencies = [("elders", "0004_spelling")]
    operations = [migrations.RunPython(spell, migrations.RunPython.noop)]
