"""What of objections, claims and rulings awaits somebody, and what is written about them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.access import reach_of
from core.accounts.models import User
from core.accounts.roles import Role
from core.documents import register_document_reader
from core.home import HomeCard, register_cards
from core.messaging.kinds import Kind, register_kinds
from families.access.separation import reads_separation_document
from families.desk import register_queue
from families.desk.sheet import SheetPart, SheetRow, register_sheet_part
from families.models import Child, ChildClaim, Guardian, Household, Objection

_BETWEEN = gettext_lazy("Entre parents")
_RIGHT = gettext_lazy("Elle touche à votre autorité parentale.")

KINDS = (
    Kind("family_objection_raised", gettext_lazy("Démarche suspendue"), _BETWEEN, _RIGHT),
    Kind("family_objection_consent", gettext_lazy("Accord de l’autre parent"), _BETWEEN, _RIGHT),
    Kind("family_objection_settled", gettext_lazy("Opposition levée"), _BETWEEN, _RIGHT),
    Kind("family_claim_linked", gettext_lazy("Lien avec un enfant reconnu"), _BETWEEN, _RIGHT),
    Kind("family_claim_refused", gettext_lazy("Lien avec un enfant refusé"), _BETWEEN, _RIGHT),
    Kind("family_claim_told", gettext_lazy("Un responsable de plus"), _BETWEEN, _RIGHT),
)


def cards(user: User) -> Iterator[HomeCard]:
    """Tell a parent what is frozen, an enrolment agent what is to be checked."""
    if user.has_role(Role.GUARDIAN):
        yield from _parent_cards(user)
    if reach_of(user, Role.ENROLMENT_AGENT).city:
        yield from _agent_cards(user)


def _parent_cards(user: User) -> Iterator[HomeCard]:
    found = (
        Objection.objects.open()
        .filter(child__in=Child.objects.of_guardian(user).values("pk"))
        .select_related("child")
        .order_by("pk")
    )
    for objection in found:
        yield HomeCard(
            title=_("Démarche suspendue pour %(child)s") % {"child": objection.child.given_name},
            text=_("Un parent s’y oppose : %(act)s.") % {"act": objection.get_act_display()},
            url=reverse("families:objections", args=[objection.child.reference]),
            action=_("Voir"),
            tone="urgent",
            icon="lock",
            order=15,
        )


def _objections(user: User) -> int:
    return Objection.objects.visible_to(user).open().count()


def _claims(user: User) -> int:
    return ChildClaim.objects.visible_to(user).filter(state=ChildClaim.WAITING).count()


def _agent_cards(user: User) -> Iterator[HomeCard]:
    claims = _claims(user)
    if claims:
        yield HomeCard(
            title=_("Rattachements à vérifier"),
            text=_("Des adultes prouvent leur lien avec un enfant déjà inscrit."),
            url=reverse("families:claim_queue"),
            action=_("Vérifier"),
            count=claims,
            tone="waiting",
            icon="link",
            order=43,
        )


def sheet_part(
    household: Household, guardians: Sequence[Guardian], children: Sequence[Child], user: User
) -> Iterator[SheetPart]:
    """Lead an enrolment agent from a family's sheet to its objections and rulings."""
    if not children or not reach_of(user, Role.ENROLMENT_AGENT).city:
        return
    found = (
        Objection.objects.open()
        .filter(child__in=[child.pk for child in children])
        .select_related("child")
        .order_by("raised_at", "pk")
    )
    rows = [
        SheetRow(
            label=_("Opposition : %(child)s") % {"child": objection.child.given_name},
            text=str(objection.get_act_display()),
            url=reverse("families:objection_sheet", args=[objection.reference]),
            action=_("Lire"),
            tone="urgent",
        )
        for objection in found
    ]
    rows += [
        SheetRow(
            label=_("Décisions de justice : %(name)s") % {"name": child.given_name},
            url=reverse("families:rulings", args=[child.reference]),
            action=_("Ouvrir"),
        )
        for child in children
    ]
    yield SheetPart(title=_("Entre parents"), rows=rows, icon="lock", order=60)


def register() -> None:
    """Register cards, queues, kinds of messages and who opens the papers."""
    agents = (Role.ENROLMENT_AGENT,)
    register_cards(cards)
    register_sheet_part(sheet_part)
    register_kinds(*KINDS)
    register_document_reader(reads_separation_document)
    register_queue(
        "families.objections",
        gettext_lazy("Oppositions entre parents"),
        _objections,
        "families:objection_queue",
        agents,
        text=gettext_lazy("Des démarches sont suspendues."),
        icon="lock",
        order=45,
    )
    register_queue(
        "families.claims",
        gettext_lazy("Rattachements à vérifier"),
        _claims,
        "families:claim_queue",
        agents,
        text=gettext_lazy("Des adultes prouvent leur lien avec un enfant déjà inscrit."),
        icon="link",
        order=46,
    )
