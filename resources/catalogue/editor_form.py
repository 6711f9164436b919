"""The editor's form as a whole: its sections, its rows, and its two ways to and from snapshots."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock
from enrolment.schools.models import ClassGroup, School
from resources.catalogue import history
from resources.catalogue.actions import Links
from resources.catalogue.forms import (
    MORE_TERMS,
    ContributorRows,
    PlaceRows,
    RelationRows,
    ResourceForm,
)
from resources.catalogue.history import Snapshot
from resources.catalogue.models import Contribution, Resource, Term

#: Rows added by one press.
_MORE = 3
_ROWS: Mapping[str, Any] = {
    "contributors": ContributorRows,
    "relations": RelationRows,
    "openings": PlaceRows,
}
#: Sections of the form: anchor, heading, what it is for, fields, rows.
SECTIONS = (
    ("essentiel", gettext_lazy("L’essentiel"), gettext_lazy("Ce que l’on cherche et lit d’abord."),
     ("title", "description", "keyword_list", "language", "published_on", "quality",
      "identifier", "external_identifier"), ""),
    ("auteurs", gettext_lazy("Auteurs et contributeurs"),
     gettext_lazy("Autant de lignes qu’il en faut ; videz un nom pour retirer la ligne."),
     (), "contributors"),
    ("usage", gettext_lazy("Pour qui et pour quoi faire"),
     gettext_lazy("C’est par là que la recherche la propose, et aux seuls âges choisis."),
     ("levels", "domains", "pedagogical_type", "document_type", "activities", "audience",
      "difficulty", "duration_minutes", "competences", "places", "needs"), ""),
    ("acces", gettext_lazy("Adresse et fichier"),
     gettext_lazy("L’adresse est vérifiée chaque mois."),
     ("url", "format", "size_bytes", "thumbnail_url", "thumbnail_alt"), ""),
    ("droits", gettext_lazy("Coût, droits et données personnelles"),
     gettext_lazy("Ce que l’on peut en faire, et ce qu’elle demande aux élèves."),
     ("cost", "licence", "rights", "licence_seats", "licence_unit",
      "personal_data_level"), ""),
    ("ouverture", gettext_lazy("Quand et où elle est ouverte"),
     gettext_lazy("Sans école ni classe, elle est ouverte partout."),
     ("open_from", "open_to"), "openings"),
    ("liens", gettext_lazy("Liens avec d’autres ressources"),
     gettext_lazy("Version élève, version enseignant, partie d’un ensemble, remplacement."),
     (), "relations"),
)  # fmt: skip


@dataclass
class Section:
    """A part of the form, as it is shown."""

    anchor: str
    title: str
    hint: str
    fields: list[Any]
    rows: Any
    rows_name: str
    errors: int


class EditorForm:
    """A resource's form with its rows; ``base`` is the revision it was read from."""

    def __init__(
        self,
        *,
        resource: Resource | None,
        snapshot: Snapshot,
        base: int,
        data: QueryDict | None = None,
    ) -> None:
        self.resource = resource
        self.snapshot = snapshot
        self.form = ResourceForm(
            data, initial={**_initial(snapshot), "base": base}, is_new=resource is None
        )
        language: Any = self.form.fields["language"]
        if snapshot.get("language") and snapshot["language"] not in dict(language.choices):
            language.choices = [*language.choices, (snapshot["language"], snapshot["language"])]
        self._drop_empty_vocabularies()
        # Rows sent as they were shown count too: what was shown is not said to the bound rows.
        initial = _initial_rows(snapshot) if data is None else dict.fromkeys(_ROWS)
        self.rows = {
            name: kind(data, prefix=name, initial=initial[name]) for name, kind in _ROWS.items()
        }
        self._links: Links | None = None

    @classmethod
    def with_more(cls, *, resource: Resource | None, snapshot: Snapshot, data: QueryDict) -> Any:
        """Return the form as it was typed, with a few rows more; nothing is judged yet."""
        name, copy = data.get("more", ""), data.copy()
        total = f"{name}-TOTAL_FORMS"
        known = str(copy.get(total, ""))[:4]
        if name in _ROWS and known.isdecimal():
            copy[total] = str(min(int(known) + _MORE, _ROWS[name].max_num))
        found = cls(resource=resource, snapshot=snapshot, base=0, data=copy)
        found.form.leave_unjudged()
        for rows in found.rows.values():
            for row in rows:
                row.leave_unjudged()
        return found

    def _drop_empty_vocabularies(self) -> None:
        """Leave out what no term has been imported for: nothing could be chosen."""
        known = set(Term.objects.order_by().values_list("vocabulary", flat=True).distinct())
        for name, vocabulary in (
            ("activities", "activity"),
            ("places", "place"),
            ("needs", "need"),
            ("competences", "competence"),
        ):
            if vocabulary not in known:
                del self.form.fields[name]

    def is_valid(self) -> bool:
        """Tell whether everything can be saved; rows look their schools and resources up."""
        right = self.form.is_valid()
        for rows in self.rows.values():
            right = rows.is_valid() and right
        if right:
            self._links = self._read_rows()
            right = all(not row.errors for rows in self.rows.values() for row in rows)
        return right

    @property
    def forms(self) -> list[Any]:
        """Every form, for the error summary."""
        return [self.form, *(row for rows in self.rows.values() for row in rows)]

    @property
    def links(self) -> Links:
        """What the rows and the vocabularies say; after ``is_valid`` only."""
        if self._links is None:
            raise ValueError("the rows have not been read: call is_valid first")
        return self._links

    @property
    def sections(self) -> list[Section]:
        """The parts of the form in their order, without the fields that are not asked."""
        found = []
        for anchor, title, hint, names, rows_name in SECTIONS:
            fields = [self.form[name] for name in names if name in self.form.fields]
            rows = self.rows.get(rows_name)
            wrong = sum(len(field.errors) for field in fields)
            wrong += sum(len(row.errors) for row in rows) if rows is not None else 0
            found.append(Section(anchor, str(title), str(hint), fields, rows, rows_name, wrong))
        return found

    def _read_rows(self) -> Links:
        cleaned = self.form.cleaned_data
        named = [
            (row.cleaned_data["role"], row.cleaned_data["name"].strip())
            for row in self.rows["contributors"]
            if row.cleaned_data.get("name", "").strip()
        ]
        schools, groups = self._read_places()
        return Links(
            terms={name: list(cleaned[name]) for name in MORE_TERMS if name in cleaned},
            credits=named,
            relations=self._read_relations(),
            schools=schools,
            class_groups=groups,
        )

    def _read_relations(self) -> list[tuple[str, Resource]]:
        wanted = [
            (row, _key_of(row.cleaned_data.get("other", ""))) for row in self.rows["relations"]
        ]
        keys = [key for _row, key in wanted if key]
        known = {other.identifier: other for other in Resource.objects.filter(identifier__in=keys)}
        for other in Resource.objects.filter(title__in=keys).order_by("-pk"):
            known.setdefault(other.title, other)
        found = []
        for row, key in wanted:
            if not key:
                continue
            other = known.get(key)
            if other is None:
                row.add_error("other", _("Aucune ressource ne porte cet identifiant ni ce titre."))
            elif self.resource is not None and other.pk == self.resource.pk:
                row.add_error("other", _("C’est cette ressource elle-même."))
            else:
                found.append((row.cleaned_data["kind"], other))
        return found

    def _read_places(self) -> tuple[list[School], list[ClassGroup]]:
        wanted = []
        for row in self.rows["openings"]:
            name = row.cleaned_data.get("school", "").strip()
            if name:
                wanted.append(
                    (row, name.partition(" — ")[0], row.cleaned_data["class_name"].strip())
                )
        names = [name for _row, name, _group in wanted]
        schools = {school.uai: school for school in School.objects.filter(uai__in=names)}
        for school in School.objects.filter(name__in=names).order_by("-pk"):
            schools.setdefault(school.name, school)
        year = clock.school_year_of(clock.today())
        groups = {
            (group.school_id, group.name): group
            for group in ClassGroup.objects.filter(
                school__in=[school.pk for school in schools.values()],
                school_year__start_year=year,
            )
        }
        kept_schools: list[School] = []
        kept_groups: list[ClassGroup] = []
        for row, name, class_name in wanted:
            found = schools.get(name)
            if found is None:
                row.add_error("school", _("Aucune école ne porte ce nom ni ce numéro."))
            elif not class_name:
                kept_schools.append(found)
            elif group := groups.get((found.pk, class_name)):
                kept_groups.append(group)
            else:
                row.add_error("class_name", _("Cette école n’a pas cette classe cette année."))
        return kept_schools, kept_groups

    def mine(self) -> Snapshot:
        """Return the snapshot that these answers would make; after ``is_valid`` only."""
        found = dict(self.snapshot)
        cleaned, links = self.form.cleaned_data, self.links
        for name in history.PLAIN:
            if name in cleaned and (cleaned[name] or name != "licence_unit"):
                found[name] = cleaned[name]
        found["keywords"] = cleaned["keyword_list"]
        for name in history.DATES:
            found[name] = cleaned[name].isoformat() if cleaned[name] else None
        for name in history.SINGLE:
            found[name] = cleaned[name].code if cleaned[name] else ""
        for name in history.SEVERAL:
            if name in cleaned:
                found[name] = [term.code for term in cleaned[name]]
        found["contributors"] = [list(credit) for credit in links.credits or []]
        found["relations"] = sorted(
            [kind, other.identifier] for kind, other in links.relations or []
        )
        found["schools"] = sorted(school.uai for school in links.schools or [])
        found["class_groups"] = sorted(
            [group.school.uai, group.school_year.start_year, group.name]
            for group in links.class_groups or []
        )
        return found


def _key_of(text: str) -> str:
    """Return the identifier or title that somebody typed: alone, with its title, as an address."""
    text = text.strip()
    if found := re.search(r"/fiche/([\w-]+)/?", text):
        return found[1]
    return text.partition(" — ")[0].strip()


def _initial(snapshot: Snapshot) -> dict[str, Any]:
    return {**snapshot, "keyword_list": ", ".join(snapshot.get("keywords", []))}


def _initial_rows(snapshot: Snapshot) -> dict[str, list[dict[str, str]]]:
    named = snapshot.get("contributors") or []
    relations = snapshot.get("relations") or []
    places = [(uai, "") for uai in snapshot.get("schools") or []]
    places += [(uai, name) for uai, _year, name in snapshot.get("class_groups") or []]
    titles = dict(
        Resource.objects.filter(identifier__in=[other for _kind, other in relations]).values_list(
            "identifier", "title"
        )
    )
    schools = dict(
        School.objects.filter(uai__in=[uai for uai, _name in places]).values_list("uai", "name")
    )
    return {
        "contributors": [{"role": role, "name": name} for role, name in named]
        or [{"role": Contribution.Kind.AUTHOR}, {"role": Contribution.Kind.PUBLISHER}],
        "relations": [
            {"kind": kind, "other": _with_name(other, titles)} for kind, other in relations
        ],
        "openings": [
            {"school": _with_name(uai, schools), "class_name": name} for uai, name in places
        ],
    }


def _with_name(key: str, names: Mapping[str, str]) -> str:
    """Write a key with the name that people know it by; ``_key_of`` reads it back."""
    return f"{key} — {names[key]}" if key in names else key
