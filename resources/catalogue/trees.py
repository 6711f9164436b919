"""Terms of a hierarchical vocabulary as branches that open and close, for the editor's form."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.forms import Form, ModelForm


@dataclass
class Leaf:
    """A term to tick; ``depth`` counts from the top of its branch."""

    code: str
    label: str
    depth: int
    checked: bool


@dataclass
class Branch:
    """A widest term and all that stands under it, in the order of the vocabulary."""

    label: str
    leaves: list[Leaf] = field(default_factory=list)

    @property
    def chosen(self) -> int:
        """How many of its terms are ticked."""
        return sum(leaf.checked for leaf in self.leaves)


def branches(field_of_form: Any) -> list[Branch]:
    """Return the terms of a field as branches; a term without its wider one is its own."""
    value = field_of_form.value() or []
    chosen = {str(getattr(item, "code", item)) for item in value}
    terms = list(field_of_form.field.queryset)
    by_key = {term.pk: term for term in terms}
    children: dict[int | None, list[Any]] = {}
    for term in terms:
        parent = term.parent_id if term.parent_id in by_key else None
        children.setdefault(parent, []).append(term)
    found = []
    for top in children.get(None, []):
        branch = Branch(top.label)
        stack = [(top, 0)]
        while stack:
            term, depth = stack.pop()
            branch.leaves.append(Leaf(term.code, term.label, min(depth, 4), term.code in chosen))
            stack += [(child, depth + 1) for child in reversed(children.get(term.pk, []))]
        found.append(branch)
    return found


def trees_of(form: Form | ModelForm[Any], names: Iterable[str]) -> dict[str, list[Branch]]:
    """Return the branches of a form's fields, by field; none for a field that is not asked."""
    return {name: branches(form[name]) for name in names if name in form.fields}
