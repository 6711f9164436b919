"""Triggers that note whose search entry is stale, whoever writes and however.

Pages, the API, imports and seeding write names by many ways, some in bulk; the database sees
them all. Installed after every migration rather than by one: SQLite builds a table anew when a
column changes, and forgets its triggers.
"""

from __future__ import annotations

from typing import Any

from django.db import connections

_WATCHED = {
    "families_guardian": (
        "g",
        "given_name, family_name, used_name, phone, email, merged_into_id",
    ),
    "families_child": (
        "c",
        "given_name, family_name, used_name, birth_date, merged_into_id",
    ),
}


def _postgres() -> list[str]:
    statements = [
        """
        CREATE OR REPLACE FUNCTION families_search_due() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO families_searchdue (kind, object_id) VALUES (TG_ARGV[0], NEW.id);
            RETURN NULL;
        END $$;
        """
    ]
    for table, (kind, columns) in _WATCHED.items():
        statements += [
            f"DROP TRIGGER IF EXISTS families_search_due ON {table};",
            (
                f"CREATE TRIGGER families_search_due AFTER INSERT OR UPDATE OF {columns} "
                f"ON {table} FOR EACH ROW EXECUTE FUNCTION families_search_due('{kind}');"
            ),
        ]
    return statements


def _sqlite() -> list[str]:
    note = "INSERT INTO families_searchdue (kind, object_id) VALUES ('{kind}', NEW.id);"
    statements = []
    for table, (kind, columns) in _WATCHED.items():
        for name, event in (("insert", "INSERT"), ("update", f"UPDATE OF {columns}")):
            trigger = f"{table}_search_{name}"
            statements += [
                f"DROP TRIGGER IF EXISTS {trigger};",
                (
                    f"CREATE TRIGGER {trigger} AFTER {event} ON {table} "
                    f"BEGIN {note.format(kind=kind)} END;"
                ),
            ]
    return statements


def installed(using: str) -> set[str]:
    """Return the tables watched in a database."""
    connection = connections[using]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "SELECT tbl_name, count(*) FROM sqlite_master WHERE type = 'trigger' "
                "AND name LIKE 'families_%_search_%' GROUP BY tbl_name"
            )
            return {table for table, count in cursor.fetchall() if count == 2}
        cursor.execute(
            "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'families_search_due'"
        )
        return {table for (table,) in cursor.fetchall()}


def install(using: str) -> None:
    """Put the triggers in place where they are missing; safe to repeat."""
    connection = connections[using]
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
    if not {*_WATCHED, "families_searchdue"} <= tables or installed(using) == set(_WATCHED):
        return
    with connection.cursor() as cursor:
        for statement in _sqlite() if connection.vendor == "sqlite" else _postgres():
            cursor.execute(statement)


def after_migrate(using: str, **_rest: Any) -> None:
    """Install the triggers once families' tables are there; connected in apps."""
    install(using)
