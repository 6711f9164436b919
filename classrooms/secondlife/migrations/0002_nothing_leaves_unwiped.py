"""Hold in the database itself that no data leave the city, and that write-offs are decided.

On both engines: a device enters a lot only once it is written off and either keeps no data or
carries its own verified wipe (purged or destroyed), later than its last use; a verified wipe
stays as it is. The lines look at tables of this app only: SQLite checks triggers against
every table that a migration rebuilds. On PostgreSQL also: a device becomes "retired" only
through a decided departure.
"""

from django.db import migrations

UNWIPED = "a device leaves the city only written off and wiped"
SETTLED = "a verified wipe is final"
UNDECIDED = "a device is written off only by a decision"

#: True when the new line's device may not leave.
DIRTY = """
NEW.standing AND NOT EXISTS (
    SELECT 1 FROM secondlife_departure AS d
    WHERE d.device_id = NEW.device_id AND d.state IN ('decided', 'gone')
    AND (
        (NEW.no_storage AND d.media = 'none')
        OR EXISTS (
            SELECT 1 FROM secondlife_wipe AS w
            WHERE w.id = NEW.wipe_id AND w.device_id = NEW.device_id AND w.result = 'passed'
            AND w.category IN ('purge', 'destroy')
            AND (d.last_used_at IS NULL OR w.done_at > d.last_used_at)
        )
    )
)
"""
CHANGED = """
OLD.result <> 'waiting' AND (
    NEW.result <> OLD.result OR NEW.device_id <> OLD.device_id
    OR NEW.category <> OLD.category OR NEW.done_at <> OLD.done_at
)
"""
POSTGRES = [
    f"""
CREATE FUNCTION secondlife_line_guard() RETURNS trigger AS $$
BEGIN
    IF {DIRTY} THEN RAISE EXCEPTION '{UNWIPED}' USING ERRCODE = 'check_violation'; END IF;
    RETURN NEW;
END;
$$ LANGUAGE plpgsql;
CREATE TRIGGER secondlife_line_guard BEFORE INSERT OR UPDATE ON secondlife_lotline
    FOR EACH ROW EXECUTE FUNCTION secondlife_line_guard();
""",
    f"""
CREATE FUNCTION secondlife_wipe_guard() RETURNS trigger AS $$
BEGIN
    IF {CHANGED} THEN RAISE EXCEPTION '{SETTLED}' USING ERRCODE = 'check_violation'; END IF;
    RETURN NEW;
END;
$$ LANGUAGE plpgsql;
CREATE TRIGGER secondlife_wipe_guard BEFORE UPDATE ON secondlife_wipe
    FOR EACH ROW EXECUTE FUNCTION secondlife_wipe_guard();
""",
    f"""
CREATE FUNCTION secondlife_retired_guard() RETURNS trigger AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM secondlife_departure AS d
        WHERE d.device_id = NEW.id AND d.state IN ('decided', 'gone')
    ) THEN RAISE EXCEPTION '{UNDECIDED}' USING ERRCODE = 'check_violation'; END IF;
    RETURN NEW;
END;
$$ LANGUAGE plpgsql;
CREATE TRIGGER secondlife_retired_guard BEFORE UPDATE OF state ON classrooms_device
    FOR EACH ROW WHEN (NEW.state = 'retired' AND OLD.state <> 'retired')
    EXECUTE FUNCTION secondlife_retired_guard();
""",  # noqa: S608
]
POSTGRES_BACK = [
    "DROP TRIGGER secondlife_retired_guard ON classrooms_device",
    "DROP FUNCTION secondlife_retired_guard()",
    "DROP TRIGGER secondlife_wipe_guard ON secondlife_wipe",
    "DROP FUNCTION secondlife_wipe_guard()",
    "DROP TRIGGER secondlife_line_guard ON secondlife_lotline",
    "DROP FUNCTION secondlife_line_guard()",
]
SQLITE = [
    *(
        f"""CREATE TRIGGER secondlife_line_guard_{verb.lower()} BEFORE {verb} ON secondlife_lotline
        WHEN {DIRTY} BEGIN SELECT RAISE(ABORT, '{UNWIPED}'); END"""
        for verb in ("INSERT", "UPDATE")
    ),
    f"""CREATE TRIGGER secondlife_wipe_guard BEFORE UPDATE ON secondlife_wipe
    WHEN {CHANGED} BEGIN SELECT RAISE(ABORT, '{SETTLED}'); END""",
]
SQLITE_BACK = [
    "DROP TRIGGER secondlife_line_guard_insert",
    "DROP TRIGGER secondlife_line_guard_update",
    "DROP TRIGGER secondlife_wipe_guard",
]


def guard(apps, schema_editor):
    postgres = schema_editor.connection.vendor == "postgresql"
    for statement in POSTGRES if postgres else SQLITE:
        schema_editor.execute(statement)


def unguard(apps, schema_editor):
    postgres = schema_editor.connection.vendor == "postgresql"
    for statement in POSTGRES_BACK if postgres else SQLITE_BACK:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("secondlife", "0001_secondlife")]

    operations = [migrations.RunPython(guard, unguard)]
