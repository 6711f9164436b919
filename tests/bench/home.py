"""The home page of each kind of person, beside its own SQL and beside an empty view."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import include, path

from core.access import ANYONE, allow
from tests.bench.board import Board, median_ms
from tests.bench.city import City
from tests.bench.pages import client_of, get, page_row

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
    with override_settings(ROOT_URLCONF="tests.bench.home"):
        visitor = Client()
        board.add(
            "home.visitor.ms",
            median_ms(lambda: get(visitor, "/")),
            "ms",
            baseline="an empty view",
            baseline_value=median_ms(lambda: get(visitor, "/bench/empty/")),
            at_most=50,
        )
        for key in PEOPLE:
            page_row(board, f"home.{key}", client_of(key), "/", at_most=100)
