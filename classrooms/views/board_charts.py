"""The charts of the board: each a list of bars, a table of the same numbers, and a file."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from classrooms import charts
from classrooms.models import Device, DeviceCategory, Incident, InternetLine
from classrooms.queries.figures import CityFigures, SchoolFigures
from core.spreadsheets import Column
from enrolment.schools.models import School

#: States of devices on the chart, in stacking order, with their tone.
STATES = (
    (Device.State.IN_USE, "success"),
    (Device.State.SPARE, "info"),
    (Device.State.REPAIR, "warning"),
    (Device.State.BROKEN, "urgent"),
    (Device.State.LOST, "dark"),
    (Device.State.STOLEN, "plain"),
)
_KINDS = (
    (Incident.Kind.SCREEN, "urgent"),
    (Incident.Kind.POWER, "dark"),
    (Incident.Kind.CHARGING, "sun"),
    (Incident.Kind.KEYBOARD, "sea"),
    (Incident.Kind.OTHER, "sage"),
    (Incident.Kind.LOST, "plain"),
)
_TONES = ("sea", "sun", "sage", "coral", "deep", "plain", "dark")
#: Pupils for one device: from a class that works two to a tablet to a school that shares one cart.
_STEPS = (3, 5, 10, 20)


@dataclass(frozen=True)
class Chart:
    """Bars with their numbers. ``series`` are (key, label, tone); ``extras`` further columns."""

    key: str
    title: str
    first: str
    series: list[tuple[str, str, str]]
    rows: Sequence[tuple[str, Mapping[str, int]]]
    extras: tuple[str, ...] = ()
    more: tuple[tuple[str, ...], ...] = ()
    #: What it says, in few words.
    gist: str = ""

    @property
    def bars(self) -> list[tuple[charts.Bar, tuple[str, ...]]]:
        """The bars, each with what the further columns say."""
        more = self.more or ((),) * len(self.rows)
        return list(zip(charts.bars(self.rows, self.series), more, strict=True))

    @property
    def legend(self) -> list[tuple[str, str, str]]:
        """The series to explain: none when there is only one."""
        return self.series if len(self.series) > 1 else []

    def columns(self) -> list[Column]:
        """Return the columns of the file."""
        counted = [Column(label, "integer", 16) for _key, label, _tone in self.series]
        if len(self.series) > 1:
            counted.append(Column(_("Total"), "integer", 10))
        return [Column(self.first, width=30), *counted, *(Column(x, width=20) for x in self.extras)]

    def table(self) -> list[list[Any]]:
        """Return the rows of the file."""
        found = []
        more = self.more or ((),) * len(self.rows)
        for (label, values), words in zip(self.rows, more, strict=True):
            counts = [values.get(key, 0) for key, _label, _tone in self.series]
            total = [sum(counts)] if len(self.series) > 1 else []
            found.append([str(label), *counts, *total, *words])
        return found


def states(figures: CityFigures) -> Chart:
    """Return what devices are doing, by family."""
    rows = [
        (str(f.label), figures.by_state.get(f, Counter()))
        for f in DeviceCategory.Family
        if figures.families.get(f)
    ]
    series = [(str(state), str(state.label), tone) for state, tone in STATES]
    serving = sum(counts[Device.State.IN_USE] for _label, counts in rows)
    gist = _("En service : %(count)d sur %(all)d") % {"count": serving, "all": figures.devices}
    title = _("Situation des appareils")
    return Chart("situations", title, _("Famille"), series, rows, gist=gist)


def ages(figures: CityFigures) -> Chart:
    """Return the pyramid of ages, by category."""
    series = [
        (str(category.pk), category.name, tone)
        for category, tone in zip(figures.categories, _TONES * 4, strict=False)
    ]
    bands: list[tuple[int | None, str]] = [
        (0, _("moins d’un an")),
        (1, _("1 an")),
        *((years, _("%(years)d ans") % {"years": years}) for years in range(2, 6)),
        (6, _("6 ans et plus")),
        (None, _("âge inconnu")),
    ]
    rows = [
        (label, {str(pk): counts[band] for pk, counts in figures.by_age.items()})
        for band, label in bands
        if band is not None or any(counts[None] for counts in figures.by_age.values())
    ]
    old = sum(counts[band] for counts in figures.by_age.values() for band in (5, 6))
    gist = _("De cinq ans et plus : %(count)d") % {"count": old}
    return Chart("ages", _("Âge des appareils"), _("Âge"), series, rows, gist=gist)


def ratios(figures: CityFigures) -> Chart:
    """Return how many schools have how many pupils for one device, by network."""
    tones = {"REP+": "deep", "REP": "sea", "": "sand"}
    series = [
        (str(p), str(p.label), tones[p])
        for p in (School.Priority.REP_PLUS, School.Priority.REP, School.Priority.NONE)
        if any(row.school.priority == p for row in figures.schools)
    ]
    labels = [
        _("%(n)d élèves ou moins") % {"n": _STEPS[0]},
        *(
            _("plus de %(low)d, jusqu’à %(high)d") % {"low": low, "high": high}
            for low, high in itertools.pairwise(_STEPS)
        ),
        _("plus de %(n)d") % {"n": _STEPS[-1]},
        _("aucun appareil"),
    ]
    counts: list[Counter[str]] = [Counter() for _label in labels]
    for row in figures.schools:
        counts[_step(row)][row.school.priority] += 1
    rows = list(zip(labels, counts, strict=True))
    title = _("Écoles par nombre d’élèves pour un appareil")
    ratio = figures.pupils_per_device
    shown = number_format(ratio, 1) if ratio else ""
    gist = _("En moyenne : %(ratio)s dans les écoles équipées") % {"ratio": shown} if ratio else ""
    return Chart(
        "eleves-par-appareil", title, _("Élèves pour un appareil"), series, rows, gist=gist
    )


def _step(row: SchoolFigures) -> int:
    if not row.personal:
        return len(_STEPS) + 1
    return sum(row.pupils > step * row.personal for step in _STEPS)


def lines(figures: CityFigures) -> Chart:
    """Return the Internet lines by technology, most used first."""
    kinds = sorted(InternetLine.Technology, key=lambda kind: -figures.lines[kind])
    rows = [(str(k.label), {"n": figures.lines[k]}) for k in kinds if figures.lines[k]]
    series = [("n", _("lignes"), "sea")]
    gist = _("En très haut débit : %(share)d %%") % {"share": figures.fast_share}
    return Chart("lignes", _("Lignes Internet"), _("Technologie"), series, rows, gist=gist)


def queue(figures: CityFigures) -> Chart:
    """Return the faults to settle, by priority."""
    tones = {1: "urgent", 2: "warning", 3: "info"}
    rows = [(str(p.label), {tones[p]: figures.incidents[p]}) for p in Incident.Priority]
    series = [(tone, str(Incident.Priority(p).label), tone) for p, tone in tones.items()]
    gist = _("En retard : %(count)d") % {"count": figures.late_incidents}
    title = _("Pannes à régler et remises")
    return Chart("pannes", title, _("Priorité"), series, rows, gist=gist)


def months(figures: CityFigures) -> Chart:
    """Return the faults of twelve months, by kind."""
    series = [(str(kind), str(kind.label), tone) for kind, tone in _KINDS]
    rows = [
        (date_format(month, "M Y"), counts) for month, counts in figures.faults_by_month.items()
    ]
    latest = sum(rows[-1][1].values()) if rows else 0
    gist = _("Ce mois-ci : %(count)d") % {"count": latest}
    title = _("Pannes signalées, mois par mois")
    return Chart("pannes-par-mois", title, _("Mois"), series, rows, gist=gist)


def models(figures: CityFigures) -> Chart:
    """Return the faults of twelve months by model, most fragile first."""
    rated = []
    for model in figures.models:
        faults, devices = figures.faults_by_model[model.pk], figures.by_model[model.pk]
        if devices or faults:
            # Fewer than five devices are no sample; they stand last.
            rate = faults * 100 / devices if devices >= 5 else -1.0
            rated.append((-rate, str(model), faults, devices))
    rated.sort()
    worst = next((name for rate, name, *_counts in rated if rate < 0), "")
    return Chart(
        "pannes-par-modele",
        _("Pannes par modèle, sur douze mois"),
        _("Modèle"),
        [("n", _("Pannes"), "urgent")],
        [(name, {"n": faults}) for _rate, name, faults, _devices in rated],
        (_("Appareils"), _("Pour 100")),
        tuple(
            (str(devices), "—" if rate > 0 else f"{-rate:.1f}".replace(".", ","))
            for rate, _name, _faults, devices in rated
        ),
        gist=_("Le plus fragile : %(model)s") % {"model": worst} if worst else "",
    )


#: Charts that can be downloaded, by the name in their address.
CHARTS = {
    "situations": states,
    "ages": ages,
    "eleves-par-appareil": ratios,
    "lignes": lines,
    "pannes": queue,
    "pannes-par-mois": months,
    "pannes-par-modele": models,
}
