"""A family's file on paper, in large type and plain words: who, where it stands, what next.

For somebody who does not read a screen well, and for whoever sits beside them. Says what the
reader may see and nothing else: an account acted for is cut to the scopes given.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from core import clock, pdf
from core.accounts.models import User
from core.acting import Scope, is_for_agents, opens, reaches
from core.home import cards_for
from families.child_facts import facts_of
from families.models import Child, Guardian


@dataclass(frozen=True)
class ChildLines:
    """A child and what is known of them: (what, how it stands)."""

    name: str
    born: str
    lines: list[tuple[str, str]]


@dataclass(frozen=True)
class Summary:
    """What the sheet says, in the reader's language."""

    language: str
    name: str
    reference: str
    day: str
    contact: list[str] = field(default_factory=list)
    children: list[ChildLines] = field(default_factory=list)
    #: What to do next: (what, a sentence).
    next: list[tuple[str, str]] = field(default_factory=list)


def language_of(guardian: Guardian, wanted: str = "") -> str:
    """Return the language of the sheet: the one asked for if we speak it, else the family's.

    An account follows the choice made on any page; what a guardian told an agent comes next.
    """
    own = guardian.user.language if guardian.user else guardian.language
    return wanted if wanted in dict(settings.LANGUAGES) else own


def summarise(user: User, guardian: Guardian, language: str) -> Summary:
    """Gather what ``user`` may see of this guardian's family, in a language."""
    with translation.override(language):
        children = list(Child.objects.of_guardian(user).order_by("birth_date", "pk"))
        facts = facts_of(children, user)
        contact: list[str] = []
        if reaches(user, Scope.FAMILY):
            contact = [*guardian.household.address_lines]
            contact += [guardian.phone] if guardian.phone else []
        return Summary(
            language=language,
            name=guardian.full_name,
            reference=guardian.household.reference,
            day=date_format(clock.today(), "j F Y"),
            contact=contact,
            children=[
                ChildLines(
                    child.full_name,
                    date_format(child.birth_date, "j F Y"),
                    [(str(fact.label), str(fact.text)) for fact in facts.get(child.pk, [])],
                )
                for child in children
            ],
            next=[
                (str(card.title), str(card.text))
                for card in cards_for(user)
                if card.tone != "done" and opens(user, card.url) and not is_for_agents(card.url)
            ],
        )


def words() -> dict[str, str]:
    """Return the fixed words of the sheet, in the language in force."""
    return {
        "title": _("Mon dossier"),
        "file": _("Numéro de dossier"),
        "made": _("Imprimé le"),
        "born": _("Né·e le"),
        "mine": _("Mes coordonnées"),
        "children": _("Mes enfants"),
        "no_children": _("Aucun enfant n’est encore inscrit dans ce dossier."),
        "next": _("Ce que je dois faire"),
        "nothing": _("Rien à faire aujourd’hui."),
        "call": _("J’ai besoin d’aide"),
        "call_text": _(
            "J’appelle. Je donne mon numéro de dossier. Un interprète peut être au téléphone."
        ),
        "hours": _("Du lundi au vendredi, de 8 h à 18 h"),
        "keep": _("Ces informations sont personnelles : je garde cette feuille pour moi."),
    }


def summary_pdf(summary: Summary) -> bytes:
    """Return the sheet as a PDF: 18 points at least, black on white."""
    with translation.override(summary.language):
        return pdf.render(
            "families/summary.typ",
            {
                "words": words(),
                "name": summary.name,
                "reference": summary.reference,
                "day": summary.day,
                "contact": summary.contact,
                "children": [
                    {"name": child.name, "born": child.born, "lines": child.lines}
                    for child in summary.children
                ],
                "next": summary.next,
                "phone": settings.HELP_PHONE,
            },
            language=summary.language,
        )
