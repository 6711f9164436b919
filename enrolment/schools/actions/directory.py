"""The ministry's directory (``fr-en-annuaire-education``) as the city's list of schools.

Open data, cut by ``;``, one line an establishment; the names of its columns change from one
edition to the next, so that they are compared without case, accents or signs. Public schools of one
commune are taken. A school is never removed for being absent: the file may be an extract.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.translation import gettext as _

from core import journal
from core.errors import RuleBroken
from core.journal import Actor
from enrolment.schools.models import School
from families.rules import fold

#: A column's names over the editions, folded; the first that is there counts.
COLUMNS = {
    "uai": ("identifiantdeletablissement", "numerouai", "uai"),
    "name": ("nometablissement", "appellationofficielle"),
    "type": ("typeetablissement",),
    "status": ("statutpublicprive",),
    "commune": ("nomcommune",),
    "commune_code": ("codecommune",),
    "postcode": ("codepostal",),
    "nursery": ("ecolematernelle",),
    "elementary": ("ecoleelementaire",),
    "phone": ("telephone",),
    "priority": ("appartenanceeducationprioritaire",),
    "latitude": ("latitude",),
    "longitude": ("longitude",),
    "state": ("etat",),
}
_OPTIONAL = frozenset({"phone", "priority", "latitude", "longitude", "state", "commune_code"})
_UAI = re.compile(r"\d{7}[A-Z]")
#: What the directory decides; a school's name and district are the city's own once it is known.
_FOLLOWED = ("kind", "priority", "postcode", "phone", "latitude", "longitude", "is_open")


@dataclass
class DirectoryImport:
    """What an import found, and did or would do; ``refused`` are (line, sentence)."""

    created: list[School] = field(default_factory=list)
    updated: list[School] = field(default_factory=list)
    unchanged: int = 0
    elsewhere: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)


def _key(title: str) -> str:
    return re.sub(r"[^a-z0-9]", "", fold(title))


def _records(lines: Iterable[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield each line's number and its facts by our names. Raises RuleBroken ``columns``."""
    reader = csv.reader(lines, delimiter=";")
    header = [_key(title.lstrip("\ufeff")) for title in next(reader, [])]
    places = {
        fact: next((header.index(name) for name in names if name in header), None)
        for fact, names in COLUMNS.items()
    }
    missing = [
        COLUMNS[fact][0] for fact, at in places.items() if at is None and fact not in _OPTIONAL
    ]
    if missing:
        raise RuleBroken(
            "columns",
            _("Il manque des colonnes de l’annuaire : %(names)s.") % {"names": ", ".join(missing)},
            "file",
        )
    for number, row in enumerate(reader, 2):
        yield (
            number,
            {
                fact: row[at].strip() if at is not None and at < len(row) else ""
                for fact, at in places.items()
            },
        )


def _school(found: dict[str, str]) -> School:
    """Return the school of a line, not saved. Raises ValueError with a sentence."""
    if not _UAI.fullmatch(found["uai"]):
        raise ValueError(_("« %(uai)s » n’est pas un code UAI.") % {"uai": found["uai"]})
    nursery, elementary = found["nursery"] == "1", found["elementary"] == "1"
    if not nursery and not elementary:
        raise ValueError(_("Ni maternelle ni élémentaire : le niveau manque."))
    if nursery and elementary:
        kind = School.Kind.PRIMARY
    else:
        kind = School.Kind.KINDERGARTEN if nursery else School.Kind.ELEMENTARY
    if found["priority"] not in School.Priority.values:
        raise ValueError(_("Réseau inconnu : « %(name)s ».") % {"name": found["priority"]})
    return School(
        uai=found["uai"],
        name=found["name"][:120],
        kind=kind,
        priority=found["priority"],
        postcode=found["postcode"][:5],
        district=found["commune"][:60],
        phone=found["phone"][:20],
        latitude=_degrees(found["latitude"], 90),
        longitude=_degrees(found["longitude"], 180),
        is_open=fold(found["state"]) != "ferme",
    )


def _degrees(text: str, most: int) -> float | None:
    if not text:
        return None
    value = float(text.replace(",", "."))
    if not -most <= value <= most:
        raise ValueError(_("Coordonnée impossible : %(text)s.") % {"text": text})
    return value


def import_directory(
    *, by: Actor, lines: Iterable[str], commune: str, dry_run: bool = False
) -> DirectoryImport:
    """Create and bring up to date the public schools of a commune (its name or INSEE code).

    What the file leaves blank is kept. Repeatable: a second time changes nothing.
    """
    report, wanted = DirectoryImport(), fold(commune)
    seen: set[str] = set()
    with transaction.atomic():
        known = {school.uai: school for school in School.objects.select_for_update()}
        for number, found in _records(lines):
            if fold(found["type"]) != "ecole" or fold(found["status"]) != "public":
                continue
            if wanted not in {fold(found["commune"]), fold(found["commune_code"])}:
                report.elsewhere += 1
                continue
            try:
                school = _school(found)
            except ValueError as error:
                report.refused.append((number, str(error)))
                continue
            if school.uai in seen:
                continue
            seen.add(school.uai)
            _sort(report, school, known.get(school.uai))
        if not dry_run:
            School.objects.bulk_create(report.created)
            if report.updated:
                School.objects.bulk_update(report.updated, _FOLLOWED)
            for school in (*report.created, *report.updated):
                journal.record(by, "school.directory", school, uai=school.uai)
    return report


def _sort(report: DirectoryImport, school: School, known: School | None) -> None:
    """Put a line's school where it belongs, bringing a known one up to date."""
    if known is None:
        report.created.append(school)
        return
    changed = False
    for name in _FOLLOWED:
        value = getattr(school, name)
        # A network left blank is an answer; a phone or a place left blank is none.
        if value in (None, "") and name != "priority":
            continue
        if getattr(known, name) != value:
            setattr(known, name, value)
            changed = True
    if changed:
        report.updated.append(known)
    else:
        report.unchanged += 1
