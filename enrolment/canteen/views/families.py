"""A family's pages: its children, a child's month, registration."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import clock
from core.access import allow, signed_in
from core.accounts.models import User
from core.accounts.roles import Role
from core.errors import RuleBroken
from core.journal import Actor
from enrolment.canteen import access
from enrolment.canteen.actions.bookings import change_meal, change_meals
from enrolment.canteen.forms import parse_month
from enrolment.canteen.models import Booking, Diet, MealRegistration
from enrolment.canteen.months import Day, Month, load_day, load_month
from enrolment.canteen.pricing import price_for
from enrolment.canteen.queries import load_service
from enrolment.canteen.words import limit_in_words
from families.models import Child

#: Who books meals: parents, and the service for them.
BOOKERS = (Role.GUARDIAN, *access.SERVICE_STAFF)


def get_child(user: User, reference: str) -> Child:
    """Fetch a child whose meals this person may book, or answer 404."""
    child: Child = get_object_or_404(access.diners(user), reference=reference)
    return child


def siblings_of(user: User, child: Child) -> list[Child]:
    """Return the other children of the same parent, oldest first; none for staff."""
    own = Child.objects.of_guardian(user)
    if not own.filter(pk=child.pk).exists():
        return []
    return list(own.exclude(pk=child.pk).order_by("birth_date", "pk"))


@allow(Role.GUARDIAN, Role.CANTEEN_MANAGER, Role.ADMINISTRATOR, Role.HEAD_TEACHER, Role.TEACHER)
def home(request: HttpRequest) -> HttpResponse:
    """Show a parent's children at the canteen; send staff to their own page."""
    user = signed_in(request)
    if not user.has_role(Role.GUARDIAN):
        manages = user.has_role(*access.SERVICE_STAFF)
        return redirect("canteen:orders" if manages else "canteen:attendance")
    today = clock.today()
    children = list(Child.objects.of_guardian(user).order_by("birth_date", "pk"))
    ends = today + dt.timedelta(days=14)
    meals: dict[int, list[Booking]] = {}
    for row in (
        Booking.objects.expected()
        .filter(child__in=children, day__range=(today, ends))
        .order_by("day")
    ):
        meals.setdefault(row.child_id, []).append(row)
    registrations = {
        row.child_id: row
        for row in MealRegistration.objects.filter(
            child__in=children, school_year__ends_on__gte=today
        )
        .filter(ends_on__isnull=True)
        .select_related("school_year")
        .prefetch_related("patterns")
        .order_by("-school_year__start_year")
    }
    cards = [
        {
            "child": child,
            "registration": registrations.get(child.pk),
            "pattern": _pattern(registrations.get(child.pk)),
            "meals": meals.get(child.pk, [])[:4],
        }
        for child in children
    ]
    return render(request, "canteen/home.html", {"cards": cards, "month": today.replace(day=1)})


def _pattern(registration: MealRegistration | None) -> Any:
    if registration is None:
        return None
    rows = list(registration.patterns.all())
    begun = [row for row in rows if row.valid_from <= clock.today()]
    return next(iter((begun or rows)[-1:]), None)


@allow(*BOOKERS)
def month(
    request: HttpRequest, reference: str, year: int | None = None, month: int | None = None
) -> HttpResponse:
    """Show a child's month; ``?jour=`` opens one day's menu beside it."""
    user = signed_in(request)
    child = get_child(user, reference)
    if year is None or month is None:
        return redirect("canteen:month", reference, *_month_to_show())
    first = parse_month(year, month)
    if first is None:
        raise Http404
    staff = access.acts_as_staff(user, child)
    loaded = load_month(child, first, by_staff=staff)
    asked = request.GET.get("jour", "")
    chosen = next((day for day in loaded.days if day.day.isoformat() == asked), None)
    context = _context(user, child, loaded, chosen or _first_of_interest(loaded))
    context["staff"] = staff
    return render(request, "canteen/month.html", context)


@allow(*BOOKERS)
def printable(request: HttpRequest, reference: str, year: int, month: int) -> HttpResponse:
    """Show the month on one sheet to pin on the fridge."""
    user = signed_in(request)
    child = get_child(user, reference)
    first = parse_month(year, month)
    if first is None:
        raise Http404
    return render(
        request, "canteen/month_print.html", {"child": child, "month": load_month(child, first)}
    )


def _month_to_show() -> tuple[int, int]:
    """Return the month of the next day one can still change: today's, out of term the next."""
    today = clock.today()
    following = load_service().calendar.on_or_after(today)
    day = following if following and (following - today).days > 14 else today
    return day.year, day.month


def _first_of_interest(loaded: Month) -> Day | None:
    today = clock.today()
    coming = [day for day in loaded.days if day.day >= today and day.state != "closed"]
    return coming[0] if coming else next(iter(loaded.with_menu), None)


def _context(user: User, child: Child, loaded: Month, chosen: Day | None) -> dict[str, Any]:
    day = max(clock.today(), loaded.first)
    eaten = [row.day for row in loaded.days if row.eats]
    price = price_for(user, child, day, meals=eaten, packed_lunch=_brings_lunch(loaded, chosen))
    siblings = siblings_of(user, child)
    return {
        "child": child,
        "siblings": siblings,
        "children": sorted([child, *siblings], key=lambda c: (c.birth_date, c.pk)),
        "month": loaded,
        "chosen": chosen,
        "price": price,
        "limit_words": limit_in_words(chosen.limit) if chosen and chosen.limit else "",
    }


def _brings_lunch(loaded: Month, chosen: Day | None) -> bool:
    diets = [row.diet for row in ([chosen] if chosen else loaded.days) if row.diet]
    return Diet.PACKED_LUNCH in diets


@allow(*BOOKERS)
def day_panel(request: HttpRequest, reference: str, day: dt.date) -> HttpResponse:
    """Show one day: its menu, its limit and what can still be done (a part of the month)."""
    user = signed_in(request)
    child = get_child(user, reference)
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect(_month_url(child, day))
    chosen = load_day(child, day, by_staff=access.acts_as_staff(user, child))
    context = {
        "child": child,
        "siblings": siblings_of(user, child),
        "chosen": chosen,
        "limit_words": limit_in_words(chosen.limit) if chosen.limit else "",
    }
    return render(request, "canteen/parts/panel.html", context)


@require_POST
@allow(*BOOKERS)
def change_day(request: HttpRequest, reference: str, day: dt.date) -> HttpResponse:
    """Book or cancel one meal; with ``for=all`` the same for brothers and sisters."""
    user = signed_in(request)
    child = get_child(user, reference)
    staff = access.acts_as_staff(user, child)
    wanted = request.POST.get("wanted") == "1"
    others = [
        other for other in siblings_of(user, child) if other.reference == request.POST.get("also")
    ]
    refusal = ""
    try:
        if others:
            change_meals(by=Actor.of(request), children=others, day=day, wanted=wanted)
        else:
            change_meal(by=Actor.of(request), child=child, day=day, wanted=wanted, staff=staff)
    except RuleBroken as broken:
        refusal = broken.message
    if not request.htmx:  # type: ignore[attr-defined]
        if refusal:
            messages.error(request, refusal)
        else:
            messages.success(request, _said(others or [child], wanted=wanted))
        return redirect(_next(request) or _month_url(child, day))
    loaded = load_month(child, day.replace(day=1), by_staff=staff)
    chosen = next((row for row in loaded.days if row.day == day), None)
    context = _context(user, child, loaded, chosen)
    context |= {
        "refusal": refusal,
        "said": "" if refusal else _said(others or [child], wanted=wanted),
    }
    # htmx swaps nothing on an error status: a refusal is shown beside the day it concerns.
    return render(request, "canteen/parts/changed.html", context)


def _said(children: list[Child], *, wanted: bool) -> str:
    names = ", ".join(child.given_name for child in children)
    if wanted:
        return _("Repas réservé pour %(names)s.") % {"names": names}
    return _("Repas annulé pour %(names)s.") % {"names": names}


def _month_url(child: Child, day: dt.date) -> str:
    address = reverse("canteen:month", args=[child.reference, day.year, day.month])
    return f"{address}?jour={day.isoformat()}#jour"


def _next(request: HttpRequest) -> str:
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()})
    return target if safe else ""
