"""The ledger may only grow: the database itself refuses to change or delete an entry."""

from django.db import migrations

POSTGRES = """
create function payments_ledger_refuse() returns trigger language plpgsql as $$
begin
  raise exception 'the ledger is append-only';
end $$;
create trigger payments_ledger_append_only before update or delete on payments_ledgerentry
  for each row execute function payments_ledger_refuse();
"""
POSTGRES_BACK = """
drop trigger payments_ledger_append_only on payments_ledgerentry;
drop function payments_ledger_refuse();
"""
SQLITE = (
    (
        "create trigger payments_ledger_no_update before update on payments_ledgerentry "
        "begin select raise(abort, 'the ledger is append-only'); end"
    ),
    (
        "create trigger payments_ledger_no_delete before delete on payments_ledgerentry "
        "begin select raise(abort, 'the ledger is append-only'); end"
    ),
)


def forwards(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRES)
    else:
        for statement in SQLITE:
            schema_editor.execute(statement)


def backwards(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRES_BACK)
    else:
        schema_editor.execute("drop trigger payments_ledger_no_update")
        schema_editor.execute("drop trigger payments_ledger_no_delete")


class Migration(migrations.Migration):
    dependencies = [("payments", "0001_initial")]

    operations = [migrations.RunPython(forwards, backwards)]
