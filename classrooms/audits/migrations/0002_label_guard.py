"""Make the log of printed labels append-only in the database, save for the purge's key."""

from django.db import migrations

POSTGRES = """
CREATE FUNCTION audits_labels_guard() RETURNS trigger AS $$
BEGIN
    IF TG_OP = 'DELETE' AND EXISTS (
        SELECT 1 FROM core_purgekey
        WHERE "table" = 'audits_labelprint' AND before > OLD.at
    ) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'the log of labels is append-only';
END;
$$ LANGUAGE plpgsql;
CREATE TRIGGER audits_labels_guard BEFORE UPDATE OR DELETE ON audits_labelprint
    FOR EACH ROW EXECUTE FUNCTION audits_labels_guard();
"""
POSTGRES_BACK = """
DROP TRIGGER audits_labels_guard ON audits_labelprint;
DROP FUNCTION audits_labels_guard();
"""
SQLITE = (
    """CREATE TRIGGER audits_labels_guard_update BEFORE UPDATE ON audits_labelprint
    BEGIN SELECT RAISE(ABORT, 'the log of labels is append-only'); END""",
    """CREATE TRIGGER audits_labels_guard_delete BEFORE DELETE ON audits_labelprint
    WHEN NOT EXISTS (
        SELECT 1 FROM core_purgekey WHERE "table" = 'audits_labelprint' AND before > OLD.at
    )
    BEGIN SELECT RAISE(ABORT, 'the log of labels is append-only'); END""",
)
SQLITE_BACK = (
    "DROP TRIGGER audits_labels_guard_update",
    "DROP TRIGGER audits_labels_guard_delete",
)


def guard(apps, schema_editor):
    postgres = schema_editor.connection.vendor == "postgresql"
    for statement in (POSTGRES,) if postgres else SQLITE:
        schema_editor.execute(statement)


def unguard(apps, schema_editor):
    postgres = schema_editor.connection.vendor == "postgresql"
    for statement in (POSTGRES_BACK,) if postgres else SQLITE_BACK:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("audits", "0001_counting"), ("core", "0003_rights_messages")]

    operations = [migrations.RunPython(guard, unguard)]
