"""Catchment areas: one segment by hand, or a whole file with a dry run first.

The file has the columns of the ministry's open data (``Type_et_Libelle``,
``No_de_voie_debut``, ``No_de_voie_fin``, ``Parite``, ``Code_RNE``, ``Secteur_unique``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.translation import gettext as _

from core import journal
from core.errors import RuleBroken
from core.journal import Actor
from core.spreadsheets import read_table
from enrolment.schools.models import School, SchoolYear, StreetSegment
from enrolment.schools.rules import OPEN_END, segments_overlap
from families.models import Street
from families.rules import fold

PARITIES = {"P": "even", "I": "odd", "PI": "both", "": "both"}
NEEDED = ("Type_et_Libelle", "Parite", "Code_RNE")


@dataclass(frozen=True)
class BadRow:
    """A line of a file that cannot be taken, and why, in a sentence."""

    line: int
    text: str


@dataclass
class SegmentImport:
    """What an import found, and does or would do."""

    segments: list[StreetSegment] = field(default_factory=list)
    errors: list[BadRow] = field(default_factory=list)
    #: Lines that give numbers another school has too: a shared area, where agents choose.
    shared: list[BadRow] = field(default_factory=list)
    elsewhere: int = 0
    removed: int = 0

    @property
    def schools(self) -> int:
        """How many schools the good lines name."""
        return len({segment.school_id for segment in self.segments})


def _clash(one: StreetSegment, other: StreetSegment) -> bool:
    """Two segments clash when an address would have two schools for one level."""
    return (
        one.street_id == other.street_id
        and one.school_id != other.school_id
        and not set(one.school.levels).isdisjoint(other.school.levels)
        and segments_overlap(one, other)
    )


@transaction.atomic
def save_segment(
    *,
    by: Actor,
    school_year: SchoolYear,
    school: School,
    street: Street,
    parity: str,
    number_from: int | None,
    number_to: int | None,
    segment: StreetSegment | None = None,
    shared: bool = False,
) -> StreetSegment:
    """Add a segment, or change one.

    Raises RuleBroken ``order``, or ``overlap`` when another school that teaches the same
    levels already has one of the numbers, unless the council has the area ``shared``:
    then an agent chooses for each child.
    """
    SchoolYear.objects.select_for_update().get(pk=school_year.pk)
    if number_from is not None and number_to is not None and number_to < number_from:
        raise RuleBroken("order", _("Le dernier numéro précède le premier."), "number_to")
    row = segment or StreetSegment()
    row.school_year, row.school, row.street = school_year, school, street
    row.parity, row.number_from, row.number_to = parity, number_from, number_to
    others = (
        StreetSegment.objects.filter(school_year=school_year, street=street)
        .exclude(pk=row.pk)
        .select_related("school")
    )
    for other in others:
        if not shared and _clash(row, other):
            raise RuleBroken(
                "overlap",
                _("Ces numéros appartiennent déjà au secteur de %(school)s.")
                % {"school": other.school.name},
                "number_from",
            )
    row.save()
    journal.record(by, "segment.save", row, school=school.uai, street=street.code)
    return row


@transaction.atomic
def delete_segment(*, by: Actor, segment: StreetSegment) -> None:
    """Take a segment out of a school's area."""
    journal.record(
        by, "segment.delete", segment, school=segment.school.uai, street=segment.street.code
    )
    segment.delete()


def _number(text: str) -> int | None:
    """Read an end of a segment; empty and 9999 mean open."""
    if not text:
        return None
    value = int(text)
    return None if value >= OPEN_END else value


def read_segments(
    data: bytes, filename: str, *, school_year: SchoolYear, city: str
) -> SegmentImport:
    """Read a file and check every line against streets, schools and each other; write nothing.

    Lines of other towns are counted apart. A line with ``Secteur_unique`` = O gives the
    school every street of the register. Raises RuleBroken ``columns`` or for a file that
    is no table.
    """
    table = read_table(data, filename)
    missing = [name for name in NEEDED if name not in table.header]
    if missing:
        raise RuleBroken(
            "columns",
            _("Colonnes absentes : %(names)s.") % {"names": ", ".join(missing)},
            "file",
        )
    found = SegmentImport()
    reader = _Reader(school_year, city)
    for line, record in table.records():
        if reader.is_elsewhere(record):
            found.elsewhere += 1
            continue
        try:
            rows = list(reader.segments(record))
        except ValueError as error:
            found.errors.append(BadRow(line, str(error)))
            continue
        for row in rows:
            rival = reader.clash(row)
            if rival is not None:
                found.shared.append(BadRow(line, rival))
            reader.keep(row)
            found.segments.append(row)
    return found


class _Reader:
    """Knows streets, schools and what was read so far; two queries for a whole file."""

    def __init__(self, school_year: SchoolYear, city: str) -> None:
        self.year = school_year
        self.city = fold(city)
        self.schools = {school.uai: school for school in School.objects.all()}
        self.streets: dict[str, list[Street]] = defaultdict(list)
        for street in Street.objects.all():
            self.streets[street.search_name].append(street)
        self.taken: dict[int, list[StreetSegment]] = defaultdict(list)

    def is_elsewhere(self, record: dict[str, str]) -> bool:
        """Tell whether a line is about another town."""
        town = record.get("libelle_commune", "")
        return bool(town) and fold(town) != self.city

    def segments(self, record: dict[str, str]) -> Iterator[StreetSegment]:
        """Yield what a line says; raises ValueError with a sentence."""
        school = self.schools.get(record["Code_RNE"].upper())
        if school is None:
            raise ValueError(_("École inconnue : %(uai)s.") % {"uai": record["Code_RNE"] or "—"})
        if record.get("Secteur_unique") == "O" and not record["Type_et_Libelle"]:
            for streets in self.streets.values():
                for street in streets:
                    yield self._row(school, street, "both", None, None)
            return
        street = self._street(record)
        parity = PARITIES.get(record["Parite"].upper())
        if parity is None:
            raise ValueError(_("Parité inconnue : %(value)s.") % {"value": record["Parite"]})
        try:
            low = _number(record.get("No_de_voie_debut", ""))
            high = _number(record.get("No_de_voie_fin", ""))
        except ValueError:
            raise ValueError(_("Les numéros doivent être des nombres.")) from None
        if low is not None and high is not None and high < low:
            raise ValueError(_("Le dernier numéro précède le premier."))
        yield self._row(school, street, parity, low, high)

    def _row(
        self, school: School, street: Street, parity: str, low: int | None, high: int | None
    ) -> StreetSegment:
        return StreetSegment(
            school_year=self.year,
            school=school,
            street=street,
            parity=parity,
            number_from=low,
            number_to=high,
        )

    def _street(self, record: dict[str, str]) -> Street:
        name = record["Type_et_Libelle"]
        streets = self.streets.get(fold(name), [])
        postcode = record.get("code_postal", "")
        if len(streets) > 1 and postcode:
            streets = [s for s in streets if s.postcode == postcode] or streets
        if not streets:
            raise ValueError(_("Voie inconnue : %(name)s.") % {"name": name or "—"})
        if len(streets) > 1:
            raise ValueError(_("Plusieurs voies portent ce nom : %(name)s.") % {"name": name})
        return streets[0]

    def clash(self, row: StreetSegment) -> str | None:
        """Return a sentence when an earlier line gives the same numbers to another school."""
        for other in self.taken[row.street_id]:
            if _clash(row, other):
                return _("%(street)s : des numéros sont déjà dans le secteur de %(school)s.") % {
                    "street": row.street.name,
                    "school": other.school.name,
                }
        return None

    def keep(self, row: StreetSegment) -> None:
        self.taken[row.street_id].append(row)


@transaction.atomic
def import_segments(
    *,
    by: Actor,
    data: bytes,
    filename: str,
    school_year: SchoolYear,
    city: str,
    skip_errors: bool = False,
) -> SegmentImport:
    """Replace the areas of the schools a file names, for one school year.

    Repeated with the same file, the result is the same. Numbers given to two schools are
    taken as the shared area they are in real maps. Raises RuleBroken ``errors`` when lines
    cannot be taken and ``skip_errors`` was not asked for.
    """
    SchoolYear.objects.select_for_update().get(pk=school_year.pk)
    found = read_segments(data, filename, school_year=school_year, city=city)
    if found.errors and not skip_errors:
        raise RuleBroken("errors", _("Des lignes sont en erreur : rien n’a été importé."), "file")
    if not found.segments:
        raise RuleBroken("empty", _("Aucune ligne de ce fichier ne peut être importée."), "file")
    named = {segment.school_id for segment in found.segments}
    old = StreetSegment.objects.filter(school_year=school_year, school__in=named)
    found.removed = old.count()
    old.delete()
    StreetSegment.objects.bulk_create(found.segments, batch_size=2000)
    journal.record(
        by,
        "segments.import",
        school_year,
        added=len(found.segments),
        removed=found.removed,
        errors=len(found.errors),
    )
    return found
