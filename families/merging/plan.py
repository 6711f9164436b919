"""What a merge would move, leave, end or refuse: the same answer serves preview and act."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import models
from django.db.models import Q

from families.merging import relations
from families.merging.relations import MergeRule, Relation, handled

#: Rows told one by one in the preview, a relation.
TOLD = 6


@dataclass
class Line:
    """What becomes of one relation's rows. The lists hold their ids."""

    relation: Relation
    moving: list[int] = field(default_factory=list)
    staying: list[int] = field(default_factory=list)
    ending: list[int] = field(default_factory=list)
    #: (row absorbed, its twin)
    absorbed: list[tuple[int, int]] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)

    @property
    def rule(self) -> MergeRule:
        """The rule applied."""
        return self.relation.rule

    @property
    def count(self) -> int:
        """How many rows the merged file has."""
        return (
            len(self.moving)
            + len(self.staying)
            + len(self.ending)
            + len(self.absorbed)
            + len(self.refused)
        )

    def told(self) -> list[str]:
        """Describe the first rows, for a person to check."""
        keys = [*self.moving, *self.ending, *(pk for pk, _twin in self.absorbed), *self.staying]
        rows = self.relation.model._base_manager.filter(pk__in=keys[:TOLD]).order_by("pk")
        return [self.rule.describe(row) for row in rows]


def lines_between(model: type[models.Model], merged: int, kept: int) -> list[Line]:
    """Return what merging one row into another does to every row that names it.

    Few questions a relation: its rows, and two for each unique constraint they might break.
    """
    found = []
    for relation in handled(model):
        keys = list(relation.rows(merged).order_by("pk").values_list("pk", flat=True))
        if not keys:
            continue
        line = Line(relation)
        if relation.rule.how == relations.STAY:
            line.staying = keys
        else:
            if relation.rule.only is not None:
                movable = relation.rows(merged).filter(relation.rule.only)
                free = set(movable.values_list("pk", flat=True))
                line.staying = [key for key in keys if key not in free]
                keys = [key for key in keys if key in free]
            _sort(line, keys, _clashes(relation, keys, kept))
        found.append(line)
    return found


def _sort(line: Line, keys: Iterable[int], clashes: dict[int, tuple[str, int]]) -> None:
    rule = line.rule
    for key in keys:
        if key not in clashes:
            line.moving.append(key)
            continue
        constraint, twin = clashes[key]
        how = rule.clashes.get(constraint, rule.clash)
        if how == relations.ON_CLASH_END:
            line.ending.append(key)
        elif how == relations.ON_CLASH_REFUSE:
            line.refused.append(key)
        elif how == relations.ON_CLASH_ABSORB:
            line.absorbed.append((key, twin))
        else:
            line.staying.append(key)


def _unique_sets(relation: Relation) -> list[tuple[str, tuple[str, ...], Q | None]]:
    """Return the unique constraints that name the relation's field: name, other fields, when.

    Raises LookupError for one made of expressions, which cannot be foreseen here.
    """
    meta, name = relation.model._meta, relation.field.name
    found: list[tuple[str, tuple[str, ...], Q | None]] = []
    if relation.field.unique:
        found.append((f"{name}_unique", (), None))
    for constraint in meta.constraints:
        if not isinstance(constraint, models.UniqueConstraint):
            continue
        if constraint.expressions:
            raise LookupError(f"{constraint.name}: expressions are not foreseen by merges")
        if name in constraint.fields:
            others = tuple(field for field in constraint.fields if field != name)
            found.append((constraint.name, others, constraint.condition))
    for together in meta.unique_together:
        if name in together:
            others = tuple(field for field in together if field != name)
            found.append(("_".join(together), others, None))
    return found


def _clashes(relation: Relation, keys: list[int], kept: int) -> dict[int, tuple[str, int]]:
    """Return the rows that would break a unique constraint: its name, and the twin's id."""
    found: dict[int, tuple[str, int]] = {}
    for name, others, condition in _unique_sets(relation):
        mine = relation.model._base_manager.filter(pk__in=keys)
        theirs = relation.rows(kept)
        if condition is not None:
            mine, theirs = mine.filter(condition), theirs.filter(condition)
        taken = {tuple(values): pk for pk, *values in theirs.values_list("pk", *others)}
        for pk, *values in mine.values_list("pk", *others):
            # NULLs are never equal to each other in a unique constraint.
            if tuple(values) in taken and None not in values:
                found.setdefault(pk, (name, taken[tuple(values)]))
    return found
