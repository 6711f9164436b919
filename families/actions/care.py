"""Who may collect a child, whom to call, where a picture may be shown."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core import clock, journal
from core.errors import RuleBroken
from core.journal import Actor
from families.models import (
    Child,
    EmergencyContact,
    Guardian,
    Guardianship,
    PhotoAnswer,
    PickupContact,
)

#: People to call for one child; more would not be called.
MOST_CONTACTS = 5


def _only_mine(contact: PickupContact | EmergencyContact, guardian: Guardian) -> None:
    """Let only who named a contact change it: they alone see its telephone."""
    if contact.added_by_id != guardian.pk:
        raise RuleBroken(
            "other_parent", _("L’autre parent a ajouté cette personne : lui seul peut la modifier.")
        )
    if contact.ends_on is not None:
        raise RuleBroken("ended", _("Cette personne a été retirée. Rechargez la page."))


@transaction.atomic
def edit_pickup_contact(
    *,
    by: Actor,
    guardian: Guardian,
    contact: PickupContact,
    name: str,
    relation: str,
    phone: str,
) -> PickupContact:
    """Correct somebody who may collect; another name is another person: the first one ends."""
    found = PickupContact.objects.select_for_update().get(pk=contact.pk)
    _only_mine(found, guardian)
    if found.name != name:
        found.ends_on = clock.today()
        found.save(update_fields=["ends_on"])
        journal.record(by, "pickup_contact.end", found, child=found.child_id)
        try:
            with transaction.atomic():
                found = PickupContact.objects.create(
                    child=found.child, added_by=guardian, name=name, relation=relation, phone=phone
                )
        except IntegrityError as error:
            raise RuleBroken(
                "known", _("Cette personne est déjà dans votre liste."), "name"
            ) from error
        journal.record(by, "pickup_contact.add", found, child=found.child_id)
        return found
    found.relation, found.phone = relation, phone
    found.save(update_fields=["relation", "phone"])
    journal.record(by, "pickup_contact.edit", found, child=found.child_id)
    return found


@transaction.atomic
def add_emergency_contact(
    *, by: Actor, guardian: Guardian, child: Child, name: str, relation: str, phone: str
) -> EmergencyContact:
    """Name somebody to call when the parents do not answer; repeated, the same is returned."""
    Child.objects.select_for_update().get(pk=child.pk)
    current = list(EmergencyContact.objects.filter(child=child, ends_on__isnull=True))
    for contact in current:
        if (contact.added_by_id, contact.name) == (guardian.pk, name):
            contact.relation, contact.phone = relation, phone
            contact.save(update_fields=["relation", "phone"])
            journal.record(by, "emergency_contact.edit", contact, child=child.pk)
            return contact
    if len(current) >= MOST_CONTACTS:
        raise RuleBroken(
            "too_many",
            _("Cinq personnes au plus : retirez-en une d’abord."),
            "name",
        )
    contact = EmergencyContact.objects.create(
        child=child,
        added_by=guardian,
        name=name,
        relation=relation,
        phone=phone,
        rank=max((c.rank for c in current), default=0) + 1,
    )
    journal.record(by, "emergency_contact.add", contact, child=child.pk)
    return contact


@transaction.atomic
def edit_emergency_contact(
    *,
    by: Actor,
    guardian: Guardian,
    contact: EmergencyContact,
    name: str,
    relation: str,
    phone: str,
) -> EmergencyContact:
    """Correct somebody to call; only who named them may."""
    Child.objects.select_for_update().get(pk=contact.child_id)
    found = EmergencyContact.objects.select_for_update().get(pk=contact.pk)
    _only_mine(found, guardian)
    found.name, found.relation, found.phone = name, relation, phone
    try:
        with transaction.atomic():
            found.save(update_fields=["name", "relation", "phone"])
    except IntegrityError as error:
        raise RuleBroken("known", _("Cette personne est déjà dans votre liste."), "name") from error
    journal.record(by, "emergency_contact.edit", found, child=found.child_id)
    return found


@transaction.atomic
def end_emergency_contact(*, by: Actor, contact: EmergencyContact) -> None:
    """Take a contact off the list; repeated, nothing more happens."""
    found = EmergencyContact.objects.select_for_update().get(pk=contact.pk)
    if found.ends_on is None:
        found.ends_on = clock.today()
        found.save(update_fields=["ends_on"])
        journal.record(by, "emergency_contact.end", found, child=found.child_id)


@transaction.atomic
def answer_photos(
    *, by: Actor, guardian: Guardian, child: Child, answers: Mapping[str, bool]
) -> list[PhotoAnswer]:
    """Say where pictures of a child may be shown; the answer before ends, and is kept.

    Only who holds authority today answers. Uses left out stay as they were.
    """
    Child.objects.select_for_update().get(pk=child.pk)
    if not set(answers) <= set(PhotoAnswer.Use.values):
        raise RuleBroken("use", _("Choisissez un usage de la liste."))
    holder = Guardianship.objects.with_authority().filter(child=child, guardian=guardian)
    if not holder.exists():
        raise RuleBroken("authority", _("Seul un titulaire de l’autorité parentale répond."))
    given = []
    for use, allowed in answers.items():
        known = PhotoAnswer.objects.current().filter(child=child, guardian=guardian, use=use)
        before = known.first()
        if before is not None and before.allowed == allowed:
            continue
        known.update(ended_at=clock.now())
        answer = PhotoAnswer.objects.create(
            child=child, guardian=guardian, use=use, allowed=allowed
        )
        journal.record(by, "photo.answer", answer, child=child.pk, use=use, allowed=allowed)
        given.append(answer)
    return given
