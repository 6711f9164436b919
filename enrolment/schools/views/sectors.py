"""For agents: the catchment areas, one segment or a whole file at a time."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import documents
from core.access import allow, signed_in
from core.accounts.roles import Role
from core.documents import Document
from core.errors import RuleBroken
from core.forms import show_broken
from core.journal import Actor
from core.paging import page_of
from enrolment.schools import queries
from enrolment.schools.actions.sectors import (
    delete_segment,
    import_segments,
    read_segments,
    save_segment,
)
from enrolment.schools.forms import SegmentFileForm, SegmentForm
from enrolment.schools.models import School, SchoolYear, StreetSegment
from families.rules import fold

AGENTS = (Role.ENROLMENT_AGENT, Role.ADMINISTRATOR)
FILE_KIND = "schools.segments"


def _year(request: HttpRequest) -> SchoolYear | None:
    wanted = request.GET.get("annee", "")
    if wanted.isdigit() and len(wanted) == 4:
        found = SchoolYear.objects.filter(start_year=int(wanted)).first()
        if found:
            return found
    return queries.current_year()


@allow(*AGENTS)
def segments(request: HttpRequest) -> HttpResponse:
    """List segments of a year, by street or school."""
    year = _year(request)
    street = request.GET.get("voie", "").strip()[:80]
    uai = request.GET.get("ecole", "")[:8]
    found = StreetSegment.objects.filter(school_year=year)
    for word in fold(street).split():
        found = found.filter(street__search_name__contains=word)
    if uai:
        found = found.filter(school__uai=uai)
    found = found.select_related("street", "school").order_by(
        "street__name", "number_from", "school__name", "pk"
    )
    return render(
        request,
        "schools/segments.html",
        {
            "page_obj": page_of(request, found),
            "year": year,
            "years": SchoolYear.objects.all(),
            "street": street,
            "uai": uai,
            "schools": School.objects.filter(is_open=True),
        },
    )


@allow(*AGENTS)
def edit(request: HttpRequest, start_year: int, pk: int | None = None) -> HttpResponse:
    """Add a segment to a year, or change one."""
    year = get_object_or_404(SchoolYear, start_year=start_year)
    segment = None
    initial: dict[str, object] = {"parity": "both"}
    if pk is not None:
        segment = get_object_or_404(
            StreetSegment.objects.select_related("street", "school"), pk=pk, school_year=year
        )
        initial = {
            "street_query": segment.street.name,
            "street": segment.street.code,
            "school": segment.school_id,
            "parity": segment.parity,
            "number_from": segment.number_from,
            "number_to": segment.number_to,
        }
    form = SegmentForm(request.POST or None, initial=initial)
    if request.method == "POST" and not form.searching and form.is_valid() and form.found:
        data = form.cleaned_data
        try:
            save_segment(
                by=Actor.of(request),
                segment=segment,
                school_year=year,
                street=form.found,
                school=data["school"],
                parity=data["parity"],
                number_from=data["number_from"],
                number_to=data["number_to"],
                shared=data["shared"],
            )
        except RuleBroken as broken:
            show_broken(form, broken)
        else:
            messages.success(request, _("Le tronçon est enregistré."))
            return redirect("schools:segments")
    return render(
        request, "schools/segment_edit.html", {"form": form, "segment": segment, "year": year}
    )


@allow(*AGENTS)
@require_POST
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a segment out."""
    segment = get_object_or_404(StreetSegment.objects.select_related("street", "school"), pk=pk)
    delete_segment(by=Actor.of(request), segment=segment)
    messages.success(request, _("Le tronçon est supprimé."))
    return redirect("schools:segments")


@allow(*AGENTS)
def upload(request: HttpRequest) -> HttpResponse:
    """Read a file of segments and show what importing it would do; nothing is written yet."""
    form = SegmentFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        year: SchoolYear = form.cleaned_data["school_year"]
        file = form.cleaned_data["file"]
        data = file.read(10_000_001)
        try:
            report = read_segments(data, file.name, school_year=year, city=settings.CITY_NAME)
        except RuleBroken as broken:
            form.add_error("file", broken.message)
        else:
            kept = documents.store_bytes(
                data,
                by=Actor.of(request),
                kind=FILE_KIND,
                filename=file.name,
                content_type="text/csv",
            )
            return render(
                request,
                "schools/segments_dry_run.html",
                {
                    "report": report,
                    "errors": report.errors[:50],
                    "shared": report.shared[:20],
                    "year": year,
                    "document": kept,
                },
            )
    return render(request, "schools/segments_upload.html", {"form": form})


@allow(*AGENTS)
@require_POST
def confirm(request: HttpRequest) -> HttpResponse:
    """Import the file whose dry run was shown."""
    year = get_object_or_404(SchoolYear, start_year=_number(request.POST.get("annee", "")))
    document = get_object_or_404(
        Document.objects.visible_to(signed_in(request)),
        public_id=_uuid(request.POST.get("document", "")),
        kind=FILE_KIND,
    )
    by = Actor.of(request)
    try:
        report = import_segments(
            by=by,
            data=document.read_bytes(),
            filename=document.filename,
            school_year=year,
            city=settings.CITY_NAME,
            skip_errors="skip_errors" in request.POST,
        )
    except RuleBroken as broken:
        messages.error(request, broken.message)
        return redirect("schools:segments_upload")
    documents.discard(document, by=by)
    messages.success(
        request,
        _("%(n)s tronçons importés pour %(schools)s écoles.")
        % {"n": len(report.segments), "schools": report.schools},
    )
    return redirect("schools:segments")


def _number(text: str) -> int:
    return int(text) if text.isdigit() and len(text) == 4 else 0


def _uuid(text: str) -> str:
    import uuid

    try:
        return str(uuid.UUID(text))
    except ValueError:
        return str(uuid.UUID(int=0))
