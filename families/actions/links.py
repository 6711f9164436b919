"""An agent adds somebody who answers for a child, and changes what a link allows.

One parent alone names a second holder of authority, no more: a tutor, a relative to whom a
judge delegated authority, a parent recognised later come in through here, with a document.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from core import clock, journal
from core.errors import RuleBroken
from core.journal import Actor
from families.actions.household import become_guardian, person_of
from families.actions.situations import close_link, open_link, tell_holders
from families.codes import new_reference
from families.models import Child, Guardian, Guardianship, Household
from families.rules import fold


@dataclass(frozen=True)
class Allowed:
    """What somebody is to a child and what that lets them do, authority aside."""

    kind: str
    lives_with: bool
    may_pick_up: bool
    receives_messages: bool


def _known_as(reference: str, given_name: str, family_name: str) -> Guardian:
    """Return the person of this name in a family file. Raises RuleBroken ``reference``."""
    household = Household.objects.filter(reference=reference.strip().upper()).first()
    people = Guardian.objects.filter(
        household=household and (household.merged_into_id or household.pk),
        merged_into__isnull=True,
        died_on__isnull=True,
    )
    for person in people.order_by("pk"):
        names = {fold(person.family_name), fold(person.used_name)} - {""}
        if fold(person.given_name) == fold(given_name) and fold(family_name) in names:
            return person
    raise RuleBroken("reference", _("Personne de ce nom dans ce dossier."), "reference")


@transaction.atomic
def add_responsible(
    *,
    by: Actor,
    child: Child,
    given_name: str,
    family_name: str,
    allowed: Allowed,
    parental_authority: bool,
    day: dt.date,
    reference: str = "",
) -> Guardianship:
    """Make somebody responsible for a child from a day on, as a document shows it.

    ``reference`` names the family file of somebody already known; without it they get a file
    and a household of their own. The other holders of authority are told that something
    changed. Raises RuleBroken ``day``, ``reference``, ``linked``, ``kind``.
    """
    person_of(by)
    child = Child.objects.select_for_update().get(pk=child.pk)
    if allowed.kind not in Guardianship.Kind.values:
        raise RuleBroken("kind", _("Choisissez le lien avec l’enfant."), "kind")
    if day < child.birth_date:
        raise RuleBroken("day", _("Cette date précède la naissance de l’enfant."), "day")
    if reference.strip():
        guardian = _known_as(reference, given_name, family_name)
        linked = Guardianship.objects.filter(
            Q(ends_on__isnull=True) | Q(ends_on__gt=day), child=child, guardian=guardian
        )
        if linked.exists():
            raise RuleBroken(
                "linked", _("Cette personne est déjà responsable de l’enfant."), "reference"
            )
    else:
        _refuse_namesake(child, given_name, family_name)
        guardian = Guardian.objects.create(
            household=Household.objects.create(reference=new_reference("F")),
            given_name=given_name,
            family_name=family_name,
        )
        journal.record(by, "guardian.add", guardian)
    link = Guardianship.objects.create(
        child=child,
        guardian=guardian,
        parental_authority=parental_authority,
        starts_on=day,
        **_settled(allowed, authority=parental_authority),
    )
    journal.record(by, "guardianship.add", link, child=child.pk, guardian=guardian.pk)
    if guardian.user is not None:
        become_guardian(guardian.user)
    tell_holders(child, guardian, day, choose_payer=False)
    return link


def _refuse_namesake(child: Child, given_name: str, family_name: str) -> None:
    """Refuse a second file for somebody of this name who answers for the child already."""
    links = Guardianship.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gt=clock.today()), child=child
    )
    for link in links.select_related("guardian"):
        known = (fold(link.guardian.given_name), fold(link.guardian.family_name))
        if known == (fold(given_name), fold(family_name)):
            raise RuleBroken(
                "linked", _("Cette personne est déjà responsable de l’enfant."), "family_name"
            )


def _settled(allowed: Allowed, *, authority: bool) -> dict[str, object]:
    """Return what a link holds: without authority nobody is written to about the child."""
    facts = asdict(allowed)
    facts["receives_messages"] = allowed.receives_messages and authority
    return facts


@transaction.atomic
def change_link(*, by: Actor, child: Child, guardian: Guardian, allowed: Allowed) -> Guardianship:
    """Change from today what a link is and allows; what it was stays in the history.

    Authority is not changed here (``set_authority``). A link that begins today or later is
    rewritten. Repeated with the same facts, nothing happens.
    """
    person_of(by)
    Child.objects.select_for_update().get(pk=child.pk)
    link = open_link(child, guardian)
    facts = _settled(allowed, authority=link.parental_authority)
    institution = Guardianship.Kind.INSTITUTION
    if (facts["kind"] == institution) != bool(guardian.organisation):
        raise RuleBroken("kind", _("Choisissez le lien avec l’enfant."), "kind")
    if all(getattr(link, name) == value for name, value in facts.items()):
        return link
    today = clock.today()
    if link.starts_on >= today:
        for name, value in facts.items():
            setattr(link, name, value)
        link.save(update_fields=list(facts))
    else:
        close_link(by, link, today, Guardianship.EndReason.CHANGED)
        link = Guardianship.objects.create(
            child=child,
            guardian=guardian,
            parental_authority=link.parental_authority,
            starts_on=today,
            **facts,
        )
    journal.record(by, "guardianship.edit", link, child=child.pk, guardian=guardian.pk)
    tell_holders(child, guardian, today, choose_payer=False)
    return link
