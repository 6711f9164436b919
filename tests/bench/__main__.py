"""``python -m tests.bench [area …]``: measure, print a table, write ``var/bench.json``.

On a PostgreSQL of its own, filled with the demo city; ``BENCH_SCALE=city`` for the large one.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
AREAS = ("seed", "home", "search", "canteen", "classrooms", "payments")


def main(wanted: list[str]) -> int:
    """Run the areas asked for, or all; return 1 when a goal is missed."""
    unknown = set(wanted) - set(AREAS)
    if unknown:
        sys.exit(f"Domaine inconnu : {', '.join(unknown)}. Il y a : {', '.join(AREAS)}.")
    from tests import postgres

    folder = tempfile.mkdtemp(prefix="escale-bench-")
    server, url = postgres.start()
    try:
        os.environ.update(
            DEMO="1",
            DJANGO_SETTINGS_MODULE="portal.settings",
            DATABASE_URL=url,
            VAR_DIR=folder,
            CELERY_BROKER_URL="memory://",
            CONN_MAX_AGE="600",
        )
        import django

        django.setup()
        from tests.bench.board import Board
        from tests.bench.city import City

        board = Board()
        city = City(board, os.environ.get("BENCH_SCALE", "small"))
        for area in wanted or AREAS:
            import_module(f"tests.bench.{area}").measure(board, city)
    finally:
        from django.db import connections

        connections.close_all()
        postgres.stop(server)
        shutil.rmtree(folder, ignore_errors=True)
    board.write(ROOT / "var" / "bench.json")
    missed = [row.name for row in board.rows if not row.ok]
    print(f"var/bench.json: {len(board.rows)} rows" + (f", missed: {missed}" if missed else ""))
    return bool(missed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
