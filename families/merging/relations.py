"""How every kind of row that names a guardian, a child or a household is merged.

Each app says so for its own rows with ``register_merge_rules``, by ``app.Model.field``. A test
walks every foreign key and many-to-many field of the service and fails on one without a rule,
so that a new model is never left behind by a merge.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Q
from django.utils.functional import Promise

#: The row goes over to the file that is kept.
MOVE = "move"
#: The row may not be changed (a ledger): it stays, and the merged file leads to the one kept.
STAY = "stay"
#: Derived, or part of the merge's own record: nothing to do.
IGNORE = "ignore"

#: What to do with a row that the file kept already has a twin of (a unique constraint).
ON_CLASH_STAY, ON_CLASH_END, ON_CLASH_REFUSE, ON_CLASH_ABSORB = "stay", "end", "refuse", "absorb"


#: Ids of the rows a merge moved, by relation.
Moved = Mapping[str, Sequence[int]]


@dataclass(frozen=True)
class MergeRule:
    """What becomes of the rows of one relation.

    ``label`` names them in the preview ("Factures"), ``describe`` tells one in a line. On a
    clash: ``stay`` leaves the row with the merged file, ``end`` ends it today (``ends_on``),
    ``refuse`` forbids the merge with ``refusal``, ``absorb`` hands its figures to the twin
    (``absorb`` returns the twin's new values) and removes it. ``clashes`` says otherwise for a
    constraint by its name. Where ``only`` is given, other rows stay. ``binds``: a row of this
    kind added to the file kept since then forbids undoing; ``since`` counts such rows in the
    rule's own way, from the merge and what it moved.
    """

    how: str
    label: str | Promise = ""
    describe: Callable[[Any], str] = str
    clash: str = ON_CLASH_STAY
    refusal: str | Promise = ""
    clashes: Mapping[str, str] = field(default_factory=dict)
    absorb: Callable[[Any, Any], dict[str, Any]] | None = None
    only: Q | None = None
    binds: bool = False
    since: Callable[[Any, Moved], int] | None = None
    order: int = 100
    #: Whether what the journal says of these rows belongs on the family's timeline.
    told: bool = True


_rules: dict[str, MergeRule] = {}


def register_merge_rules(rules: Mapping[str, MergeRule]) -> None:
    """Add rules by ``app_label.Model.field``; call it from ``AppConfig.ready``."""
    _rules.update(rules)


@dataclass(frozen=True)
class Relation:
    """One field that names a guardian, a child or a household."""

    model: type[models.Model]
    field: models.Field[Any, Any]

    @property
    def name(self) -> str:
        """Return ``app_label.Model.field``."""
        return f"{self.model._meta.label}.{self.field.name}"

    @property
    def known_rule(self) -> MergeRule | None:
        """Return its rule, or None where nobody thought of it yet."""
        return _rules.get(self.name)

    @property
    def rule(self) -> MergeRule:
        """Return its rule; raises LookupError for a relation that nobody thought of."""
        try:
            return _rules[self.name]
        except KeyError:
            raise LookupError(f"no merge rule for {self.name}") from None

    def rows(self, key: int) -> models.QuerySet[Any]:
        """Return the rows that name a target."""
        return self.model._base_manager.filter(**{self.field.name: key})


def relations_to(target: type[models.Model]) -> list[Relation]:
    """Return every field of the service that names rows of ``target``, hidden ones included.

    The rows behind a many-to-many field are named by the foreign keys of its through table.
    """
    found = [
        Relation(model, field)
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.get_fields(include_hidden=True)
        if isinstance(field, models.ForeignKey)
        and field.model is model
        and field.related_model is target
    ]
    return sorted(found, key=lambda relation: relation.name)


def handled(target: type[models.Model]) -> list[Relation]:
    """Return the relations a merge acts on, in the order the preview tells them.

    Raises LookupError if one has no rule: better no merge than half of one.
    """
    acting = [relation for relation in relations_to(target) if relation.rule.how != IGNORE]
    return sorted(acting, key=lambda relation: (relation.rule.order, relation.name))
