"""How long the demo city takes, beside the same rows inserted by the database alone."""

from __future__ import annotations

import statistics

from django.db import connection

from tests.bench.board import Board, seconds
from tests.bench.city import City


def measure(board: Board, city: City) -> None:
    """Seed several times (the large city once), then copy every row with plain SQL."""
    times = [city.seeded]
    if city.scale == "small":
        times += [city.seed(f"bench_again{number}") for number in range(2)]
        city.use("bench_city")
    copied, rows = _copy_all()
    board.add(
        f"seed.{city.scale}.duration",
        statistics.median(times),
        "s",
        baseline=f"INSERT … SELECT of the same {rows:,} rows, indexes included",
        baseline_value=copied,
        at_most=30 if city.scale == "small" else 600,
    )


def _copy_all() -> tuple[float, int]:
    tables = [
        name
        for name in connection.introspection.table_names()
        if not name.startswith(("django_", "auth_"))
    ]
    total = 0
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA bench_copy")
        for name in tables:
            cursor.execute(
                f'CREATE TABLE bench_copy."{name}"'
                f' (LIKE "{name}" INCLUDING ALL EXCLUDING GENERATED EXCLUDING IDENTITY)'
            )
            cursor.execute(f'SELECT count(*) FROM "{name}"')  # noqa: S608
            total += cursor.fetchone()[0]

        def copy() -> None:
            for name in tables:
                cursor.execute(f'INSERT INTO bench_copy."{name}" SELECT * FROM "{name}"')  # noqa: S608

        spent = seconds(copy)
        cursor.execute("DROP SCHEMA bench_copy CASCADE")
    return spent, total
