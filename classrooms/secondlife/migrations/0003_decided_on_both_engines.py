"""Refuse on SQLite also that a device is written off without a decision, as PostgreSQL does.

After the fleet's own migrations: SQLite drops a table's triggers when it rebuilds the table.
"""

from django.db import migrations

GUARD = """
CREATE TRIGGER secondlife_retired_guard BEFORE UPDATE OF state ON classrooms_device
WHEN NEW.state = 'retired' AND OLD.state <> 'retired' AND NOT EXISTS (
    SELECT 1 FROM secondlife_departure AS d
    WHERE d.device_id = NEW.id AND d.state IN ('decided', 'gone')
)
BEGIN SELECT RAISE(ABORT, 'a device is written off only by a decision'); END
"""


def guard(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(GUARD)


def unguard(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("DROP TRIGGER IF EXISTS secondlife_retired_guard")


class Migration(migrations.Migration):
    dependencies = [
        ("classrooms", "0011_import_tries"),
        ("secondlife", "0002_nothing_leaves_unwiped"),
    ]

    operations = [migrations.RunPython(guard, unguard)]
