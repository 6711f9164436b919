"""What of registrations awaits somebody: home cards, menu, lines on a child's card."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core import clock
from core.access import reach_of
from core.accounts.models import User
from core.accounts.roles import Role
from core.acting import acting_of
from core.dates import date_format
from core.home import HomeCard, NavItem
from enrolment.registration import queries
from enrolment.registration.access import may_see_private
from enrolment.registration.actions.family import resume_at
from enrolment.registration.models import OPEN, Application, Departure, State, Waiver
from enrolment.schools.rules import level_for
from families.child_facts import ChildFact
from families.models import Child

_FAMILY = frozenset({Role.GUARDIAN})
_AGENTS = frozenset({Role.ENROLMENT_AGENT, Role.ADMINISTRATOR})

NAV = (
    NavItem(gettext_lazy("Inscriptions"), "registration:mine", _FAMILY, icon="backpack", order=20),
    NavItem(gettext_lazy("Demandes"), "registration:queue", _AGENTS, icon="inbox", order=10),
    NavItem(
        gettext_lazy("Admissions"),
        "registration:admissions",
        frozenset({Role.HEAD_TEACHER}),
        icon="certificate",
        order=10,
    ),
    NavItem(
        gettext_lazy("Radiations"),
        "registration:departures",
        frozenset({Role.HEAD_TEACHER}),
        icon="logout",
        order=25,
    ),
)

#: What somebody may open for a family that lets them see to its applications.
HELPED_PAGES = (
    "registration:mine",
    "registration:start",
    "registration:paper",
    "registration:application",
    "registration:withdraw",
    "registration:certificate",
    "registration:step",
    "schools:directory",
    "schools:detail",
    "schools:lookup",
)
#: How the family is told what was done.
HELPED_ACTS = {
    "application.start": gettext_lazy("Demande d’inscription commencée"),
    "application.submitted": gettext_lazy("Demande d’inscription envoyée"),
    "application.paper": gettext_lazy("Dossier papier saisi"),
    "application.withdrawn": gettext_lazy("Demande d’inscription retirée"),
    "proof.add": gettext_lazy("Pièce ajoutée à une demande"),
    "proof.swear": gettext_lazy("Attestation sur l’honneur donnée"),
    "proof.remove": gettext_lazy("Pièce retirée d’une demande"),
}

_TONES = {
    State.DRAFT: "plain",
    State.SUBMITTED: "info",
    State.INCOMPLETE: "urgent",
    State.ACCEPTED: "success",
    State.ADMITTED: "success",
    State.REFUSED: "urgent",
    State.WITHDRAWN: "plain",
}


def tone_of(state: str) -> str:
    """Return the tone of the badge that shows a state."""
    return _TONES.get(State(state), "plain")


def cards(user: User) -> Iterator[HomeCard]:
    """Return what awaits a parent, an agent, a head teacher."""
    acting = acting_of(user)
    if acting is not None and not acting.by_mandate:
        yield HomeCard(
            title=_("Saisir un dossier papier"),
            text=_("Tout le formulaire sur une page, daté du jour où il est arrivé."),
            url=reverse("registration:paper"),
            action=_("Saisir"),
            icon="clipboard",
            order=5,
        )
    if user.has_role(Role.GUARDIAN):
        yield from _family_cards(user)
    if reach_of(user, Role.ENROLMENT_AGENT).city:
        yield from _agent_cards(user)
    if user.has_role(Role.HEAD_TEACHER):
        yield from _head_cards(user)
        yield from _departure_card(user)


def _family_cards(user: User) -> Iterator[HomeCard]:
    found = (
        Application.objects.of_guardian(user)
        .filter(state__in=[State.DRAFT, State.INCOMPLETE, State.ACCEPTED])
        .select_related("child")
        .order_by("pk")
    )
    for application in found:
        name = {"child": application.child.given_name}
        if application.state == State.DRAFT:
            yield HomeCard(
                title=_("Inscription pour %(child)s") % name,
                text=_("Votre demande est commencée : il reste à l’envoyer."),
                url=reverse(
                    "registration:step", args=[application.reference, resume_at(application)]
                ),
                action=_("Continuer"),
                tone="waiting",
                icon="backpack",
                order=15,
            )
        elif application.state == State.INCOMPLETE:
            if not may_see_private(user, application):
                continue
            yield HomeCard(
                title=_("Une pièce manque pour %(child)s") % name,
                text=_("Le service des inscriptions vous demande un document."),
                url=reverse("registration:application", args=[application.reference]),
                action=_("Répondre"),
                tone="urgent",
                icon="file",
                order=8,
            )
        else:
            yield HomeCard(
                title=_("Le certificat pour %(child)s est prêt") % name,
                text=_("Prenez rendez-vous avec la direction de l’école."),
                url=reverse("registration:application", args=[application.reference]),
                action=_("Voir le certificat"),
                tone="done",
                icon="certificate",
                order=12,
            )
    today = clock.today()
    start_year = clock.school_year_of(today)
    for child in _without_school(list(Child.objects.of_guardian(user)), user):
        if level_for(child.birth_date, start_year) or level_for(child.birth_date, start_year + 1):
            yield HomeCard(
                title=_("%(child)s n’a pas encore d’école") % {"child": child.given_name},
                text=_("Demander une place prend cinq minutes."),
                url=f"{reverse('registration:start')}?enfant={child.reference}",
                action=_("Inscrire à l’école"),
                tone="waiting",
                icon="school",
                order=18,
            )


def _without_school(children: Sequence[Child], user: User) -> Iterator[Child]:
    """Yield those who are on no roll and for whom nothing was asked."""
    asked = set(
        Application.objects.of_guardian(user)
        .filter(child__in=[child.pk for child in children])
        .exclude(state=State.WITHDRAWN)
        .values_list("child", flat=True)
    )
    settled = asked | queries.children_on_roll(children)
    return (child for child in children if child.pk not in settled)


def _agent_cards(user: User) -> Iterator[HomeCard]:
    today = clock.today()
    counts = Application.objects.decided_by_agents(user).aggregate(
        open=Count("pk", filter=Q(state__in=OPEN)),
        late=Count("pk", filter=Q(state__in=OPEN, answer_due_on__lt=today)),
        mine=Count("pk", filter=Q(state__in=OPEN, assigned_to=user)),
    )
    url = reverse("registration:queue")
    if counts["open"]:
        yield HomeCard(
            title=_("Demandes d’inscription"),
            text=ngettext(
                "%(late)s réponse en retard.", "%(late)s réponses en retard.", counts["late"]
            )
            % counts
            if counts["late"]
            else _("Toutes dans les temps."),
            url=url,
            action=_("Ouvrir la file"),
            tone="urgent" if counts["late"] else "waiting",
            count=counts["open"],
            icon="inbox",
            order=5,
        )
    if counts["mine"]:
        yield HomeCard(
            title=_("À votre nom"),
            text=_("Les dossiers que vous avez pris."),
            url=f"{url}?agent=moi",
            action=_("Continuer"),
            tone="waiting",
            count=counts["mine"],
            icon="user",
            order=6,
        )
    waiting = Waiver.objects.filter(state=Waiver.PENDING, application__state__in=OPEN).count()
    if waiting:
        yield HomeCard(
            title=_("Dérogations à décider"),
            text=_("Les familles qui demandent une autre école que celle de leur secteur."),
            url=reverse("registration:waivers"),
            action=_("Décider"),
            tone="waiting",
            count=waiting,
            icon="swap",
            order=10,
        )


def _departure_card(user: User) -> Iterator[HomeCard]:
    waiting = Departure.objects.decided_by(user).filter(state=Departure.REQUESTED).count()
    if waiting:
        yield HomeCard(
            title=_("Radiations demandées"),
            text=_("Des familles attendent leur certificat de radiation."),
            url=reverse("registration:departures"),
            action=_("Répondre"),
            tone="waiting",
            count=waiting,
            icon="logout",
            order=12,
        )


def _head_cards(user: User) -> Iterator[HomeCard]:
    waiting = queries.to_admit(user).count()
    url = reverse("registration:admissions")
    if waiting:
        yield HomeCard(
            title=_("Enfants à admettre"),
            text=_("La ville a délivré leur certificat d’inscription."),
            url=url,
            action=_("Admettre"),
            tone="waiting",
            count=waiting,
            icon="certificate",
            order=5,
        )
    late = queries.provisional(user).filter(provisional_until__lt=clock.today()).count()
    if late:
        yield HomeCard(
            title=_("Vaccinations à réclamer"),
            text=_("Le délai de trois mois est passé."),
            url=url,
            action=_("Voir"),
            tone="urgent",
            count=late,
            icon="health",
            order=6,
        )


def child_facts(children: Sequence[Child], user: User) -> Iterator[tuple[int, ChildFact]]:
    """Tell where each child's application stands; invite to begin one where it makes sense."""
    found = (
        Application.objects.of_guardian(user)
        .filter(child__in=[child.pk for child in children])
        .exclude(state=State.WITHDRAWN)
        .select_related("school_year")
        .order_by("pk")
    )
    for application in found:
        draft = application.state == State.DRAFT
        if application.state == State.ADMITTED:
            continue
        due = application.answer_due_on if application.is_open else None
        text = str(application.get_state_display())
        if application.state == State.SUBMITTED and due:
            text = _("%(state)s, réponse avant le %(day)s") % {
                "state": text,
                "day": date_format(due, "j F"),
            }
        year = f" {application.school_year}" if application.school_year else ""
        yield (
            application.child_id,
            ChildFact(
                label=_("Inscription%(year)s") % {"year": year},
                text=text,
                url=reverse("registration:application", args=[application.reference]),
                action=_("Continuer") if draft else _("Suivre"),
                tone=tone_of(application.state),
                order=20,
            ),
        )
    leaving = Departure.objects.filter(
        child__in=[child.pk for child in children], state=Departure.REQUESTED
    ).order_by("pk")
    for departure in leaving:
        yield (
            departure.child_id,
            ChildFact(
                label=_("Radiation"),
                text=str(departure.get_state_display()),
                url=reverse("registration:departure", args=[departure.reference]),
                action=_("Suivre"),
                tone="info",
                order=22,
            ),
        )
    for child in _without_school(children, user):
        yield (
            child.pk,
            ChildFact(
                label=_("École"),
                text=_("Pas encore d’école"),
                url=f"{reverse('registration:start')}?enfant={child.reference}",
                action=_("Inscrire à l’école"),
                tone="warning",
                order=5,
            ),
        )
