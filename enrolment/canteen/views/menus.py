"""Menus by week, for the people who write them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.contrib import messages
from django.forms import formset_factory
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock
from core.access import allow, get_visible, signed_in
from core.errors import RuleBroken
from core.forms import show_broken
from core.journal import Actor
from core.spreadsheets import read_table
from core.spreadsheets.reading import MAX_BYTES
from enrolment.canteen import access
from enrolment.canteen.actions.menu_files import (
    COLUMNS,
    MenuFile,
    import_menus,
    read_menus,
)
from enrolment.canteen.actions.menus import Dish, write_menu
from enrolment.canteen.forms import CourseForm, DayField, MenuFileForm
from enrolment.canteen.models import Course, Kitchen, Menu
from enrolment.canteen.queries import load_service


class ThemeForm(forms.Form):
    """The title a menu may carry."""

    theme = forms.CharField(label=gettext_lazy("Titre du jour"), required=False, max_length=80)


CourseFormSet = formset_factory(CourseForm, extra=2, max_num=12)


@allow(*access.SERVICE_STAFF)
def week(request: HttpRequest) -> HttpResponse:
    """Show a week of menus of one kitchen."""
    user = signed_in(request)
    kitchens = list(Kitchen.objects.visible_to(user))
    code = request.GET.get("cuisine", "")
    kitchen = next((row for row in kitchens if row.code == code), next(iter(kitchens), None))
    service = load_service()
    asked = DayField.read(request.GET)
    day = asked or service.calendar.on_or_after(clock.today()) or clock.today()
    monday = day - dt.timedelta(days=day.weekday())
    friday = monday + dt.timedelta(days=4)
    menus = {
        menu.day: menu
        for menu in Menu.objects.filter(
            kitchen=kitchen, day__range=(monday, friday)
        ).prefetch_related("courses")
    }
    days = [monday + dt.timedelta(days=number) for number in range(5)]
    rows = [
        {
            "day": one,
            "menu": menus.get(one),
            "served": service.calendar.is_served(one),
            "closure": service.calendar.why_closed(one),
        }
        for one in days
        if service.calendar.is_served(one) or service.calendar.why_closed(one)
    ]
    context = {
        "kitchens": kitchens,
        "kitchen": kitchen,
        "rows": rows,
        "monday": monday,
        "previous": monday - dt.timedelta(days=7),
        "following": monday + dt.timedelta(days=7),
        "vegetarian": any(
            "vegetarian" in course.labels and not course.diet and course.kind == "main"
            for menu in menus.values()
            for course in menu.courses.all()
        ),
    }
    return render(request, "canteen/menus.html", context)


@allow(*access.SERVICE_STAFF)
def import_file(request: HttpRequest, code: str) -> HttpResponse:
    """Read menus from a file: a trial first, which writes nothing."""
    kitchen: Kitchen = get_visible(Kitchen.objects, signed_in(request), code=code)
    form = MenuFileForm(request.POST or None, request.FILES or None)
    content: MenuFile | None = None
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            content = read_menus(read_table(upload.read(MAX_BYTES + 1), upload.name))
            if form.cleaned_data["write"]:
                days = import_menus(by=Actor.of(request), kitchen=kitchen, content=content)
                messages.success(
                    request, _("%(days)s jours de menus enregistrés.") % {"days": days}
                )
                first = min(content.days, default=clock.today())
                address = f"{reverse('canteen:menus')}?cuisine={code}&jour={first.isoformat()}"
                return redirect(address)
        except RuleBroken as broken:
            show_broken(form, broken)
    context = {"kitchen": kitchen, "form": form, "content": content, "columns": COLUMNS}
    status = 422 if form.errors else 200
    return render(request, "canteen/menu_import.html", context, status=status)


@allow(*access.SERVICE_STAFF)
def edit(request: HttpRequest, code: str, day: dt.date) -> HttpResponse:
    """Write a day's dishes."""
    kitchen: Kitchen = get_visible(Kitchen.objects, signed_in(request), code=code)
    menu = Menu.objects.filter(kitchen=kitchen, day=day).prefetch_related("courses").first()
    initial = [
        {
            "kind": course.kind,
            "name": course.name,
            "diet": course.diet,
            "allergens": course.allergens,
            "labels": course.labels,
        }
        for course in (menu.courses.all() if menu else ())
    ] or [{"kind": kind} for kind in Course.Kind.values]
    theme = ThemeForm(request.POST or None, initial={"theme": menu.theme if menu else ""})
    formset = CourseFormSet(request.POST or None, initial=initial, prefix="plats")
    refusal = ""
    if request.method == "POST" and theme.is_valid() and formset.is_valid():
        try:
            write_menu(
                by=Actor.of(request),
                kitchen=kitchen,
                day=day,
                theme=theme.cleaned_data["theme"],
                dishes=_dishes(formset),
            )
        except RuleBroken as broken:
            refusal = broken.message
        else:
            messages.success(request, _("Le menu est enregistré."))
            return redirect(f"{reverse('canteen:menus')}?cuisine={code}&jour={day.isoformat()}")
    failed = bool(refusal) or (request.method == "POST")
    context = {
        "kitchen": kitchen,
        "day": day,
        "formset": formset,
        "title_form": theme,
        "refusal": refusal,
    }
    return render(request, "canteen/menu_edit.html", context, status=422 if failed else 200)


def _dishes(formset: Any) -> list[Dish]:
    """Return the dishes that were named; an emptied name removes its dish."""
    return [
        Dish(
            kind=data["kind"],
            name=data["name"],
            diet=data["diet"],
            allergens=tuple(data["allergens"]),
            labels=tuple(data["labels"]),
        )
        for data in (form.cleaned_data for form in formset)
        if data.get("name")
    ]
