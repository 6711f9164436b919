"""Typing a paper form, on one page, for the family one acts for."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from core import clock, documents
from core.access import SIGNED_IN, allow, reach_of, signed_in
from core.acting import acting_of
from core.errors import RuleBroken
from core.forms import show_broken
from core.journal import Actor
from enrolment.registration import queries
from enrolment.registration.access import AGENTS
from enrolment.registration.actions.paper import (
    SCAN_KIND,
    NewChild,
    PaperEntry,
    enter_paper,
    sworn_kinds,
)
from enrolment.registration.forms import PaperForm
from enrolment.registration.models import Application
from families.forms.address import AddressForm
from families.models import Child, Guardian
from families.views.base import household_required


@allow(SIGNED_IN)
def paper(request: HttpRequest) -> HttpResponse:
    """Enter a whole form at once; an agent begins by finding the family to act for."""
    user = signed_in(request)
    if acting_of(user) is None and reach_of(user, *AGENTS).city:
        messages.info(request, _("Choisissez d’abord la famille pour qui saisir le dossier."))
        return redirect("families:desk")
    answer: HttpResponse = _paper(request)
    return answer


@household_required
def _paper(request: HttpRequest, guardian: Guardian) -> HttpResponse:
    user = signed_in(request)
    acting = acting_of(user)
    if acting is None or acting.by_mandate:
        raise Http404
    children = list(Child.objects.of_guardian(user).order_by("birth_date", "pk"))
    years = queries.open_years()
    household = guardian.household
    form = PaperForm(
        request.POST or None,
        request.FILES or None,
        children=[(c.reference, f"{c.full_name}, {c.birth_date:%d/%m/%Y}") for c in children],
        years=years,
        has_address=bool(household.address_lines),
        initial={
            **AddressForm.initial_of(household),
            "received_on": clock.today(),
            "child": children[0].reference if children else PaperForm.NEW,
            "school_year": str(years[-1].start_year) if years else "",
        },
    )
    if request.method == "POST" and not form.searching and form.is_valid():
        made = _enter(request, guardian, form, children)
        if made is not None:
            messages.success(
                request,
                _("Dossier %(reference)s enregistré. Il compte depuis le jour de sa réception.")
                % {"reference": made.reference},
            )
            return redirect("registration:application", reference=made.reference)
    return render(request, "registration/paper.html", {"form": form, "household": household})


def _enter(
    request: HttpRequest, guardian: Guardian, form: PaperForm, children: list[Child]
) -> Application | None:
    data = form.cleaned_data
    by = Actor.of(request)
    known = next((c for c in children if c.reference == data["child"]), None)
    year = next(y for y in queries.open_years() if str(y.start_year) == data["school_year"])
    try:
        entry = PaperEntry(
            child=known
            or NewChild(
                given_name=data["given_name"],
                family_name=data["family_name"],
                birth_date=data["birth_date"],
                kind=data["kind"],
                confirmed=data["child_confirmed"],
            ),
            school_year=year,
            received_on=data["received_on"],
            level=data["level"],
            address=form.address() if form.gives_address else None,
            alone=data["alone"],
            school=data["school"],
            motive=data["motive"],
            explanation=data["explanation"],
            sworn=sworn_kinds(data["sworn"]),
        )
        scan = documents.store(data["scan"], by=by, kind=SCAN_KIND)
        return enter_paper(by=by, guardian=guardian, entry=entry, scan=scan)
    except RuleBroken as broken:
        show_broken(form, broken)
    return None
