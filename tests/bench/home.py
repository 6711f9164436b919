"""The home page of each kind of person, beside its own SQL and beside an empty view."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import include, path

from core.access import ANYONE, allow
from core.accounts.models import User
from core.demo import DEMO_PEOPLE
from tests.bench.board import Board, median_ms
from tests.bench.city import City
from tests.people import sign_in_client

PEOPLE = (
    "parent",
    "teacher",
    "enrolment_agent",
    "canteen_manager",
    "revenue_officer",
    "it_manager",
)


@allow(ANYONE)
def empty(request: HttpRequest) -> HttpResponse:
    """Do nothing, behind the same middleware."""
    return HttpResponse(str(request.user.is_authenticated))


urlpatterns = [path("bench/empty/", empty), path("", include("portal.urls"))]


def measure(board: Board, city: City) -> None:
    """Time the page as the server makes it, without network."""
    _ = city.seeded
    plain = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    with override_settings(ROOT_URLCONF="tests.bench.home", STORAGES=plain):
        visitor = Client()
        board.add(
            "home.visitor.p50",
            median_ms(lambda: _get(visitor, "/")),
            "ms",
            baseline="an empty view",
            baseline_value=median_ms(lambda: _get(visitor, "/bench/empty/")),
            at_most=50,
        )
        emails = {person.key: person.email for person in DEMO_PEOPLE}
        for key in PEOPLE:
            client = Client()
            sign_in_client(client, User.objects.get(email=emails[key]))
            page = median_ms(lambda: _get(client, "/"))  # noqa: B023
            with CaptureQueriesContext(connection) as captured:
                _get(client, "/")
            statements = [query["sql"] for query in captured.captured_queries]
            alone = median_ms(lambda: _run(statements))  # noqa: B023
            board.add(
                f"home.{key}.p50",
                page,
                "ms",
                baseline=f"its {len(statements)} SQL statements alone",
                baseline_value=alone,
                at_most=200,
            )


def _get(client: Client, address: str) -> Any:
    response = client.get(address)
    assert response.status_code == 200, f"{address}: {response.status_code}"
    return response


def _run(statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement.replace("%", "%%") if "%" in statement else statement, [])
            if cursor.description:
                cursor.fetchall()
