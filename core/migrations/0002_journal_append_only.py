"""The journal can be written, never rewritten: triggers on both engines."""

from django.db import migrations

POSTGRES = [
    """
    CREATE FUNCTION core_journal_guard() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' AND EXISTS (
            SELECT 1 FROM core_journalpurge WHERE before > OLD.at
        ) THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION 'the journal is append-only';
    END $$;
    """,
    """
    CREATE TRIGGER core_journal_guard BEFORE UPDATE OR DELETE ON core_journalentry
    FOR EACH ROW EXECUTE FUNCTION core_journal_guard();
    """,
]
POSTGRES_BACK = [
    "DROP TRIGGER core_journal_guard ON core_journalentry;",
    "DROP FUNCTION core_journal_guard();",
]
SQLITE = [
    """
    CREATE TRIGGER core_journal_no_update BEFORE UPDATE ON core_journalentry
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
    """,
    """
    CREATE TRIGGER core_journal_no_delete BEFORE DELETE ON core_journalentry
    WHEN NOT EXISTS (SELECT 1 FROM core_journalpurge WHERE before > OLD.at)
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
    """,
]
SQLITE_BACK = [
    "DROP TRIGGER core_journal_no_update;",
    "DROP TRIGGER core_journal_no_delete;",
]


def run(statements_by_vendor):
    """Return an operation's function that runs the statements of the engine in use."""

    def apply(apps, schema_editor):
        for statement in statements_by_vendor[schema_editor.connection.vendor]:
            schema_editor.execute(statement)

    return apply


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]

    operations = [
        migrations.RunPython(
            run({"postgresql": POSTGRES, "sqlite": SQLITE}),
            run({"postgresql": POSTGRES_BACK, "sqlite": SQLITE_BACK}),
        ),
    ]
