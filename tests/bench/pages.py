"""Measures a page as the server makes it, beside its own SQL alone."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.accounts.models import User
from core.demo import DEMO_PEOPLE
from tests.bench.board import Board, median_ms
from tests.people import sign_in_client


def client_of(key: str) -> Client:
    """Return a client signed in as one of the demo's people."""
    emails = {person.key: person.email for person in DEMO_PEOPLE}
    client = Client()
    sign_in_client(client, User.objects.get(email=emails[key]))
    return client


def get(client: Client, address: str) -> Any:
    """Return the answer to a request that must succeed."""
    response = client.get(address)
    assert response.status_code == 200, f"{address}: {response.status_code}"
    return response


def page_row(
    board: Board, name: str, client: Client, address: str, *, at_most: float, queries: int = 0
) -> None:
    """Add the median time of a page, and its number of queries where a limit is given."""
    page = median_ms(lambda: get(client, address))
    statements = _statements(client, address)
    alone = median_ms(lambda: run_sql(statements))
    board.add(
        f"{name}.ms",
        page,
        "ms",
        baseline=f"its {len(statements)} SQL statements alone",
        baseline_value=alone,
        at_most=at_most,
    )
    if queries:
        board.add(
            f"{name}.queries",
            len(statements),
            "queries",
            baseline="a page without a list (help)",
            baseline_value=len(_statements(client, reverse("help"))),
            at_most=queries,
        )


def _statements(client: Client, address: str) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        get(client, address)
    return [query["sql"] for query in captured.captured_queries]


def run_sql(statements: list[str]) -> None:
    """Run statements as captured, and fetch what they answer."""
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement.replace("%", "%%") if "%" in statement else statement, [])
            if cursor.description:
                cursor.fetchall()
