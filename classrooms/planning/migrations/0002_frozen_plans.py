"""Let nothing of a frozen plan change in the database itself, on both engines.

Its people may be emptied (retention), its state moves on; all that was asked, known and found
stays as it was.
"""

from django.db import migrations

FIXED = (
    *("public_id", "name", "category_id", "devices", "lot", "weights", "low", "high", "schools"),
    *("kinds", "excluded", "created_at", "snapshot", "digest", "frozen_at"),
)
SAYS = "a frozen plan does not change"

_CHANGED = " OR ".join(f'NEW."{name}" IS DISTINCT FROM OLD."{name}"' for name in FIXED)
POSTGRES = f"""
CREATE FUNCTION planning_plan_guard() RETURNS trigger AS $$
BEGIN
    IF OLD.state <> 'draft' THEN
        IF TG_OP = 'DELETE' THEN
            RAISE EXCEPTION '{SAYS}';
        END IF;
        IF NEW.state = 'draft' OR {_CHANGED} OR (
            NEW.author_id IS NOT NULL AND NEW.author_id IS DISTINCT FROM OLD.author_id
        ) THEN
            RAISE EXCEPTION '{SAYS}';
        END IF;
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END;
$$ LANGUAGE plpgsql;
CREATE TRIGGER planning_plan_guard BEFORE UPDATE OR DELETE ON planning_plan
    FOR EACH ROW EXECUTE FUNCTION planning_plan_guard();
"""
POSTGRES_BACK = """
DROP TRIGGER planning_plan_guard ON planning_plan;
DROP FUNCTION planning_plan_guard();
"""
_SQLITE_CHANGED = " OR ".join(f'NEW."{name}" IS NOT OLD."{name}"' for name in FIXED)
SQLITE = [
    f"""CREATE TRIGGER planning_plan_guard_update BEFORE UPDATE ON planning_plan
    WHEN OLD.state <> 'draft' AND (NEW.state = 'draft' OR {_SQLITE_CHANGED} OR (
        NEW.author_id IS NOT NULL AND NEW.author_id IS NOT OLD.author_id))
    BEGIN SELECT RAISE(ABORT, '{SAYS}'); END""",
    f"""CREATE TRIGGER planning_plan_guard_delete BEFORE DELETE ON planning_plan
    WHEN OLD.state <> 'draft'
    BEGIN SELECT RAISE(ABORT, '{SAYS}'); END""",
]
SQLITE_BACK = [f"DROP TRIGGER planning_plan_guard_{verb}" for verb in ("update", "delete")]


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
    dependencies = [("planning", "0001_plans_and_forecasts")]

    operations = [migrations.RunPython(guard, unguard)]
