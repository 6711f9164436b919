"""Lists of families taken out as a table: small ones at once, long ones by a worker."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock, journal, queueing
from core.accounts.models import User
from core.errors import RuleBroken
from core.exporting import File, Lists, Progress
from core.journal import Actor
from core.spreadsheets import Column, write_csv, write_xlsx
from core.spreadsheets.writing import XLSX
from families.access.desk import works_on_families
from families.actions.household import person_of
from families.child_facts import ChildFact, facts_of
from families.desk.search import households_of, search
from families.models import Child, FamilyExport, Guardian, Household

#: Families beyond which a worker makes the list.
AT_ONCE = 5_000
#: Families read at a time; progress is told after each.
CHUNK = 500


def ask_export(*, by: Actor, query: str, kind: str) -> FamilyExport:
    """Ask for the list a search finds (every family when it is empty), as xlsx or csv.

    Up to ``AT_ONCE`` families it is ready at once; beyond, a worker makes it.
    """
    asker = person_of(by)
    if not works_on_families(asker):
        raise RuleBroken("scope", _("Cette liste n’est pas de votre ressort."))
    with transaction.atomic():
        export = FamilyExport.objects.create(
            asked_by=asker,
            query=query,
            format=kind,
            total=len(found_by(query, asker)),
        )
        journal.record(by, "family_export.ask", export, families=export.total, format=kind)
    if export.total > AT_ONCE:
        queueing.later("families.make_export", export.pk)
    else:
        LISTS.make(export.pk)
    return FamilyExport.objects.get(pk=export.pk)


def found_by(query: str, user: User) -> list[int]:
    """Return the households of a list, in its order."""
    if query:
        return search(query).households
    everybody = Household.objects.visible_to(user).filter(merged_into=None)
    lived_in = Guardian.objects.filter(merged_into=None).values("household")
    return list(everybody.filter(pk__in=lived_in).order_by("pk").values_list("pk", flat=True))


def _write(export: FamilyExport, tell: Progress) -> File:
    rows = list(_rows(found_by(export.query, export.asked_by), export.asked_by, tell))
    columns = _columns()
    data = (
        write_csv(columns, rows)
        if export.format == "csv"
        else write_xlsx(_("Familles"), columns, rows)
    )
    return File(
        data,
        f"familles-{clock.today():%Y-%m-%d}.{export.format}",
        "text/csv; charset=utf-8" if export.format == "csv" else XLSX,
        {"rows": len(rows)},
    )


LISTS = Lists(
    FamilyExport,
    kind="families.export",
    noun="family_export",
    write=_write,
    instead=gettext_lazy("Refaites la recherche, au besoin en plusieurs listes."),
)


def _columns() -> list[Column]:
    return [
        Column(_("Foyer"), width=14),
        Column(_("Responsables"), width=32),
        Column(_("Téléphones"), width=24),
        Column(_("E-mails"), width=32),
        Column(_("Adresse"), width=40),
        Column(_("Prénom de l’enfant")),
        Column(_("Nom de l’enfant")),
        Column(_("Né·e le"), "date", 14),
        Column(_("École"), width=28),
        Column(_("Classe")),
    ]


def _rows(keys: Sequence[int], user: User, tell: Progress) -> Iterator[list[str | dt.date | None]]:
    """Yield a line a child and household; a protected address never leaves."""
    for start in range(0, len(keys), CHUNK):
        homes = households_of(keys[start : start + CHUNK], user)
        children: dict[int, Child] = {}
        by_home: dict[int, list[int]] = {}
        for home in homes:
            seen = by_home.setdefault(home.pk, [])
            for person in home.people:  # type: ignore[attr-defined]
                for link in person.current_links:
                    children[link.child_id] = link.child
                    if link.child_id not in seen:
                        seen.append(link.child_id)
        facts = facts_of(list(children.values()), user)
        for home in homes:
            about = _about(home)
            # A household without a child has a line of its own.
            for key in by_home[home.pk] or [0]:
                yield [*about, *_of_child(children.get(key), facts.get(key, []))]
        tell(start + len(homes))


def _about(home: Household) -> list[str]:
    people: list[Guardian] = home.people  # type: ignore[attr-defined]
    address = _("adresse protégée") if home.is_protected else ", ".join(home.address_lines)
    return [
        home.reference,
        ", ".join(person.full_name for person in people),
        ", ".join(person.phone for person in people if person.phone),
        ", ".join(person.email for person in people if person.email),
        address,
    ]


def _of_child(child: Child | None, facts: Sequence[ChildFact]) -> list[str | dt.date | None]:
    if child is None:
        return [None] * 5
    # School and class are the first two facts an app tells, in order.
    school = [fact.text for fact in facts if fact.order in (10, 11)]
    return [
        child.given_name,
        child.used_name or child.family_name,
        child.birth_date,
        *([*school, "", ""])[:2],
    ]
