"""Words agents leave each other about a household; earlier wordings are kept."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock, journal
from core.errors import RuleBroken
from core.journal import Actor
from families.access.desk import DESK_AGENTS
from families.actions.household import person_of
from families.models import FamilyNote, FamilyNoteVersion, Household


@transaction.atomic
def write_note(*, by: Actor, household: Household, body: str, visibility: str) -> FamilyNote:
    """Leave a note, in the service of the post the agent holds."""
    author = person_of(by)
    roles = [role for role in DESK_AGENTS if role in author.roles]
    if not roles:
        raise RuleBroken("service", _("Seuls les agents des familles écrivent des notes."))
    note = FamilyNote.objects.create(
        household=household,
        author=author,
        service=roles[0],
        visibility=visibility,
        body=body.strip(),
    )
    journal.record(by, "family_note.write", note, household=household.pk, to=visibility)
    return note


def _own(by: Actor, note: FamilyNote) -> FamilyNote:
    found = FamilyNote.objects.select_for_update(of=("self",)).get(pk=note.pk)
    if found.author_id != person_of(by).pk:
        raise RuleBroken("author", _("Seul l’auteur d’une note peut la modifier."))
    if found.removed_at is not None:
        raise RuleBroken("state", _("Cette note a été retirée. Rechargez la page."))
    return found


@transaction.atomic
def edit_note(*, by: Actor, note: FamilyNote, body: str, visibility: str) -> FamilyNote:
    """Change one's own note; how it read before stays in its history."""
    found = _own(by, note)
    if (found.body, found.visibility) == (body.strip(), visibility):
        return found
    FamilyNoteVersion.objects.create(note=found, body=found.body, visibility=found.visibility)
    found.body, found.visibility, found.edited_at = body.strip(), visibility, clock.now()
    found.save(update_fields=["body", "visibility", "edited_at"])
    journal.record(by, "family_note.edit", found, household=found.household_id, to=visibility)
    return found


@transaction.atomic
def remove_note(*, by: Actor, note: FamilyNote) -> None:
    """Take one's own note back: nobody reads it any more, its history stays."""
    found = _own(by, note)
    found.removed_at = clock.now()
    found.save(update_fields=["removed_at"])
    journal.record(by, "family_note.remove", found, household=found.household_id)
