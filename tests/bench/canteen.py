"""The canteen at work: a parent's month, a kitchen's numbers, a school's list to tick."""

from __future__ import annotations

from django.urls import reverse

from core import clock
from enrolment.canteen.models import Booking
from families.models import Child
from tests.bench.board import Board
from tests.bench.city import City
from tests.bench.pages import client_of, page_row


def measure(board: Board, city: City) -> None:
    """Time the pages that everybody opens at the same hour."""
    _ = city.seeded
    newest = Booking.objects.filter(day__lte=clock.today()).order_by("-day").first()
    assert newest is not None, "the city has no meals"
    parent, manager = client_of("parent"), client_of("canteen_manager")
    lina = Child.objects.get(given_name="Lina", guardians__user__email__startswith="nadia.")
    month = reverse(
        "canteen:month",
        kwargs={
            "reference": lina.reference,
            "year": newest.day.year,
            "month": newest.day.month,
        },
    )
    page_row(board, "canteen.month", parent, month, at_most=100, queries=25)
    page_row(board, "canteen.orders", manager, reverse("canteen:orders"), at_most=200)
    tick = reverse("canteen:tick_list", kwargs={"uai": newest.school.uai, "day": newest.day})
    page_row(board, "canteen.tick_list", manager, tick, at_most=200, queries=25)
