"""What changes in families and awaits somebody: cards, menu entries, agents' queues."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import acting
from core.accounts.models import User
from core.accounts.roles import Role
from core.acting import Scope
from core.document_kinds import Kind, register_document_kinds
from core.documents import register_document_reader
from core.home import HomeCard, NavItem, register_cards, register_nav
from families.access.care import children_at_school, reads_plan_page
from families.access.people import reads_report_proof
from families.desk.queues import register_queue
from families.desk.sheet import SheetPart, SheetRow, register_sheet_part
from families.models import (
    Child,
    Guardian,
    HealthCarePlan,
    Household,
    SchoolQuestion,
    SituationReport,
)
from families.queries import payers_to_choose

NAV = (
    NavItem(
        gettext_lazy("Fiches des enfants"),
        "families:care_index",
        frozenset({Role.HEAD_TEACHER, Role.TEACHER, Role.CANTEEN_MANAGER}),
        icon="heart",
        order=22,
    ),
)
DOCUMENTS = (
    Kind("families.health_plan", gettext_lazy("PAI d’un enfant"), personal=True),
    Kind("families.situation", gettext_lazy("Changement de situation"), personal=True),
)
#: What opens to whom acts for a family. Pictures and reports of a change stay the family's.
FAMILY_PAGES = (
    "families:emergency",
    "families:emergency_edit",
    "families:emergency_end",
    "families:pickup_edit",
    "families:school_after_move",
    "families:move_cancel",
)
HEALTH_PAGES = ("families:health", "families:plan", "families:plan_withdraw")
WORDS = {
    "household.correct": gettext_lazy("Adresse corrigée"),
    "household.address": gettext_lazy("Adresse entrée en vigueur"),
    "household.move_dropped": gettext_lazy("Déménagement annoncé annulé"),
    "school_question.answer": gettext_lazy("Souhait pour l’école après un déménagement"),
    "guardian.names": gettext_lazy("Nom changé"),
    "child.names": gettext_lazy("Nom d’un enfant changé"),
    "pickup_contact.edit": gettext_lazy("Personne autorisée à venir chercher un enfant modifiée"),
    "emergency_contact.add": gettext_lazy("Personne à appeler ajoutée"),
    "emergency_contact.edit": gettext_lazy("Personne à appeler modifiée"),
    "emergency_contact.end": gettext_lazy("Personne à appeler retirée"),
    "health_care_plan.hand_in": gettext_lazy("Document d’un enfant déposé"),
    "health_care_plan.withdraw": gettext_lazy("Document d’un enfant retiré"),
    "health_care_plan.end": gettext_lazy("Document d’un enfant terminé"),
    "food_allergy.tell": gettext_lazy("Informations pour les repas données"),
    "food_allergy.end": gettext_lazy("Informations pour les repas changées"),
}


def cards(user: User) -> Iterator[HomeCard]:
    """Return what awaits a parent after a change, and the plans that await a head teacher."""
    if user.has_role(Role.HEAD_TEACHER):
        yield from _plans_to_confirm(user)
    if not user.has_role(Role.GUARDIAN):
        return
    for child in payers_to_choose(user):
        yield HomeCard(
            title=_("Qui paie pour %(child)s ?") % {"child": child.given_name},
            text=_("Le partage des frais a pris fin. Choisissez la suite."),
            url=reverse("families:payers", args=[child.reference]),
            action=_("Choisir"),
            tone="waiting",
            icon="euro",
            order=18,
        )
    asked = SchoolQuestion.objects.visible_to(user).open().filter(answer="")
    if asked.exists():
        yield HomeCard(
            title=_("Vous avez déménagé : et l’école ?"),
            text=_("Rien ne change sans vous. Dites-nous ce que vous souhaitez."),
            url=reverse("families:school_after_move"),
            action=_("Répondre"),
            tone="waiting",
            icon="school",
            order=19,
        )


def _plans_to_confirm(user: User) -> Iterator[HomeCard]:
    children = children_at_school(user, Role.HEAD_TEACHER)
    waiting = HealthCarePlan.objects.filter(
        confirmed_at__isnull=True, child__in=children.values("pk")
    )
    for plan in waiting.select_related("child").order_by("pk")[:5]:
        yield HomeCard(
            title=_("Un document à confirmer"),
            text=_("Les parents de %(child)s ont déposé un document.")
            % {"child": plan.child.full_name},
            url=reverse("families:care_sheet", args=[plan.child.reference]),
            action=_("Ouvrir"),
            tone="waiting",
            icon="file",
            order=25,
        )


def sheet_part(
    household: Household, guardians: Sequence[Guardian], children: Sequence[Child], user: User
) -> Iterable[SheetPart]:
    """Tell moves and changes of situation on a household's sheet."""
    rows = [
        SheetRow(
            _("Responsables de %(child)s") % {"child": child.given_name},
            _("Décès, autorité parentale, institution, noms"),
            reverse("families:situation", args=[child.reference]),
        )
        for child in children
    ]
    for home in household.addresses.select_related("street").order_by("-starts_on", "-pk")[:6]:
        since = date_format(home.starts_on, "j F Y")
        label = (
            _("Adresse à partir du %(day)s")
            if home.applied_at is None
            else _("Adresse depuis le %(day)s")
        )
        rows.append(SheetRow(label % {"day": since}, ", ".join(home.lines)))
    tasks = [
        SheetRow(
            f"{report.get_kind_display()} : {report.child.given_name}",
            date_format(report.created_at, "j F Y"),
            reverse("families:situation", args=[report.child.reference]),
            _("Traiter"),
            "warning",
        )
        for report in SituationReport.objects.open()
        .filter(child__in=children)
        .select_related("child")
        .order_by("created_at", "pk")
    ]
    yield SheetPart(_("Situation"), rows, icon="family", order=20, tasks=tasks)


def register() -> None:
    """Register all this when the app starts."""
    register_cards(cards)
    register_nav(*NAV)
    register_document_kinds(*DOCUMENTS)
    register_document_reader(reads_plan_page)
    register_document_reader(reads_report_proof)
    register_sheet_part(sheet_part)
    acting.open_pages(Scope.FAMILY, *FAMILY_PAGES)
    acting.open_pages(Scope.HEALTH, *HEALTH_PAGES)
    acting.open_documents(Scope.HEALTH, "families.health_plan")
    acting.describe_acts(WORDS)
    register_queue(
        "families.situations",
        gettext_lazy("Changements de situation"),
        lambda user: SituationReport.objects.visible_to(user).open().count(),
        "families:situations",
        (Role.ENROLMENT_AGENT,),
        text=gettext_lazy("Décès, autorité parentale, tutelle, noms."),
        icon="family",
        order=30,
    )
    register_queue(
        "families.moves",
        gettext_lazy("Déménagements en cours d’année"),
        lambda user: SchoolQuestion.objects.visible_to(user).open().count(),
        "families:moves",
        (Role.ENROLMENT_AGENT,),
        text=gettext_lazy("L’enfant reste-t-il dans son école ?"),
        icon="pin",
        order=35,
    )
