"""Make the fleet's history append-only in the database itself, on both engines."""

from django.db import migrations

POSTGRES = """
CREATE FUNCTION classrooms_history_guard() RETURNS trigger AS $$
BEGIN
    RAISE EXCEPTION 'the history of the fleet is append-only';
END;
$$ LANGUAGE plpgsql;
CREATE TRIGGER classrooms_history_guard BEFORE UPDATE OR DELETE ON classrooms_fleetevent
    FOR EACH ROW EXECUTE FUNCTION classrooms_history_guard();
"""
POSTGRES_BACK = """
DROP TRIGGER classrooms_history_guard ON classrooms_fleetevent;
DROP FUNCTION classrooms_history_guard();
"""
SQLITE = [
    f"""CREATE TRIGGER classrooms_history_guard_{verb.lower()} BEFORE {verb}
    ON classrooms_fleetevent
    BEGIN SELECT RAISE(ABORT, 'the history of the fleet is append-only'); END"""
    for verb in ("UPDATE", "DELETE")
]
SQLITE_BACK = [f"DROP TRIGGER classrooms_history_guard_{verb}" for verb in ("update", "delete")]


def guard(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRES)
    else:
        for statement in SQLITE:
            schema_editor.execute(statement)


def unguard(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRES_BACK)
    else:
        for statement in SQLITE_BACK:
            schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("classrooms", "0001_initial")]

    operations = [migrations.RunPython(guard, unguard)]
