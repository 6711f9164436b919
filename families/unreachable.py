"""Guardians whom no message reaches: their address sends mail back, or they have none."""

from __future__ import annotations

from typing import Any

from django.db.models import (
    Case,
    CharField,
    DateTimeField,
    Exists,
    F,
    OuterRef,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Lower, NullIf
from django.utils.translation import gettext as _

from core.accounts.models import User
from core.messaging.models import AddressHealth
from core.spreadsheets import Column
from families.access import current_links
from families.models import Guardian, Guardianship


def unreachable(user: User) -> QuerySet[Any]:
    """Return guardians to write to by post, for an agent, by name.

    Each has ``reach`` (``failing`` or ``none``) and ``since``. Somebody with an account and no
    address reads on the portal, and is not listed; somebody whose address fails is, account or
    not: they may not know that something waits.
    """
    links = Guardianship.objects.filter(
        current_links(), guardian=OuterRef("pk"), receives_messages=True
    )
    address = Lower(Coalesce(NullIf(F("user__email"), Value("")), F("email")))
    failing = AddressHealth.objects.filter(
        address=OuterRef("write_to"), failing_since__isnull=False
    )
    found = (
        Guardian.objects.visible_to(user)
        .filter(Exists(links), died_on__isnull=True, merged_into__isnull=True)
        .annotate(write_to=address)
        .annotate(since=Subquery(failing.values("failing_since")[:1], output_field=DateTimeField()))
        .annotate(
            reach=Case(
                When(since__isnull=False, then=Value("failing")),
                When(write_to="", user__isnull=True, then=Value("none")),
                default=Value(""),
                output_field=CharField(),
            )
        )
    )
    return found.exclude(reach="").order_by("family_name", "given_name", "pk")


def envelope(guardian: Guardian) -> list[str]:
    """Return the lines of an envelope; a protected address is not handed out in a list."""
    if guardian.household.is_protected:
        return [_("Adresse protégée : ouvrir la fiche, avec un motif")]
    return guardian.household.address_lines


COLUMNS = (
    Column("Référence du foyer", "text", 18),
    Column("Nom", "text", 32),
    Column("Adresse", "text", 60),
    Column("Motif", "text", 30),
    Column("Depuis", "date", 12),
)


def rows(guardians: Any) -> list[list[Any]]:
    """Return the list as a table, for a mail merge."""
    words = {"failing": "Les e-mails reviennent", "none": "Aucune adresse e-mail"}
    return [
        [
            row.household.reference,
            row.full_name,
            ", ".join(envelope(row)),
            words[row.reach],
            row.since.date() if row.since else None,
        ]
        for row in guardians
    ]
