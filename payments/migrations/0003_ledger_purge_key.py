"""Let the ledger's entries go once past their ten years: the triggers learn the purge's key."""

from django.db import migrations

POSTGRES = """
create or replace function payments_ledger_refuse() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' and exists (
    select 1 from core_purgekey where "table" = 'payments_ledgerentry' and before > old.at
  ) then
    return old;
  end if;
  raise exception 'the ledger is append-only';
end $$;
"""
POSTGRES_BACK = """
create or replace function payments_ledger_refuse() returns trigger language plpgsql as $$
begin
  raise exception 'the ledger is append-only';
end $$;
"""
DROP = "drop trigger payments_ledger_no_delete"
SQLITE = """
create trigger payments_ledger_no_delete before delete on payments_ledgerentry
when not exists (
  select 1 from core_purgekey where "table" = 'payments_ledgerentry' and before > old.at
)
begin select raise(abort, 'the ledger is append-only'); end
"""
SQLITE_BACK = """
create trigger payments_ledger_no_delete before delete on payments_ledgerentry
begin select raise(abort, 'the ledger is append-only'); end
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
    dependencies = [("payments", "0002_ledger_append_only"), ("core", "0003_rights_messages")]

    operations = [migrations.RunPython(forwards, backwards)]
