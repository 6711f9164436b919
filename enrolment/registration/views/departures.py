"""Leaving a school: a parent asks and follows, the head or an agent answers."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import pdf
from core.access import SIGNED_IN, allow, get_visible, reach_of, signed_in
from core.accounts.models import User
from core.accounts.roles import Role
from core.errors import RuleBroken
from core.forms import show_broken
from core.journal import Actor
from core.paging import page_of
from enrolment.registration.actions import departures as acts
from enrolment.registration.certificates import departure_pdf
from enrolment.registration.forms import DepartureForm, DepartureRefuseForm, SchoolDepartureForm
from enrolment.registration.models import Departure
from enrolment.schools.models import RollEntry
from families.models import Guardian, JointAct, Objection
from families.views.base import household_required, own_child

DECIDERS = (Role.HEAD_TEACHER, Role.ENROLMENT_AGENT, Role.ADMINISTRATOR)


def _frozen(child_id: int) -> bool:
    return Objection.objects.open().filter(child=child_id, act=JointAct.DEREGISTRATION).exists()


@allow(SIGNED_IN)
@household_required
def add(request: HttpRequest, guardian: Guardian, reference: str) -> HttpResponse:
    """Ask that one's child leave its school."""
    child = own_child(request, reference)
    entry = (
        RollEntry.objects.current()
        .filter(child=child, left_on__isnull=True)
        .select_related("school")
        .first()
    )
    known = Departure.objects.filter(child=child, state=Departure.REQUESTED).first()
    if known is not None:
        return redirect("registration:departure", reference=known.reference)
    form = DepartureForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = acts.ask_to_leave(
                by=Actor.of(request), guardian=guardian, child=child, **form.cleaned_data
            )
        except RuleBroken as broken:
            show_broken(form, broken)
        else:
            messages.success(request, _("Votre demande est envoyée à l’école."))
            return redirect("registration:departure", reference=made.reference)
    return render(
        request,
        "registration/departure_add.html",
        {"form": form, "child": child, "entry": entry, "frozen": _frozen(child.pk)},
    )


@allow(Role.HEAD_TEACHER)
def record(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down, at the school, that a parent takes a pupil away; the certificate comes next."""
    user = signed_in(request)
    reach = reach_of(user, Role.HEAD_TEACHER)
    entry: RollEntry = get_object_or_404(
        RollEntry.objects.filter(reach.school_filter("school__uai")).select_related(
            "child", "school", "school_year"
        ),
        pk=pk,
        left_on__isnull=True,
    )
    child = entry.child
    known = Departure.objects.filter(roll_entry=entry, state=Departure.REQUESTED).first()
    if known is not None:
        return redirect("registration:departure", reference=known.reference)
    people = {
        str(guardian.pk): guardian
        for guardian in Guardian.objects.holding_authority(child.pk).order_by("pk")
    }
    form = SchoolDepartureForm(
        request.POST or None, people=[(key, row.full_name) for key, row in people.items()]
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = acts.ask_to_leave(
                by=Actor.of(request),
                guardian=people[data["guardian"]],
                child=child,
                leaves_on=data["leaves_on"],
                destination=data["destination"],
                at_school=True,
            )
        except RuleBroken as broken:
            show_broken(form, broken)
        else:
            messages.success(request, _("La demande est notée ; délivrez le certificat."))
            return redirect("registration:departure", reference=made.reference)
    return render(
        request,
        "registration/departure_record.html",
        {"form": form, "entry": entry, "child": child, "frozen": _frozen(child.pk)},
        status=422 if form.errors else 200,
    )


def _seen(request: HttpRequest, reference: str) -> Departure:
    found: Departure = get_visible(
        Departure.objects.select_related(
            "child", "roll_entry__school", "roll_entry__school_year", "requested_by"
        ),
        signed_in(request),
        reference=reference,
    )
    return found


def _private(user: User, departure: Departure) -> bool:
    """Tell whether a person may see where the family goes: never the other parent."""
    guardian = getattr(user, "guardian", None)
    if guardian is not None and guardian.household_id == departure.household_id:
        return True
    return Departure.objects.decided_by(user).filter(pk=departure.pk).exists()


@allow(SIGNED_IN)
def departure(request: HttpRequest, reference: str) -> HttpResponse:
    """Show where a request stands; head and agents find the answer to give beside it."""
    user = signed_in(request)
    found = _seen(request, reference)
    decides = Departure.objects.decided_by(user).filter(pk=found.pk).exists()
    return render(
        request,
        "registration/departure.html",
        {
            "departure": found,
            "private": _private(user, found),
            "decides": decides,
            "own": not decides,
            "asked_by_me": found.requested_by.user_id == user.pk,
            "frozen": _frozen(found.child_id),
            "refuse_form": DepartureRefuseForm(),
        },
    )


@allow(SIGNED_IN)
@household_required
@require_POST
def withdraw(request: HttpRequest, guardian: Guardian, reference: str) -> HttpResponse:
    """Take the request back: either parent may keep the child where it is."""
    found = _seen(request, reference)
    own_child(request, found.child.reference)
    acts.withdraw_departure(by=Actor.of(request), departure=found)
    messages.success(request, _("La demande est retirée : l’enfant reste dans son école."))
    return redirect("registration:departure", reference=found.reference)


@allow(SIGNED_IN)
def certificate(request: HttpRequest, reference: str) -> HttpResponse:
    """Open the certificate: parents with authority, agents, the head."""
    found = _seen(request, reference)
    if found.state != Departure.ISSUED:
        raise Http404
    return pdf.pdf_response(departure_pdf(found), f"radiation-{found.reference}.pdf")


@allow(*DECIDERS)
def queue(request: HttpRequest) -> HttpResponse:
    """List the requests of one's schools, those that wait first."""
    user = signed_in(request)
    state = request.GET.get("etat", Departure.REQUESTED)
    found = Departure.objects.decided_by(user)
    counts = found.aggregate(
        **{value: Count("pk", filter=Q(state=value)) for value, _label in Departure.STATES}
    )
    if state in dict(Departure.STATES):
        found = found.filter(state=state)
    frozen = Objection.objects.open().filter(act=JointAct.DEREGISTRATION)
    page = page_of(
        request, found.select_related("child", "roll_entry__school").order_by("leaves_on", "pk")
    )
    stopped = set(
        frozen.filter(child__in=[row.child_id for row in page]).values_list("child", flat=True)
    )
    return render(
        request,
        "registration/departures.html",
        {
            "page_obj": page,
            "rows": [(row, row.child_id in stopped) for row in page],
            "state": state,
            "tabs": [(value, label, counts[value]) for value, label in Departure.STATES],
        },
    )


@allow(*DECIDERS)
@require_POST
def decide(request: HttpRequest, reference: str, act: str) -> HttpResponse:
    """Issue the certificate, or send the request back with a reason."""
    found: Departure | None = (
        Departure.objects.decided_by(signed_in(request)).filter(reference=reference).first()
    )
    if found is None or act not in ("delivrer", "refuser"):
        raise Http404
    by = Actor.of(request)
    if act == "delivrer":
        acts.issue_departure(by=by, departure=found)
        messages.success(request, _("Le certificat de radiation est délivré."))
    else:
        form = DepartureRefuseForm(request.POST)
        if form.is_valid():
            acts.refuse_departure(by=by, departure=found, ground=form.cleaned_data["ground"])
            messages.success(request, _("Les parents sont prévenus."))
        else:
            messages.error(request, _("Choisissez le motif."))
    return redirect("registration:departure", reference=found.reference)
