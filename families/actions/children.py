"""Children, who is responsible for them, who may collect them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock, journal
from core.errors import RuleBroken
from core.journal import Actor
from families import access
from families.actions.household import person_of
from families.actions.names import keep_names
from families.codes import new_reference
from families.merging.relations import relations_to
from families.models import Child, Guardian, Guardianship, Household, NameChange, PickupContact
from families.rules import same_name


@transaction.atomic
def add_child(
    *,
    by: Actor,
    guardian: Guardian,
    given_name: str,
    family_name: str,
    birth_date: dt.date,
    kind: str,
    used_name: str = "",
    lives_with: bool = True,
) -> Child:
    """Add a child to a guardian; sent twice, the same child is returned.

    Raises RuleBroken ``birth_date`` for a day to come or more than 18 years ago.
    """
    today = clock.today()
    if birth_date > today:
        raise RuleBroken("birth_date", _("La date de naissance est dans le futur."), "birth_date")
    if birth_date.year < today.year - 18:
        raise RuleBroken(
            "birth_date", _("Ce service s’adresse aux enfants de moins de 18 ans."), "birth_date"
        )
    Guardian.objects.select_for_update().get(pk=guardian.pk)
    for known in Child.objects.filter(
        guardianships__guardian=guardian, birth_date=birth_date
    ).order_by("pk"):
        # Twins share the day and the name, not the given name; an accent left out is no twin.
        if same_name(known.given_name, given_name) and same_name(known.family_name, family_name):
            return known
    child = Child.objects.create(
        reference=new_reference("E"),
        given_name=given_name,
        family_name=family_name,
        used_name=used_name,
        birth_date=birth_date,
    )
    Guardianship.objects.create(child=child, guardian=guardian, kind=kind, lives_with=lives_with)
    journal.record(by, "child.add", child, guardian=guardian.pk)
    return child


@transaction.atomic
def edit_child(
    *,
    by: Actor,
    child: Child,
    given_name: str,
    family_name: str,
    used_name: str,
    birth_date: dt.date,
) -> Child:
    """Correct who a child is said to be, until a school has relied on it."""
    child = Child.objects.select_for_update().get(pk=child.pk)
    same = (child.given_name, child.family_name, child.birth_date) == (
        given_name,
        family_name,
        birth_date,
    )
    names = {"given_name": given_name, "family_name": family_name, "used_name": used_name}
    if not same and access.identity_is_locked(child.pk):
        raise RuleBroken(
            "identity_locked",
            _("Un dossier scolaire existe : demandez la correction au service des inscriptions."),
            "given_name",
        )
    keep_names(by=by, person=child, names=names, reason=NameChange.Reason.TYPING_ERROR)
    child.birth_date = birth_date
    child.save(update_fields=["birth_date"])
    journal.record(by, "child.edit", child)
    return child


#: What one parent wrote about a child by themselves and what is derived: it goes with the child.
OWN_WORDS = frozenset(
    {
        "families.Guardianship.child",
        "families.PickupContact.child",
        "families.EmergencyContact.child",
        "families.PhotoAnswer.child",
        "families.FoodAllergy.child",
        "families.PayerRule.child",
        "families.NameChange.child",
        "families.SearchEntry.child",
    }
)


@transaction.atomic
def remove_child(*, by: Actor, guardian: Guardian, child: Child) -> None:
    """Take back a child added by mistake, while nothing but one's own words is about it.

    Raises RuleBroken ``shared`` when somebody else has an access or was added by an agent,
    ``relied`` once a request, a school, a bill or a merge names the child.
    """
    found = Child.objects.select_for_update().get(pk=child.pk)
    others = Guardianship.objects.filter(child=found).exclude(guardian=guardian)
    if others.exists():
        raise RuleBroken(
            "shared", _("Quelqu’un d’autre est responsable de l’enfant : signalez l’erreur.")
        )
    for relation in relations_to(Child):
        if relation.name not in OWN_WORDS and relation.rows(found.pk).exists():
            raise RuleBroken(
                "relied",
                _("Une démarche existe déjà pour cet enfant : signalez l’erreur à un agent."),
            )
    journal.record(by, "child.remove", found, guardian=guardian.pk)
    found.delete()


@transaction.atomic
def add_guardian(
    *,
    by: Actor,
    guardian: Guardian,
    children: Iterable[Child],
    given_name: str,
    family_name: str,
    kind: str,
    same_household: bool,
) -> Guardian:
    """Name another person responsible for one's children, without an account for now.

    Somebody who lives elsewhere gets a household of their own, whose address only they
    may enter. Repeated with the same name, the same person is returned. One parent alone
    names the second holder of authority, never a third, who would see and decide as much as
    the parent who was not asked: RuleBroken ``enough``, an agent adds them on proof.
    """
    mine = Child.objects.of_guardian(person_of(by))
    chosen = list(
        mine.filter(pk__in=[child.pk for child in children]).order_by("pk").select_for_update()
    )
    if not chosen:
        raise RuleBroken("children", _("Choisissez au moins un enfant."), "children")
    owner = Guardian.objects.select_for_update().get(pk=guardian.pk)
    other = (
        Guardian.objects.filter(
            guardianships__child__in=chosen,
            died_on__isnull=True,
            given_name__iexact=given_name,
            family_name__iexact=family_name,
        )
        .exclude(pk=owner.pk)
        .order_by("pk")
        .first()
    )
    linked = Guardianship.objects.filter(guardian=other, ends_on=None)
    known = set(linked.values_list("child", flat=True)) if other else set()
    _refuse_a_third(owner, [child for child in chosen if child.pk not in known])
    if other is None:
        home = (
            Household.objects.get(pk=owner.household_id)
            if same_household
            else Household.objects.create(reference=new_reference("F"))
        )
        other = Guardian.objects.create(
            household=home, given_name=given_name, family_name=family_name
        )
        journal.record(by, "guardian.add", other, by_guardian=owner.pk)
    for child in chosen:
        link, made = Guardianship.objects.get_or_create(
            child=child, guardian=other, ends_on=None, defaults={"kind": kind}
        )
        if made:
            journal.record(by, "guardianship.add", link, child=child.pk, guardian=other.pk)
    return other


def children_to_share(guardian: Guardian, children: Iterable[Child]) -> list[Child]:
    """Keep the children for whom nobody else holds authority, whatever a ruling restricts."""
    asked = list(children)
    held = (
        Guardianship.objects.current()
        .filter(child__in=[child.pk for child in asked], parental_authority=True)
        .exclude(guardian=guardian)
    )
    taken = set(held.values_list("child", flat=True))
    return [child for child in asked if child.pk not in taken]


def _refuse_a_third(guardian: Guardian, children: list[Child]) -> None:
    """Refuse to name one more for a child, locked, whom somebody else answers for already."""
    free = children_to_share(guardian, children)
    for child in children:
        if child not in free:
            raise RuleBroken(
                "enough",
                _(
                    "%(name)s a déjà deux responsables. Un agent en ajoute un autre, avec un "
                    "document : signalez un changement de situation."
                )
                % {"name": child.given_name},
                "children",
            )


@transaction.atomic
def update_own_link(
    *, by: Actor, guardian: Guardian, child: Child, lives_with: bool, receives_messages: bool
) -> Guardianship:
    """Say whether a child lives with oneself and whether one wants messages about them."""
    link = Guardianship.objects.current().select_for_update().get(child=child, guardian=guardian)
    link.lives_with, link.receives_messages = lives_with, receives_messages
    link.save(update_fields=["lives_with", "receives_messages"])
    journal.record(by, "guardianship.edit", link, child=child.pk)
    return link


@transaction.atomic
def add_pickup_contact(
    *, by: Actor, guardian: Guardian, child: Child, name: str, relation: str, phone: str
) -> PickupContact:
    """Let somebody else collect a child; repeated, the same contact is returned."""
    Guardian.objects.select_for_update().get(pk=guardian.pk)
    contact, made = PickupContact.objects.get_or_create(
        child=child,
        added_by=guardian,
        name=name,
        ends_on=None,
        defaults={"relation": relation, "phone": phone},
    )
    if made:
        journal.record(by, "pickup_contact.add", contact, child=child.pk)
    return contact


@transaction.atomic
def end_pickup_contact(*, by: Actor, contact: PickupContact) -> None:
    """Take a contact back from today on; repeated, nothing more happens."""
    contact = PickupContact.objects.select_for_update().get(pk=contact.pk)
    if contact.ends_on is None:
        contact.ends_on = clock.today()
        contact.save(update_fields=["ends_on"])
        journal.record(by, "pickup_contact.end", contact, child=contact.child_id)
