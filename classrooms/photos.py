"""Photos of faults: private files that whoever sees the fault may open."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.accounts.models import User
from core.document_kinds import Kind
from core.documents import Document

PHOTO = Kind("fleet.fault_photo", _("Photo d’une panne"), max_pages=1, of_office=True)


def reads_photo(user: User, document: Document) -> bool:
    """Let people who see a fault open its photo."""
    from classrooms.models import IncidentNote

    if document.kind != PHOTO.code:
        return False
    return IncidentNote.objects.visible_to(user).filter(photo=document).exists()
