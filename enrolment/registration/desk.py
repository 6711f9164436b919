"""What registrations tell agents about a family, and the queues they work from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.accounts.models import User
from core.accounts.roles import Role
from enrolment.registration.home import tone_of
from enrolment.registration.models import Application, Departure, Proof, State, Waiver
from families.desk import register_queue
from families.desk.sheet import SheetPart, SheetRow, register_sheet_part
from families.models import Child, Guardian, Household

_AGENTS = (Role.ENROLMENT_AGENT, Role.ADMINISTRATOR)


def sheet_parts(
    household: Household, guardians: Sequence[Guardian], children: Sequence[Child], user: User
) -> Iterator[SheetPart]:
    """Tell the requests of a family's children and the papers still kept, two queries."""
    requests = list(
        Application.objects.visible_to(user)
        .filter(child__in=[child.pk for child in children])
        .exclude(state=State.DRAFT)
        .select_related("child", "school", "school_year")
        .annotate(to_check=Count("proofs", filter=Q(proofs__check_result=Proof.Check.WAITING)))
        .order_by("-submitted_at", "-pk")
    )
    tasks = [
        SheetRow(
            _("Demande de %(child)s à décider") % {"child": one.child.given_name},
            one.reference,
            reverse("registration:sheet", args=[one.reference]),
        )
        for one in requests
        if one.is_open
    ]
    rows = [
        SheetRow(
            f"{one.child.given_name} · {one.school_year}",
            str(one.get_state_display()),
            reverse("registration:sheet", args=[one.reference]),
            tone=tone_of(one.state),
        )
        for one in requests
    ]
    if rows:
        yield SheetPart(_("Demandes d’inscription"), rows, icon="inbox", order=20, tasks=tasks)
    papers = (
        Proof.objects.filter(application__in=[one.pk for one in requests], document__isnull=False)
        .filter(Q(application__household=household) | Q(application__applicant__in=guardians))
        .select_related("document", "application__child")
        .order_by("-added_at", "-pk")
    )
    lines = [
        SheetRow(
            f"{paper.get_kind_display()} · {paper.application.child.given_name}",
            str(paper.get_check_result_display()),
            paper.document.get_absolute_url() if paper.document else "",
            tone="success" if paper.check_result == Proof.Check.GOOD else "info",
        )
        for paper in papers
    ]
    if lines:
        yield SheetPart(_("Documents"), lines, icon="file", order=30)


def _applications(user: User) -> int:
    return Application.objects.decided_by_agents(user).filter(state=State.SUBMITTED).count()


def _incomplete(user: User) -> int:
    return Application.objects.decided_by_agents(user).filter(state=State.INCOMPLETE).count()


def _proofs(user: User) -> int:
    open_requests = Application.objects.decided_by_agents(user).filter(
        state__in=[State.SUBMITTED, State.INCOMPLETE]
    )
    return Proof.objects.filter(
        application__in=open_requests.values("pk"), check_result=Proof.Check.WAITING
    ).count()


def _waivers(user: User) -> int:
    return Waiver.objects.visible_to(user).filter(state=Waiver.PENDING).count()


def _departures(user: User) -> int:
    return Departure.objects.decided_by(user).filter(state=Departure.REQUESTED).count()


def register() -> None:
    """Register parts and queues; called when the app starts."""
    register_sheet_part(sheet_parts)
    register_queue(
        "registration.submitted",
        gettext_lazy("Demandes à décider"),
        _applications,
        "registration:queue",
        _AGENTS,
        text=gettext_lazy("Inscriptions envoyées par les familles."),
        icon="inbox",
        order=10,
    )
    register_queue(
        "registration.incomplete",
        gettext_lazy("Demandes incomplètes"),
        _incomplete,
        "registration:queue",
        _AGENTS,
        text=gettext_lazy("Une pièce est attendue de la famille."),
        icon="clock",
        order=20,
    )
    register_queue(
        "registration.proofs",
        gettext_lazy("Pièces à vérifier"),
        _proofs,
        "registration:queue",
        _AGENTS,
        text=gettext_lazy("Jointes à des demandes en cours."),
        icon="document-check",
        order=15,
    )
    register_queue(
        "registration.waivers",
        gettext_lazy("Dérogations à décider"),
        _waivers,
        "registration:waivers",
        _AGENTS,
        text=gettext_lazy("Une autre école que celle du secteur."),
        icon="swap",
        order=25,
    )
    register_queue(
        "registration.departures",
        gettext_lazy("Radiations demandées"),
        _departures,
        "registration:departures",
        (Role.ENROLMENT_AGENT, Role.HEAD_TEACHER),
        text=gettext_lazy("Des familles attendent leur certificat de radiation."),
        icon="logout",
        order=45,
    )
