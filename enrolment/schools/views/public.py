"""For everybody: the schools of the city, and the school of an address."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from core.access import ANYONE, allow
from core.paging import page_of
from enrolment.schools import queries
from enrolment.schools.catchment import schools_for
from enrolment.schools.forms import LookupForm
from enrolment.schools.models import School, StreetSegment


@allow(ANYONE)
def directory(request: HttpRequest) -> HttpResponse:
    """List the schools, searched by name, street or district, filtered by kind."""
    text = request.GET.get("q", "").strip()[:80]
    kind = request.GET.get("type", "")
    schools = School.objects.filter(is_open=True)
    if kind in School.Kind.values:
        schools = schools.filter(kind=kind)
    found = queries.search_schools(schools, text).select_related("street").order_by("name", "pk")
    page = page_of(request, found)
    return render(
        request,
        "schools/directory.html",
        {"page_obj": page, "q": text, "kind": kind, "kinds": School.Kind.choices},
    )


@allow(ANYONE)
def detail(request: HttpRequest, uai: str) -> HttpResponse:
    """Show a school: where it is, what it teaches, which streets it serves."""
    school = get_object_or_404(
        School.objects.filter(is_open=True).select_related("street"), uai=uai
    )
    year = queries.current_year()
    segments = (
        StreetSegment.objects.filter(school=school, school_year=year)
        .select_related("street")
        .order_by("street__name", "number_from", "pk")
    )
    return render(
        request,
        "schools/detail.html",
        {"school": school, "year": year, "segments": list(segments) if year else []},
    )


@allow(ANYONE)
def lookup(request: HttpRequest) -> HttpResponse:
    """Answer "which school for my address?" from a street and a number; nothing is kept."""
    form = LookupForm(request.GET or None)
    schools: list[School] = []
    asked = False
    year = queries.current_year()
    if request.GET and not form.searching and form.is_valid() and form.found and year:
        number, _suffix = form.cleaned_data["parsed"]
        schools = schools_for(form.found, number, year)
        asked = True
    return render(
        request,
        "schools/lookup.html",
        {"form": form, "schools": schools, "asked": asked, "year": year},
    )
