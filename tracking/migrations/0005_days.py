"""On PostgreSQL the history becomes a table by day; nothing that was in it is lost."""

from datetime import UTC, datetime, timedelta

from django.db import migrations

MOST_DAYS = 400  # a table each; what is older stays in the table for everything else

WHOLE_TO_PARENT = """
ALTER TABLE tracking_position RENAME TO tracking_position_whole;
ALTER TABLE tracking_position_whole DROP CONSTRAINT position_is_kept_once;
ALTER TABLE tracking_position_whole ALTER COLUMN id DROP IDENTITY;
CREATE SEQUENCE tracking_position_number;
SELECT setval('tracking_position_number', coalesce(max(id), 0) + 1) FROM tracking_position_whole;
CREATE TABLE tracking_position (LIKE tracking_position_whole INCLUDING CONSTRAINTS)
    PARTITION BY RANGE (fixed_at);
ALTER TABLE tracking_position
    ALTER COLUMN id SET DEFAULT nextval('tracking_position_number'),
    ADD CONSTRAINT position_is_kept_once UNIQUE (device_id, fixed_at, lat, lon);
ALTER SEQUENCE tracking_position_number OWNED BY tracking_position.id;
CREATE TABLE tracking_position_elsewhere PARTITION OF tracking_position DEFAULT;
"""


def forwards(apps, editor):
    if editor.connection.vendor != "postgresql":
        return
    # Room in each page for the next version of a row: where a device is changes all the time.
    editor.execute("ALTER TABLE tracking_device SET (fillfactor = 70)")
    editor.execute(WHOLE_TO_PARENT)
    for day in _days(editor):
        name = f"tracking_position_{day:%Y%m%d}"
        span = f"FROM ('{day} 00:00+00') TO ('{day + timedelta(days=1)} 00:00+00')"
        editor.execute(f"CREATE TABLE {name} PARTITION OF tracking_position FOR VALUES {span}")
    editor.execute("INSERT INTO tracking_position SELECT * FROM tracking_position_whole")
    editor.execute("DROP TABLE tracking_position_whole")


def _days(editor):
    """The days of what is there, and those to come."""
    today = datetime.now(UTC).date()
    with editor.connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT (fixed_at AT TIME ZONE 'UTC')::date FROM tracking_position_whole"
        )
        said = {day for (day,) in cursor.fetchall()}
    lately = {day for day in said if today - timedelta(days=MOST_DAYS) < day <= today}
    return sorted(lately | {today + timedelta(days=ahead) for ahead in range(-1, 4)})


def backwards(apps, editor):
    if editor.connection.vendor != "postgresql":
        return
    editor.execute("CREATE TABLE tracking_position_whole (LIKE tracking_position INCLUDING ALL)")
    editor.execute("INSERT INTO tracking_position_whole SELECT * FROM tracking_position")
    editor.execute("ALTER SEQUENCE tracking_position_number OWNED BY tracking_position_whole.id")
    editor.execute("DROP TABLE tracking_position")
    editor.execute("ALTER TABLE tracking_position_whole RENAME TO tracking_position")
    editor.execute("ALTER TABLE tracking_position ADD PRIMARY KEY (id)")


class Migration(migrations.Migration):
    dependencies = [("tracking", "0004_history")]
    operations = [migrations.RunPython(forwards, backwards)]
