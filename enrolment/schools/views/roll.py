"""For head teachers: the roll of the school, its classes, on screen, on paper, in Excel."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from core import clock, journal
from core.access import allow, get_visible, signed_in
from core.accounts.roles import Role
from core.errors import RuleBroken
from core.forms import show_broken
from core.journal import Actor
from core.paging import page_of
from core.spreadsheets import Column, write_xlsx, xlsx_response
from enrolment.schools import queries
from enrolment.schools.actions.roll import place
from enrolment.schools.forms import PlaceForm
from enrolment.schools.models import ClassGroup, RollEntry, School, SchoolYear
from families.rules import fold


def _school(request: HttpRequest, uai: str | None) -> School:
    schools = queries.head_schools(signed_in(request))
    school = schools.filter(uai=uai).first() if uai else schools.first()
    if school is None:
        raise Http404
    return school


def _year(request: HttpRequest) -> SchoolYear:
    wanted = request.GET.get("annee", "")
    year = (
        SchoolYear.objects.filter(start_year=int(wanted)).first()
        if wanted.isdigit() and len(wanted) == 4
        else queries.current_year()
    )
    if year is None:
        raise Http404
    return year


@allow(Role.HEAD_TEACHER)
def roll(request: HttpRequest, uai: str | None = None) -> HttpResponse:
    """Show the children of one's school by class, with the seats left."""
    school, year = _school(request, uai), _year(request)
    classes = queries.classes_with_seats(school, year)
    entries = queries.roll_of(school, year)
    chosen = request.GET.get("classe", "")
    if chosen == "sans":
        entries = entries.filter(class_group__isnull=True)
    elif chosen.isdigit():
        entries = entries.filter(class_group=int(chosen[:9]))
    text = request.GET.get("q", "").strip()[:60]
    if text:
        words = fold(text).split()
        names = entries.values_list("pk", "child__given_name", "child__family_name")
        keep = [pk for pk, *name in names if all(w in fold(" ".join(name)) for w in words)]
        entries = entries.filter(pk__in=keep)
    everybody = queries.roll_of(school, year)
    unplaced = everybody.filter(class_group__isnull=True).count()
    return render(
        request,
        "schools/roll.html",
        {
            "school": school,
            "schools": queries.head_schools(signed_in(request)),
            "year": year,
            "years": SchoolYear.objects.order_by("-start_year")[:3],
            "classes": classes,
            "chosen": chosen,
            "q": text,
            "total": everybody.count(),
            "unplaced": unplaced,
            "page_obj": page_of(request, entries),
        },
    )


@allow(Role.HEAD_TEACHER)
def printable(request: HttpRequest, uai: str) -> HttpResponse:
    """Show the whole roll by class, made for paper."""
    school, year = _school(request, uai), _year(request)
    journal.record_read(Actor.of(request), "roll", school, reason="print")
    by_class: dict[str, list[RollEntry]] = {}
    for entry in queries.roll_of(school, year):
        name = entry.class_group.name if entry.class_group else _("Sans classe")
        by_class.setdefault(name, []).append(entry)
    return render(
        request,
        "schools/roll_print.html",
        {"school": school, "year": year, "by_class": by_class, "today": clock.today()},
    )


@allow(Role.HEAD_TEACHER)
def export(request: HttpRequest, uai: str) -> HttpResponse:
    """Download the roll as a workbook."""
    school, year = _school(request, uai), _year(request)
    columns = [
        Column(_("Classe"), width=14),
        Column(_("Niveau"), width=10),
        Column(_("Nom"), width=24),
        Column(_("Prénom"), width=20),
        Column(_("Né·e le"), kind="date", width=14),
        Column(_("Dossier"), width=16),
        Column(_("Admis·e le"), kind="date", width=14),
    ]
    rows = (
        (
            entry.class_group.name if entry.class_group else "",
            entry.level,
            entry.child.used_name or entry.child.family_name,
            entry.child.given_name,
            entry.child.birth_date,
            entry.child.reference,
            entry.admitted_on,
        )
        for entry in queries.roll_of(school, year)
    )
    data = write_xlsx(_("Élèves %(year)s") % {"year": year}, columns, rows)
    journal.record_read(Actor.of(request), "roll", school, reason="export")
    return xlsx_response(data, f"eleves-{school.uai}-{year.start_year}.xlsx")


def _entry(request: HttpRequest, pk: int) -> RollEntry:
    user = signed_in(request)
    mine = RollEntry.objects.filter(school__in=queries.head_schools(user).values("pk"))
    entry: RollEntry = get_visible(
        mine.select_related("child", "school", "school_year", "class_group"), user, pk=pk
    )
    return entry


@allow(Role.HEAD_TEACHER)
def pupil(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a child into a class; leaving the school is asked for and certified elsewhere."""
    entry = _entry(request, pk)
    classes = queries.classes_with_seats(entry.school, entry.school_year)
    fitting = [group for group in classes if entry.level in group.levels]
    place_form = PlaceForm(
        request.POST if "class_group" in request.POST else None,
        classes=ClassGroup.objects.filter(pk__in=[group.pk for group in fitting]),
    )
    if request.method == "POST":
        try:
            if place_form.is_bound and place_form.is_valid():
                group = place_form.cleaned_data["class_group"]
                place(by=Actor.of(request), entry=entry, class_group=group)
                messages.success(
                    request,
                    _("%(name)s est en %(group)s.")
                    % {"name": entry.child.given_name, "group": group.name},
                )
                return redirect("schools:roll", uai=entry.school.uai)
        except RuleBroken as broken:
            show_broken(place_form, broken)
    return render(
        request,
        "schools/pupil.html",
        {
            "entry": entry,
            "fitting": fitting,
            "place_form": place_form,
        },
    )
