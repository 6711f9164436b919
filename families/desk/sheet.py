"""Everything an agent needs about a household, gathered in a fixed number of queries.

Families stands below the other apps and imports none of them: what they know of a family
(applications, documents, places) they register with ``register_sheet_part``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import Prefetch
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from core import clock
from core.accounts.models import User
from families import queries
from families.child_facts import ChildFact, facts_of
from families.models import (
    Child,
    DuplicatePair,
    Guardian,
    Guardianship,
    Household,
    IncomeFile,
    Invitation,
    PayerRule,
)


@dataclass(frozen=True)
class SheetRow:
    """One line of a part of the sheet; with ``action`` it is something to do."""

    label: str
    text: str = ""
    url: str = ""
    action: str = ""
    tone: str = "plain"


@dataclass(frozen=True)
class SheetPart:
    """A part of the sheet told by another app."""

    title: str
    rows: Sequence[SheetRow]
    icon: str = "file"
    order: int = 100
    #: Things for an agent to do, shown with the open tasks.
    tasks: Sequence[SheetRow] = ()


PartProvider = Callable[[Household, Sequence[Guardian], Sequence[Child], User], Iterable[SheetPart]]
_providers: list[PartProvider] = []


def register_sheet_part(provider: PartProvider) -> None:
    """Add a provider of parts; call it from ``AppConfig.ready``."""
    if provider not in _providers:
        _providers.append(provider)


@dataclass
class PersonRow:
    """A guardian of the household, or of its children elsewhere."""

    guardian: Guardian
    links: list[Guardianship]
    #: ``account``, ``invited`` or ``none``.
    access: str


@dataclass
class ChildRow:
    """A child, with what their school says and who pays."""

    child: Child
    links: list[Guardianship]
    facts: list[ChildFact]
    payers: list[tuple[str, int]]
    mode: str


@dataclass
class Sheet:
    """What the page shows."""

    household: Household
    people: list[PersonRow] = field(default_factory=list)
    others: list[PersonRow] = field(default_factory=list)
    children: list[ChildRow] = field(default_factory=list)
    parts: list[SheetPart] = field(default_factory=list)
    tasks: list[SheetRow] = field(default_factory=list)
    income: IncomeFile | None = None
    income_state: str = "none"

    @property
    def guardian_ids(self) -> list[int]:
        """Ids of the household's guardians."""
        return [row.guardian.pk for row in self.people]

    @property
    def child_ids(self) -> list[int]:
        """Ids of the children."""
        return [row.child.pk for row in self.children]


def sheet_of(household: Household, user: User) -> Sheet:
    """Gather the sheet of a household for an agent."""
    sheet = Sheet(household)
    mine = list(
        household.guardians.filter(merged_into=None)
        .select_related("user")
        .prefetch_related(
            Prefetch(
                "guardianships",
                queryset=Guardianship.objects.select_related("child").order_by(
                    "child__birth_date", "child_id", "starts_on"
                ),
            )
        )
        .order_by("pk")
    )
    children: dict[int, Child] = {}
    for guardian in mine:
        for link in guardian.guardianships.all():
            if link.child.merged_into_id is None:
                children.setdefault(link.child_id, link.child)
    links: dict[int, list[Guardianship]] = defaultdict(list)
    elsewhere: dict[int, list[Guardianship]] = defaultdict(list)
    for link in (
        Guardianship.objects.filter(child__in=children)
        .select_related("guardian__household", "guardian__user", "child")
        .order_by("starts_on", "pk")
    ):
        if link.guardian.merged_into_id is not None:
            continue
        links[link.child_id].append(link)
        if link.guardian.household_id != household.pk:
            elsewhere[link.guardian_id].append(link)
    invited = set(
        Invitation.objects.open()
        .filter(guardian__in=[*[g.pk for g in mine], *elsewhere])
        .values_list("guardian", flat=True)
    )
    sheet.people = [PersonRow(g, list(g.guardianships.all()), _access(g, invited)) for g in mine]
    sheet.others = [
        PersonRow(ties[0].guardian, ties, _access(ties[0].guardian, invited))
        for ties in elsewhere.values()
    ]
    sheet.children = _children(list(children.values()), links, user)
    sheet.income = (
        IncomeFile.objects.filter(household=household).order_by("-declared_at", "-pk").first()
    )
    sheet.income_state = _income_state(sheet.income)
    for provider in _providers:
        sheet.parts += provider(household, mine, list(children.values()), user)
    sheet.parts.sort(key=lambda part: part.order)
    sheet.tasks = [*_own_tasks(sheet), *(task for part in sheet.parts for task in part.tasks)]
    return sheet


def _access(guardian: Guardian, invited: set[int]) -> str:
    if guardian.user_id is not None:
        return "account"
    return "invited" if guardian.pk in invited else "none"


def _children(
    children: Sequence[Child], links: dict[int, list[Guardianship]], user: User
) -> list[ChildRow]:
    day = clock.today()
    keys = [child.pk for child in children]
    facts = facts_of(children, user)
    table = queries.payer_table(keys, day, day)
    names = Guardian.objects.in_bulk(
        {guardian for key in keys for guardian, _percent in table.on(key, day)}
    )
    modes: dict[int, str] = {}
    rules = PayerRule.objects.filter(child__in=keys, agreed_at__isnull=False, valid_from__lte=day)
    for rule in rules.order_by("valid_from", "pk"):
        over = rule.ends_on is not None and rule.ends_on <= day
        if rule.ends_on != rule.valid_from:
            modes[rule.child_id] = "" if over else str(rule.get_mode_display())
    return [
        ChildRow(
            child,
            links.get(child.pk, []),
            facts.get(child.pk, []),
            [(names[key].full_name, percent) for key, percent in table.on(child.pk, day)],
            modes.get(child.pk, ""),
        )
        for child in sorted(children, key=lambda child: (child.birth_date, child.pk))
    ]


def _income_state(income: IncomeFile | None) -> str:
    """Return ``none``, ``waiting``, ``refused``, ``expired`` or ``checked``: never the value."""
    if income is None:
        return "none"
    if income.checked_at is not None:
        over = income.valid_until is not None and income.valid_until < clock.today()
        return "expired" if over else "checked"
    return "refused" if income.refused_at is not None else "waiting"


def _own_tasks(sheet: Sheet) -> Iterable[SheetRow]:
    if sheet.income_state == "waiting" and sheet.income is not None:
        yield SheetRow(
            _("Quotient à vérifier"),
            date_format(sheet.income.declared_at, "j F Y"),
            reverse("families:income_check", args=[sheet.income.pk]),
            _("Vérifier"),
            "warning",
        )
    pairs = DuplicatePair.objects.waiting()
    doubles = pairs.filter(guardian_a__in=sheet.guardian_ids) | pairs.filter(
        guardian_b__in=sheet.guardian_ids
    )
    doubles |= pairs.filter(child_a__in=sheet.child_ids) | pairs.filter(child_b__in=sheet.child_ids)
    for pair in doubles.select_related("guardian_a", "guardian_b", "child_a", "child_b").order_by(
        "pk"
    ):
        name = (pair.guardian_a or pair.child_a).full_name  # type: ignore[union-attr]
        yield SheetRow(
            _("Doublon possible : %(name)s") % {"name": name},
            "",
            reverse("families:duplicate", args=[pair.pk]),
            _("Comparer"),
            "warning",
        )
    if not sheet.household.address_lines:
        yield SheetRow(_("Adresse à compléter"), tone="warning")
