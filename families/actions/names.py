"""Names change: each change is kept, with who made it and why."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from core import journal
from core.accounts.models import User
from core.errors import RuleBroken
from core.journal import Actor
from families.models import Child, Guardian, NameChange


def keep_names(
    *, by: Actor, person: Guardian | Child, names: Mapping[str, str], reason: str
) -> list[NameChange]:
    """Write new names on somebody and what they were; the caller holds the person's lock.

    ``names`` maps given_name, family_name, used_name; what does not change is left alone. A
    change of the used name alone is daily life, whatever else was asked.
    """
    changes = []
    owner = {"child": person} if isinstance(person, Child) else {"guardian": person}
    for part, after in names.items():
        before = getattr(person, part)
        if before == after:
            continue
        setattr(person, part, after)
        used = part == NameChange.Part.USED and reason == NameChange.Reason.TYPING_ERROR
        changes.append(
            NameChange(
                part=part,
                before=before,
                after=after,
                reason=NameChange.Reason.DAILY_LIFE if used else reason,
                changed_by=by.user,
                **owner,
            )
        )
    if changes:
        person.save(update_fields=[change.part for change in changes])
        NameChange.objects.bulk_create(changes)
        noun = "child" if isinstance(person, Child) else "guardian"
        journal.record(by, f"{noun}.names", person, parts=[change.part for change in changes])
    return changes


@transaction.atomic
def correct_names(
    *,
    by: Actor,
    person: Guardian | Child,
    given_name: str,
    family_name: str,
    used_name: str,
    reason: str,
) -> list[NameChange]:
    """Correct names as civil status has them: an agent's act, once the document was seen.

    Unlike a parent's, it also holds when a school already relies on the child's identity.
    """
    if by.user is None:
        raise RuleBroken("person", _("Cette action demande une personne."))
    if reason not in {NameChange.Reason.TYPING_ERROR, NameChange.Reason.CIVIL_STATUS}:
        raise RuleBroken("reason", _("Choisissez un motif de la liste."), "reason")
    found = type(person)._default_manager.select_for_update().get(pk=person.pk)
    changes = keep_names(
        by=by,
        person=found,
        names={"given_name": given_name, "family_name": family_name, "used_name": used_name},
        reason=reason,
    )
    if isinstance(found, Guardian) and found.user_id and changes and not found.organisation:
        User.objects.filter(pk=found.user_id).update(
            given_name=found.given_name, family_name=found.used_name or found.family_name
        )
    return changes
