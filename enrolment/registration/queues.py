"""What awaits the enrolment agents here, for their page of queues."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.accounts.models import User
from core.accounts.roles import Role
from enrolment.registration.models import OPEN, Application, Departure, State, Waiver
from families.desk import register_queue

_AGENTS = (Role.ENROLMENT_AGENT, Role.ADMINISTRATOR)


def _to_decide(user: User) -> int:
    return Application.objects.decided_by_agents(user).filter(state__in=OPEN).count()


def _incomplete(user: User) -> int:
    return Application.objects.decided_by_agents(user).filter(state=State.INCOMPLETE).count()


def _waivers(user: User) -> int:
    asked = Waiver.objects.visible_to(user).filter(state=Waiver.PENDING)
    return asked.exclude(application__state__in=[State.DRAFT, State.WITHDRAWN]).count()


def _departures(user: User) -> int:
    return Departure.objects.decided_by(user).filter(state=Departure.REQUESTED).count()


def register() -> None:
    """Register them; called from ``AppConfig.ready``."""
    register_queue(
        "registration.decide",
        _("Demandes d’inscription à décider"),
        _to_decide,
        "registration:queue",
        _AGENTS,
        text=_("Les plus anciennes d’abord, avec leur délai."),
        icon="backpack",
        order=10,
    )
    register_queue(
        "registration.incomplete",
        _("Demandes incomplètes"),
        _incomplete,
        f"registration:queue?etat={State.INCOMPLETE}",
        _AGENTS,
        text=_("Les familles doivent encore répondre ou envoyer une pièce."),
        icon="clipboard",
        order=12,
    )
    register_queue(
        "registration.waivers",
        _("Dérogations"),
        _waivers,
        "registration:waivers",
        _AGENTS,
        text=_("Demandes pour une autre école que celle du secteur."),
        icon="swap",
        order=14,
    )
    register_queue(
        "registration.departures",
        _("Radiations demandées"),
        _departures,
        "registration:departures",
        (Role.ENROLMENT_AGENT, Role.HEAD_TEACHER),
        text=_("Des familles attendent leur certificat de radiation."),
        icon="logout",
        order=16,
    )
