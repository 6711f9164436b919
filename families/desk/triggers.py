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
#: Names given up: they come with a change, go with retention, move with a merge.
_NAMES = "families_namechange"
_NOTE = "INSERT INTO families_searchdue (kind, object_id) "


def _postgres_names() -> list[str]:
    notes = "".join(
        f"IF TG_OP <> '{not_for}' THEN "
        f"{_NOTE} SELECT 'g', {row}.guardian_id WHERE {row}.guardian_id IS NOT NULL; "
        f"{_NOTE} SELECT 'c', {row}.child_id WHERE {row}.child_id IS NOT NULL; "
        "END IF; "
        for row, not_for in (("OLD", "INSERT"), ("NEW", "DELETE"))
    )
    return [
        (
            "CREATE OR REPLACE FUNCTION families_search_due_names() RETURNS trigger "
            f"LANGUAGE plpgsql AS $$ BEGIN {notes} RETURN NULL; END $$;"
        ),
        f"DROP TRIGGER IF EXISTS families_search_due ON {_NAMES};",
        (
            "CREATE TRIGGER families_search_due AFTER INSERT OR DELETE "
            f"OR UPDATE OF guardian_id, child_id, before, reason ON {_NAMES} "
            "FOR EACH ROW EXECUTE FUNCTION families_search_due_names();"
        ),
    ]


def _sqlite_names() -> list[str]:
    statements = []
    for name, rows in (("insert", "NEW"), ("delete", "OLD"), ("update", "OLD NEW")):
        notes = "".join(
            f"{_NOTE} SELECT 'g', {row}.guardian_id WHERE {row}.guardian_id IS NOT NULL; "
            f"{_NOTE} SELECT 'c', {row}.child_id WHERE {row}.child_id IS NOT NULL; "
            for row in rows.split()
        )
        trigger = f"{_NAMES}_search_{name}"
        statements += [
            f"DROP TRIGGER IF EXISTS {trigger};",
            f"CREATE TRIGGER {trigger} AFTER {name.upper()} ON {_NAMES} BEGIN {notes} END;",
        ]
    return statements


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
            wanted = {**dict.fromkeys(_WATCHED, 2), _NAMES: 3}
            return {table for table, count in cursor.fetchall() if count == wanted.get(table)}
        cursor.execute(
            "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'families_search_due'"
        )
        return {table for (table,) in cursor.fetchall()}


def install(using: str) -> None:
    """Put the triggers in place where they are missing; safe to repeat."""
    connection = connections[using]
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
    watched = {*_WATCHED, _NAMES}
    if not {*watched, "families_searchdue"} <= tables or installed(using) == watched:
        return
    with connection.cursor() as cursor:
        sqlite = connection.vendor == "sqlite"
        names = _sqlite_names() if sqlite else _postgres_names()
        for statement in (_sqlite() if sqlite else _postgres()) + names:
            cursor.execute(statement)


def after_migrate(using: str, **_rest: Any) -> None:
    """Install the triggers once families' tables are there; connected in apps."""
    install(using)
