"""A migrated, empty database to copy, and the demo city seeded from it once."""

from __future__ import annotations

from functools import cached_property

from django.core.management import call_command
from django.db import connection

from tests.bench.board import Board, seconds


class City:
    """The data a bench looks at. Seeding happens when first needed, and is timed."""

    def __init__(self, board: Board, scale: str) -> None:
        self.board = board
        self.scale = scale

    @cached_property
    def empty(self) -> str:
        """Return the name of a migrated database that stays empty."""
        self.use("postgres")
        self.create("bench_empty", "template1")
        self.use("bench_empty")
        call_command("migrate", verbosity=0)
        return "bench_empty"

    @cached_property
    def seeded(self) -> float:
        """Seed the city, stay connected to it, and return the seconds it took.

        The static files are collected too: pages are measured as they leave in production.
        """
        call_command("collectstatic", interactive=False, verbosity=0)
        return self.seed("bench_city")

    def seed(self, name: str) -> float:
        """Seed a new database, stay connected to it, and return the seconds it took."""
        template = self.empty
        self.use("postgres")
        self.create(name, template)
        self.use(name)
        return seconds(lambda: call_command("seed_demo", scale=self.scale, verbosity=0))

    @staticmethod
    def use(name: str) -> None:
        """Connect to another database of the server."""
        connection.close()
        connection.settings_dict["NAME"] = name

    @staticmethod
    def create(name: str, template: str) -> None:
        """Copy a database to which nobody is connected."""
        with connection.cursor() as cursor:
            cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
