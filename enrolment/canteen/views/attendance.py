"""Ticking who came to eat, on a phone, several people at once."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import clock
from core.access import allow, signed_in
from core.accounts.models import User
from core.accounts.roles import Role
from core.errors import RuleBroken
from core.journal import Actor
from core.paging import page_of
from enrolment.canteen import access
from enrolment.canteen.actions import attendance as acts
from enrolment.canteen.forms import DayField
from enrolment.canteen.models import Booking, Diet
from enrolment.canteen.queries import load_service
from enrolment.schools.models import RollEntry, School
from enrolment.schools.rules import LEVEL_BY_AGE
from families.desk.search import search_children
from families.models import Child
from families.rules import fold


def schools_of(user: User) -> QuerySet[School]:
    """Schools where this person ticks."""
    whole = School.objects.within_reach(user, Role.CANTEEN_MANAGER, Role.HEAD_TEACHER)
    taught = user.taught_classes.filter(school_year__start_year=clock.school_year_of(clock.today()))
    return School.objects.filter(
        Q(pk__in=whole.values("pk")) | Q(pk__in=taught.values("school")), is_open=True
    )


def day_to_tick(asked: dt.date | None = None) -> dt.date:
    """Return the day asked for, else today, else the last service day before today."""
    if asked is not None:
        return asked
    calendar = load_service().calendar
    today = clock.today()
    if calendar.is_served(today):
        return today
    return calendar.before(today) or today


@allow(*access.TICKERS)
def schools(request: HttpRequest) -> HttpResponse:
    """List the schools where one ticks, with how far each is; straight in if there is one."""
    user = signed_in(request)
    day = day_to_tick(DayField.read(request.GET))
    query = request.GET.get("q", "").strip()
    rows = schools_of(user).order_by("name", "pk")
    if not query and rows.count() == 1:
        return redirect("canteen:tick_list", rows[0].uai, day)
    if query:
        words, names = fold(query).split(), rows.values_list("pk", "name", "uai")
        keep = [pk for pk, *told in names if all(w in fold(" ".join(told)) for w in words)]
        rows = rows.filter(pk__in=keep)
    page = page_of(request, rows)
    counts = {
        row["school"]: row
        for row in Booking.objects.expected()
        .filter(day=day, school__in=[school.pk for school in page])
        .order_by()
        .values("school")
        .annotate(
            meals=Count("pk"),
            left=Count("pk", filter=Q(state=Booking.State.BOOKED)),
        )
    }
    nobody = {"meals": 0, "left": 0}
    lines = [(school, counts.get(school.pk, nobody)) for school in page]
    context = {
        "page": page,
        "lines": lines,
        "day": day,
        "query": query,
        "can_manage": user.has_role(*access.SERVICE_STAFF),
    }
    return render(request, "canteen/attendance_schools.html", context)


def _school(user: User, uai: str) -> School:
    school: School = get_object_or_404(schools_of(user), uai=uai)
    return school


def roll_of(user: User, school: School, day: dt.date) -> QuerySet[RollEntry]:
    """The pupils this person ticks at a school: all of it, or the classes taught."""
    roll = RollEntry.objects.filter(
        Q(left_on__isnull=True) | Q(left_on__gt=day),
        school=school,
        school_year__starts_on__lte=day,
        school_year__ends_on__gte=day,
    )
    if not access.ticks_whole_school(user, school):
        roll = roll.filter(class_group__in=user.taught_classes.values("pk"))
    return roll


def _list(user: User, school: School, day: dt.date) -> list[dict[str, Any]]:
    """Children expected, from the youngest class, by name, with their booking. 2 queries."""
    youngest = {code: age for age, code in LEVEL_BY_AGE.items()}
    classes: dict[int, str] = {}
    ages: dict[str, int] = {"": 0}
    seats = roll_of(user, school, day).values_list(
        "child_id", "class_group__name", "class_group__levels"
    )
    for child, name, levels in seats:
        classes[child] = name or ""
        ages[name or ""] = min((youngest.get(level, 0) for level in levels or ()), default=0)
    whole = access.ticks_whole_school(user, school)
    rows = Booking.objects.expected().filter(school=school, day=day).select_related("child")
    if not whole:
        rows = rows.filter(child__in=classes)
    found = [
        {
            "booking": row,
            "child": row.child,
            "group": classes.get(row.child_id, ""),
            "notes": _notes(row, classes.get(row.child_id, ""), shows_diet=whole),
        }
        for row in rows
    ]
    return sorted(
        found,
        key=lambda r: (
            ages[r["group"]],
            r["group"],
            r["child"].given_name,
            r["child"].full_name,
            r["child"].pk,
        ),
    )


def _notes(booking: Booking, group: str, *, shows_diet: bool) -> list[str]:
    """What stands below a child's name; the diet only for those who serve."""
    notes = [group] if group else []
    if shows_diet and booking.diet != Diet.STANDARD:
        notes.append(booking.get_diet_display())
    if booking.source == Booking.Source.UNBOOKED:
        notes.append(_("sans réservation"))
    return notes


def _context(user: User, school: School, day: dt.date, group: str) -> dict[str, Any]:
    everybody = _list(user, school, day)
    groups = list(dict.fromkeys(row["group"] for row in everybody if row["group"]))
    shown = [row for row in everybody if not group or row["group"] == group]
    states = [row["booking"].state for row in shown]
    calendar = load_service().calendar
    return {
        "school": school,
        "day": day,
        "is_today": day == clock.today(),
        "rows": shown,
        "groups": groups,
        "group": group,
        "present": states.count("served"),
        "absent": states.count("absent"),
        "left": states.count("booked"),
        "may_tick": calendar.is_served(day)
        and clock.today() - acts.CORRECTION <= day <= clock.today(),
        "shows_diets": access.ticks_whole_school(user, school),
        "previous": calendar.before(day),
        "following": calendar.next_after(day),
        "closure": "" if calendar.is_served(day) else calendar.why_closed(day) or _("pas d’école"),
    }


@allow(*access.TICKERS)
def tick_list(request: HttpRequest, uai: str, day: dt.date) -> HttpResponse:
    """Show a school's expected children with big targets to tick."""
    user = signed_in(request)
    school = _school(user, uai)
    return render(
        request,
        "canteen/attendance.html",
        _context(user, school, day, request.GET.get("classe", "")),
    )


@require_POST
@allow(*access.TICKERS)
def tick(request: HttpRequest, uai: str, day: dt.date) -> HttpResponse:
    """Write one tick (``tick=E-000123:served``), or ``rest=1`` for all who are left."""
    user = signed_in(request)
    school = _school(user, uai)
    by = Actor.of(request)
    group = request.POST.get("classe", "")
    roll = roll_of(user, school, day)
    if "rest" in request.POST:
        shown = [
            row["child"].pk
            for row in _list(user, school, day)
            if not group or row["group"] == group
        ]
        acts.tick_rest(by=by, school=school, day=day, children=shown)
        return redirect(_back(school, day, group))
    reference, _sep, state = request.POST.get("tick", "").partition(":")
    if state not in ("served", "absent", "booked", "sick"):
        raise Http404
    if state == "sick" and not access.ticks_whole_school(user, school):
        raise Http404
    children = Child.objects.filter(
        Q(pk__in=roll.values("child"))
        | Q(pk__in=Booking.objects.visible_to(user).filter(school=school, day=day).values("child"))
    )
    child = get_object_or_404(children, reference=reference)
    refusal = ""
    try:
        if state == "sick":
            _toggle_sick(by, school, day, child)
        else:
            acts.tick(by=by, school=school, day=day, child=child, state=state)
    except RuleBroken as broken:
        refusal = broken.message
    if not request.htmx:  # type: ignore[attr-defined]
        if refusal:
            messages.error(request, refusal)
        return redirect(f"{_back(school, day, group)}#{reference}")
    context = _context(user, school, day, group)
    row = next((row for row in context["rows"] if row["child"].pk == child.pk), None)
    return render(
        request,
        "canteen/parts/ticked.html",
        {**context, "row": row, "refusal": refusal, "reference": reference},
    )


def _toggle_sick(by: Actor, school: School, day: dt.date, child: Child) -> None:
    booking = get_object_or_404(Booking, school=school, day=day, child=child)
    known = booking.excuse == Booking.Excuse.SICK
    acts.excuse(
        by=by, booking=booking, reason=Booking.Excuse.NONE if known else Booking.Excuse.SICK
    )


def _back(school: School, day: dt.date, group: str) -> str:
    from urllib.parse import urlencode

    address = reverse("canteen:tick_list", args=[school.uai, day])
    return f"{address}?{urlencode({'classe': group})}" if group else address


@allow(*access.TICKERS)
def unbooked(request: HttpRequest, uai: str, day: dt.date) -> HttpResponse:
    """Find a child of the school who came without a booking, and add it."""
    user = signed_in(request)
    school = _school(user, uai)
    roll = roll_of(user, school, day)
    if request.method == "POST":
        child = get_object_or_404(
            Child.objects.filter(pk__in=roll.values("child")),
            reference=request.POST.get("child", ""),
        )
        try:
            acts.add_unbooked(by=Actor.of(request), school=school, day=day, child=child)
        except RuleBroken as broken:
            messages.error(request, broken.message)
        else:
            messages.success(
                request, _("%(child)s est noté·e présent·e.") % {"child": child.given_name}
            )
        return redirect("canteen:tick_list", school.uai, day)
    query = request.GET.get("q", "").strip()
    there = Booking.objects.expected().filter(school=school, day=day)
    rows = roll.exclude(child__in=there.values("child")).select_related("child", "class_group")
    if query:
        keys, _marks = search_children(query, Child.objects.filter(pk__in=roll.values("child")))
        rows = rows.filter(child__in=keys)
    page = page_of(request, rows.order_by("child__given_name", "child__family_name", "pk"))
    context = {"school": school, "day": day, "query": query, "page": page}
    return render(request, "canteen/attendance_unbooked.html", context)
