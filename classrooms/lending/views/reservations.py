"""The calendar of carts, and reserving one."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from classrooms.access import FLEET_STAFF, REPORTERS
from classrooms.lending.actions import reservations as actions
from classrooms.lending.actions.reservations import Booked
from classrooms.lending.forms_reserving import ReservationForm
from classrooms.lending.models import Reservation
from classrooms.lending.queries.calendar import (
    lent_out,
    monday_of,
    month_of,
    next_weekday,
    schools_of,
    week_of,
)
from classrooms.models import Cart, HandOut
from classrooms.views.common import number, show
from core import clock
from core.access import allow, get_visible, signed_in
from core.dates import date_format
from core.errors import RuleBroken
from core.forms import show_broken
from core.journal import Actor
from enrolment.schools.calendar import SchoolCalendar
from enrolment.schools.models import School

_SHOWN = ("cart", "school", "teacher", "class_group", "booked_by", "hand_out")


@allow(*REPORTERS)
@require_GET
def calendar(request: HttpRequest) -> HttpResponse:
    """Show a school's carts over a week, or a month; free hours are links."""
    user = signed_in(request)
    schools = schools_of(user)
    asked = number(request.GET.get("school", ""))
    school = next((s for s in schools if s.pk == asked), schools[0] if schools else None)
    by_month = request.GET.get("view") == "month"
    asked_day = request.GET.get("day", "")
    day = _day_of(asked_day)
    if not asked_day and not by_month:
        # Opened at a weekend, the week that matters is the one that comes.
        day = next_weekday(day)
    return show(
        request,
        "lending/calendar.html",
        "calendar",
        schools=schools,
        school=school,
        by_month=by_month,
        today=clock.today(),
        **_span(school, day, by_month=by_month),
    )


def _span(school: School | None, day: dt.date, *, by_month: bool) -> dict[str, Any]:
    if by_month:
        first = day.replace(day=1)
        return {
            "first": first,
            "weeks": month_of(school, first) if school else [],
            "before": first - dt.timedelta(days=1),
            "after": first + dt.timedelta(days=31),
        }
    monday = monday_of(day)
    return {
        "first": monday,
        "last": monday + dt.timedelta(days=4),
        "rows": week_of(school, monday) if school else [],
        "before": monday - dt.timedelta(weeks=1),
        "after": monday + dt.timedelta(weeks=1),
    }


@allow(*REPORTERS)
@require_http_methods(["GET", "POST"])
def reserve(request: HttpRequest, code: str) -> HttpResponse:
    """Reserve a cart: when, for which class, once or each week."""
    user = signed_in(request)
    cart: Cart = get_visible(
        Cart.objects.select_related("school"), user, code=code, school__in=schools_of(user)
    )
    school = cart.school
    if school is None:
        raise RuleBroken("other_school", _("Ce chariot n’est dans aucune école."))
    today = clock.today()
    form = ReservationForm(
        request.POST or None,
        user=user,
        cart=cart,
        school=school,
        today=today,
        initial={
            "day": _school_day(max(_day_of(request.GET.get("day", "")), today)),
            "part": request.GET.get("part", "am"),
            "first_hour": number(request.GET.get("first", "")) or 8,
            "end_hour": number(request.GET.get("end", "")) or 10,
        },
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                booked = actions.reserve(by=Actor.of(request), wish=form.wish(), **form.rest())
            except RuleBroken as broken:
                show_broken(form, broken)
                status = 409
            else:
                messages.success(request, _said(booked))
                return redirect(_week(booked.reservations[0]))
    return show(
        request,
        "lending/reserve.html",
        "calendar",
        status=status,
        cart=cart,
        school=school,
        form=form,
        late=lent_out([cart.pk]).filter(due_on__lt=today).first(),
        back=_address(school, max(_day_of(request.GET.get("day", "")), today)),
    )


@allow(*REPORTERS)
@require_GET
def reservation_page(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Show one reservation; take the cart, give it back, cancel."""
    reservation = _reservation(request, public_id)
    user = signed_in(request)
    mine = Reservation.objects.changeable_by(user).filter(pk=reservation.pk).exists()
    out = reservation.hand_out
    return show(
        request,
        "lending/reservation.html",
        "calendar",
        reservation=reservation,
        mine=mine,
        may_take=mine and reservation.state == "booked" and reservation.day == clock.today(),
        may_give_back=mine and out is not None and out.state == HandOut.State.OPEN,
        following=Reservation.objects.filter(
            series=reservation.series, day__gt=reservation.day, state="booked"
        ).count()
        if reservation.series
        else 0,
        week=_week(reservation),
        today=clock.today(),
    )


@allow(*REPORTERS)
@require_POST
def reservation_act(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Take the cart, give it back, or cancel: one's own, or those of one's charge."""
    user = signed_in(request)
    reservation = _reservation(request, public_id, mine=True)
    by, what = Actor.of(request), request.POST.get("do", "")
    try:
        if what == "take":
            hand_out = actions.take(by=by, reservation=reservation)
            count = hand_out.items.count()
            messages.success(
                request,
                ngettext(
                    "Le chariot est à vous jusqu’à ce soir : %(count)d appareil.",
                    "Le chariot est à vous jusqu’à ce soir : %(count)d appareils.",
                    count,
                )
                % {"count": count},
            )
        elif what == "give_back":
            actions.give_back(by=by, reservation=reservation)
            messages.success(request, _("C’est rendu. Merci !"))
        elif what in ("cancel", "cancel_all"):
            count = actions.cancel(by=by, reservation=reservation, following=what == "cancel_all")
            messages.success(
                request,
                ngettext(
                    "%(count)d réservation annulée.", "%(count)d réservations annulées.", count
                )
                % {"count": count},
            )
            return redirect(_week(reservation))
    except RuleBroken as broken:
        messages.error(request, broken.message)
    if what == "give_back" and user.has_role(*FLEET_STAFF):
        return redirect("classrooms:cart", code=reservation.cart.code)
    return redirect("lending:reservation", public_id=public_id)


def _reservation(request: HttpRequest, public_id: uuid.UUID, *, mine: bool = False) -> Reservation:
    user = signed_in(request)
    rows = Reservation.objects.select_related(*_SHOWN)
    if mine:
        rows = rows.filter(pk__in=Reservation.objects.changeable_by(user).values("pk"))
    found: Reservation = get_visible(rows, user, public_id=public_id)
    return found


def _day_of(text: str) -> dt.date:
    """Return the day an address names, today for what is none; within a few years."""
    today = clock.today()
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return today
    return day if abs((day - today).days) < 3 * 366 else today


def _school_day(day: dt.date) -> dt.date:
    """Return a day if there is school, else the next one that has."""
    ahead = SchoolCalendar.of(day, day + dt.timedelta(days=75))
    return ahead.next_school_day(day - dt.timedelta(days=1), within=75) or day


def _address(school: School, day: dt.date) -> str:
    return f"{reverse('lending:calendar')}?school={school.pk}&day={day.isoformat()}"


def _week(reservation: Reservation) -> str:
    return _address(reservation.school, reservation.day)


def _said(booked: Booked) -> str:
    first = booked.reservations[0]
    if len(booked.reservations) == 1:
        said = _("C’est réservé : %(day)s, %(span)s.") % {
            "day": date_format(first.day, "l j F"),
            "span": first.span,
        }
    else:
        said = _("C’est réservé pour %(count)d semaines, jusqu’au %(day)s.") % {
            "count": len(booked.reservations),
            "day": date_format(booked.reservations[-1].day, "j F"),
        }
    if booked.holidays:
        said += " " + ngettext(
            "%(count)d jour sans école sauté.",
            "%(count)d jours sans école sautés.",
            len(booked.holidays),
        ) % {"count": len(booked.holidays)}
    if booked.taken:
        said += " " + _("Déjà pris : %(days)s.") % {
            "days": ", ".join(date_format(day, "j F") for day in booked.taken)
        }
    return said
