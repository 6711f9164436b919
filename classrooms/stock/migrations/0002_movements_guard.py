"""Make the movements of the stock append-only in the database itself, on both engines.

The key of the purge (core) lets rows go that are past their time.
"""

from django.db import migrations

POSTGRES = """
CREATE FUNCTION stock_movement_guard() RETURNS trigger AS $$
BEGIN
    IF TG_OP = 'DELETE' AND EXISTS (
        SELECT 1 FROM core_purgekey WHERE "table" = 'stock_stockmovement' AND before > OLD.at
    ) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'the movements of the stock are append-only';
END;
$$ LANGUAGE plpgsql;
CREATE TRIGGER stock_movement_guard BEFORE UPDATE OR DELETE ON stock_stockmovement
    FOR EACH ROW EXECUTE FUNCTION stock_movement_guard();
"""
POSTGRES_BACK = """
DROP TRIGGER stock_movement_guard ON stock_stockmovement;
DROP FUNCTION stock_movement_guard();
"""
SQLITE = [
    """CREATE TRIGGER stock_movement_guard_update BEFORE UPDATE ON stock_stockmovement
    BEGIN SELECT RAISE(ABORT, 'the movements of the stock are append-only'); END""",
    """CREATE TRIGGER stock_movement_guard_delete BEFORE DELETE ON stock_stockmovement
    WHEN NOT EXISTS (
        SELECT 1 FROM core_purgekey WHERE "table" = 'stock_stockmovement' AND before > OLD.at
    )
    BEGIN SELECT RAISE(ABORT, 'the movements of the stock are append-only'); END""",
]
SQLITE_BACK = [f"DROP TRIGGER stock_movement_guard_{verb}" for verb in ("update", "delete")]


def guard(apps, schema_editor):
    postgres = schema_editor.connection.vendor == "postgresql"
    for statement in [POSTGRES] if postgres else SQLITE:
        schema_editor.execute(statement)


def unguard(apps, schema_editor):
    postgres = schema_editor.connection.vendor == "postgresql"
    for statement in [POSTGRES_BACK] if postgres else SQLITE_BACK:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("stock", "0001_initial"), ("core", "0003_rights_messages")]

    operations = [migrations.RunPython(guard, unguard)]
