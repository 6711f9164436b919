"""Let the fleet's history go with its device, once past its time: a key of the purge."""

from django.db import migrations

POSTGRES = """
CREATE OR REPLACE FUNCTION classrooms_history_guard() RETURNS trigger AS $$
BEGIN
    IF TG_OP = 'DELETE' AND EXISTS (
        SELECT 1 FROM core_purgekey
        WHERE "table" = 'classrooms_fleetevent' AND before > OLD.at
    ) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'the history of the fleet is append-only';
END;
$$ LANGUAGE plpgsql;
"""
POSTGRES_BACK = """
CREATE OR REPLACE FUNCTION classrooms_history_guard() RETURNS trigger AS $$
BEGIN
    RAISE EXCEPTION 'the history of the fleet is append-only';
END;
$$ LANGUAGE plpgsql;
"""
DROP = "DROP TRIGGER classrooms_history_guard_delete"
SQLITE = """
CREATE TRIGGER classrooms_history_guard_delete BEFORE DELETE ON classrooms_fleetevent
WHEN NOT EXISTS (
    SELECT 1 FROM core_purgekey WHERE "table" = 'classrooms_fleetevent' AND before > OLD.at
)
BEGIN SELECT RAISE(ABORT, 'the history of the fleet is append-only'); END
"""
SQLITE_BACK = """
CREATE TRIGGER classrooms_history_guard_delete BEFORE DELETE ON classrooms_fleetevent
BEGIN SELECT RAISE(ABORT, 'the history of the fleet is append-only'); END
"""


def forwards(apps, schema_editor):
    postgres = schema_editor.connection.vendor == "postgresql"
    for statement in [POSTGRES] if postgres else [DROP, SQLITE]:
        schema_editor.execute(statement)


def backwards(apps, schema_editor):
    postgres = schema_editor.connection.vendor == "postgresql"
    for statement in [POSTGRES_BACK] if postgres else [DROP, SQLITE_BACK]:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("classrooms", "0002_history_guard"), ("core", "0003_rights_messages")]

    operations = [migrations.RunPython(forwards, backwards)]
