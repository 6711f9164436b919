"""What of a family awaits somebody: home cards and menu entries."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.access import reach_of
from core.accounts.models import User
from core.accounts.roles import PROTECTED_ROLES, Role
from core.home import HomeCard, NavItem
from core.rights.models import RightsRequest
from families.desk import register_queue
from families.models import AssistanceMandate, Guardian, IncomeFile
from families.queries import proposals_to

NAV = (
    NavItem(
        gettext_lazy("Ma famille"),
        "families:overview",
        frozenset({Role.GUARDIAN}),
        icon="family",
        order=10,
    ),
    NavItem(
        gettext_lazy("Accueil au guichet"),
        "families:desk",
        frozenset({Role.ENROLMENT_AGENT, Role.ADMINISTRATOR}),
        icon="desk",
        order=5,
    ),
    NavItem(
        gettext_lazy("Familles que j’aide"),
        "families:helping",
        frozenset({Role.HELPER}),
        icon="lifebuoy",
        order=5,
    ),
    NavItem(
        gettext_lazy("À prévenir par courrier"),
        "families:letters",
        frozenset({Role.ENROLMENT_AGENT, Role.ADMINISTRATOR}),
        icon="letter",
        order=84,
    ),
    NavItem(
        gettext_lazy("Quotients à vérifier"),
        "families:income_queue",
        frozenset({Role.REVENUE_OFFICER}),
        icon="euro",
        order=40,
    ),
    NavItem(
        gettext_lazy("Familles"),
        "families:search",
        frozenset({Role.ENROLMENT_AGENT, Role.ADMINISTRATOR}),
        icon="search",
        order=5,
    ),
    NavItem(
        gettext_lazy("À traiter"),
        "families:todo",
        frozenset({Role.ENROLMENT_AGENT, Role.REVENUE_OFFICER}),
        icon="inbox",
        order=6,
    ),
    NavItem(
        gettext_lazy("Trouver un élève"),
        "families:search",
        frozenset({Role.HEAD_TEACHER}),
        icon="search",
        order=25,
    ),
)


def _incomes_to_check(user: User) -> int:
    waiting = IncomeFile.objects.filter(checked_at__isnull=True, refused_at__isnull=True)
    return waiting.visible_to(user).count()


def register_queues() -> None:
    """Register what awaits the agents who work on families."""
    register_queue(
        "families.income",
        gettext_lazy("Quotients à vérifier"),
        _incomes_to_check,
        "families:income_queue",
        (Role.ENROLMENT_AGENT, Role.REVENUE_OFFICER),
        text=gettext_lazy("Attestations de la CAF et avis d’imposition."),
        icon="euro",
        order=40,
    )
    register_queue(
        "families.mandates",
        gettext_lazy("Mandats à vérifier"),
        _mandates_to_check,
        "families:mandate_checks",
        (Role.ENROLMENT_AGENT, Role.ADMINISTRATOR),
        text=gettext_lazy("Mandats signés sur papier : rien n’est permis avant votre accord."),
        icon="lifebuoy",
        order=45,
    )
    register_queue(
        "families.data_requests",
        gettext_lazy("Demandes sur les données"),
        _data_requests,
        "rights_queue:list",
        (Role.ENROLMENT_AGENT, Role.ADMINISTRATOR),
        text=gettext_lazy("Rectifier ou effacer : une réponse est due dans le mois."),
        icon="shield",
        order=60,
    )


def _data_requests(user: User) -> int:
    return RightsRequest.objects.visible_to(user).filter(state=RightsRequest.OPEN).count()


def _mandates_to_check(user: User) -> int:
    return AssistanceMandate.objects.visible_to(user).filter(state="to_check").count()


def cards(user: User) -> Iterator[HomeCard]:
    """Return what awaits a parent, and the declarations that await an agent."""
    if reach_of(user, Role.ENROLMENT_AGENT).city:
        yield from _agent_cards()
    if user.has_role(*PROTECTED_ROLES - {Role.ADMINISTRATOR}, Role.PUPIL) and not user.has_role(
        Role.GUARDIAN
    ):
        return
    guardian = Guardian.objects.filter(user=user).first()
    if guardian is None:
        if not user.has_role(*PROTECTED_ROLES):
            yield HomeCard(
                title=_("Créez votre foyer"),
                text=_("Votre adresse et vos enfants : trois minutes, et tout devient possible."),
                url=reverse("families:setup"),
                action=_("Commencer"),
                tone="waiting",
                icon="family",
                order=5,
            )
        return
    for rule in proposals_to(guardian):
        yield HomeCard(
            title=_("Qui paie pour %(child)s ?") % {"child": rule.child.given_name},
            text=_("L’autre parent vous propose un partage."),
            url=reverse("families:child", args=[rule.child.reference]),
            action=_("Répondre"),
            tone="waiting",
            icon="euro",
            order=20,
        )


def _agent_cards() -> Iterator[HomeCard]:
    waiting = IncomeFile.objects.filter(checked_at__isnull=True, refused_at__isnull=True).count()
    if waiting:
        yield HomeCard(
            title=_("Quotients familiaux"),
            text=ngettext(
                "%(n)s déclaration à vérifier.", "%(n)s déclarations à vérifier.", waiting
            )
            % {"n": waiting},
            url=reverse("families:income_queue"),
            action=_("Vérifier"),
            count=waiting,
            tone="waiting",
            icon="euro",
            order=40,
        )
