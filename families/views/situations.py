"""Changes of situation: a parent tells, an agent records."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import documents
from core.access import SIGNED_IN, allow, get_visible, signed_in
from core.accounts.roles import Role
from core.errors import RuleBroken
from core.forms import show_broken
from core.journal import Actor, record_read
from core.paging import page_of
from families.access.care import FACET_READERS
from families.actions import situations as acts
from families.actions.names import correct_names
from families.forms.situations import (
    InstitutionForm,
    LinkChangeForm,
    NamesForm,
    ReportForm,
)
from families.models import Child, Guardian, Guardianship, NameChange, SituationReport
from families.views.base import household_required, own_child

AGENTS = (Role.ENROLMENT_AGENT, Role.ADMINISTRATOR)


@allow(SIGNED_IN)
@household_required
def report(request: HttpRequest, guardian: Guardian, reference: str) -> HttpResponse:
    """Tell an agent that something has changed."""
    child = own_child(request, reference)
    form = ReportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        by, data = Actor.of(request), form.cleaned_data
        try:
            proof = None
            if data["pages"]:
                proof = documents.store(data["pages"], by=by, kind="families.situation")
            acts.report_situation(
                by=by,
                guardian=guardian,
                child=child,
                kind=data["kind"],
                words=data["words"],
                proof=proof,
            )
        except RuleBroken as broken:
            form.add_error("pages", broken.message)
        else:
            messages.success(request, _("Merci. Un agent s’en occupe et vous tiendra au courant."))
            return redirect("families:child", reference=child.reference)
    mine = SituationReport.objects.visible_to(signed_in(request)).filter(
        child=child, reported_by=guardian
    )
    return render(
        request,
        "families/report.html",
        {"form": form, "child": child, "reports": mine.order_by("-created_at", "-pk")[:6]},
    )


@allow(Role.ENROLMENT_AGENT)
def queue(request: HttpRequest) -> HttpResponse:
    """List who told what kind of change, oldest first; their words are on the child's page."""
    reports = (
        SituationReport.objects.visible_to(signed_in(request))
        .open()
        .select_related("child", "reported_by", "proof")
        .order_by("created_at", "pk")
    )
    wanted = request.GET.get("type", "")
    if wanted in SituationReport.Kind.values:
        reports = reports.filter(kind=wanted)
    return render(
        request,
        "families/situations_queue.html",
        {
            "page_obj": page_of(request, reports),
            "wanted": wanted,
            "kinds": SituationReport.Kind.choices,
        },
    )


@allow(Role.ENROLMENT_AGENT)
@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark a report as dealt with; its writer is told."""
    found: SituationReport = get_visible(SituationReport.objects, signed_in(request), pk=pk)
    acts.close_report(by=Actor.of(request), report=found)
    messages.success(request, _("La famille est prévenue."))
    return redirect("families:situations")


def child_of(request: HttpRequest, reference: str) -> Child:
    """Return a child that the person sees, or answer 404."""
    child: Child = get_visible(Child.objects, signed_in(request), reference=reference)
    return child


def open_link_of(request: HttpRequest, child: Child, pk: int) -> Guardianship:
    """Return what a guardian is to a child now, or answer 404."""
    links = Guardianship.objects.filter(child=child, ends_on__isnull=True)
    found: Guardianship = get_visible(
        links.select_related("guardian"), signed_in(request), guardian=pk
    )
    return found


@allow(*AGENTS)
def situation(request: HttpRequest, reference: str) -> HttpResponse:
    """Show who answers for a child, since when, and what was before; the reading is journalled."""
    child = child_of(request, reference)
    record_read(Actor.of(request), "custody", child, reason="situation")
    links = list(
        Guardianship.objects.filter(child=child)
        .select_related("guardian__household")
        .order_by("guardian", "starts_on", "pk")
    )
    people: dict[int, dict[str, Any]] = {}
    for link in links:
        row = people.setdefault(link.guardian_id, {"guardian": link.guardian, "links": []})
        row["links"].append(link)
        row["open"] = link if link.ends_on is None else None
    names = NameChange.objects.filter(child=child) | NameChange.objects.filter(guardian__in=people)
    page = render(
        request,
        "families/situation.html",
        {
            "child": child,
            "people": list(people.values()),
            "reads_pickup": signed_in(request).has_role(*FACET_READERS["pickup"]),
            "reports": SituationReport.objects.visible_to(signed_in(request))
            .filter(child=child)
            .open()
            .select_related("reported_by", "proof")
            .order_by("created_at", "pk"),
            "names": names.select_related("guardian", "child", "changed_by").order_by(
                "-changed_at", "-pk"
            )[:20],
        },
    )
    add_never_cache_headers(page)
    return page


@allow(*AGENTS)
def link(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Record a death, a change of authority, the end of a link."""
    child = child_of(request, reference)
    found = open_link_of(request, child, pk)
    form = LinkChangeForm(request.POST or None, link=found)
    if request.method == "POST" and form.is_valid():
        try:
            _record(Actor.of(request), found, form.cleaned_data)
        except RuleBroken as broken:
            show_broken(form, broken)
        else:
            messages.success(request, _("C’est enregistré. Les autres responsables sont prévenus."))
            return redirect("families:situation", reference=child.reference)
    return render(
        request, "families/situation_link.html", {"form": form, "child": child, "link": found}
    )


def _record(by: Actor, link: Guardianship, data: dict[str, Any]) -> None:
    change, day = data["change"], data["day"]
    if change == LinkChangeForm.DEATH:
        acts.record_death(by=by, guardian=link.guardian, day=day)
    elif change in {LinkChangeForm.LOSES, LinkChangeForm.GAINS}:
        acts.set_authority(
            by=by,
            guardian=link.guardian,
            child=link.child,
            holds=change == LinkChangeForm.GAINS,
            day=day,
        )
    else:
        acts.end_link(by=by, guardian=link.guardian, child=link.child, day=day, reason=change)


@allow(*AGENTS)
@require_POST
def undo_death(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Take back a death recorded by mistake."""
    child = child_of(request, reference)
    guardian = Guardian.objects.filter(pk=pk, guardianships__child=child).distinct().first()
    if guardian is None:
        raise Http404
    acts.undo_death(by=Actor.of(request), guardian=guardian)
    messages.success(
        request, _("Le décès est annulé. Demandez à la famille de choisir à nouveau qui paie.")
    )
    return redirect("families:situation", reference=child.reference)


@allow(*AGENTS)
def institution(request: HttpRequest, reference: str) -> HttpResponse:
    """Make an institution responsible for a child."""
    child = child_of(request, reference)
    form = InstitutionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = acts.add_institution(by=Actor.of(request), child=child, **form.cleaned_data)
        messages.success(
            request, _("%(name)s est responsable.") % {"name": made.guardian.full_name}
        )
        return redirect("families:situation", reference=child.reference)
    return render(request, "families/situation_institution.html", {"form": form, "child": child})


@allow(*AGENTS)
def names(request: HttpRequest, reference: str, pk: int | None = None) -> HttpResponse:
    """Correct the names of a child, or of one of its guardians, as civil status has them."""
    child = child_of(request, reference)
    person: Child | Guardian = child
    if pk is not None:
        guardian = Guardian.objects.filter(pk=pk, guardianships__child=child).distinct().first()
        if guardian is None:
            raise Http404
        person = guardian
    form = NamesForm(
        request.POST or None,
        initial={
            name: getattr(person, name) for name in ("given_name", "family_name", "used_name")
        },
    )
    if request.method == "POST" and form.is_valid():
        correct_names(by=Actor.of(request), person=person, **form.cleaned_data)
        messages.success(request, _("Le nom est corrigé ; l’ancien reste dans l’historique."))
        return redirect("families:situation", reference=child.reference)
    return render(
        request, "families/situation_names.html", {"form": form, "child": child, "person": person}
    )
