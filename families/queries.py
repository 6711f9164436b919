"""Who pays and at which quotient, one child or in bulk; read by canteen and payments."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery

from core import clock
from core.accounts.models import User
from families.models import (
    Child,
    Guardian,
    Guardianship,
    Household,
    IncomeFile,
    PayerRule,
    PayerShare,
)
from families.rules import (
    Payers,
    PayingRule,
    QuotientPeriod,
    Share,
    payers_on,
    quotient_on,
)

#: Keeps ``IN`` lists short enough for SQLite and for PostgreSQL's planner.
_BATCH = 5000


@dataclass(frozen=True)
class _Link:
    """A guardianship reduced to what decides who pays when no rule was agreed."""

    guardian: int
    authority: bool
    lives_with: bool
    starts_on: dt.date
    ends_on: dt.date | None
    #: Since when this person has answered for the child, whatever changed meanwhile.
    known_since: dt.date

    def covers(self, day: dt.date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day < self.ends_on)


@dataclass(frozen=True)
class PayerTable:
    """Payers of many children over a period, loaded in a fixed number of queries."""

    rules: dict[int, list[PayingRule]]
    links: dict[int, list[_Link]]
    #: Household of every guardian named here, for the quotient.
    households: dict[int, int]

    def on(self, child_id: int, day: dt.date) -> Payers:
        """Return (guardian id, percent) for one service day; percents add up to 100.

        Empty only for a child who has no guardian at all that day.
        """
        return payers_on(self.rules.get(child_id, []), day, self._default(child_id, day))

    def _default(self, child_id: int, day: dt.date) -> int | None:
        """Return who pays when no rule is in force.

        Of the guardians that day: authority first, then living with the child, then the
        one known longest.
        """
        links = [link for link in self.links.get(child_id, []) if link.covers(day)]
        best = min(
            links,
            key=lambda k: (not k.authority, not k.lives_with, k.known_since, k.guardian),
            default=None,
        )
        return None if best is None else best.guardian


@dataclass(frozen=True)
class QuotientTable:
    """Checked quotients of many households over a period."""

    periods: dict[int, list[QuotientPeriod]]

    def on(self, household_id: int, day: dt.date) -> int | None:
        """Return the quotient in euros a month on a service day; None is the top tariff."""
        return quotient_on(self.periods.get(household_id, []), day)


def _batches(ids: Iterable[int]) -> Iterable[list[int]]:
    ordered = sorted(set(ids))
    for start in range(0, len(ordered), _BATCH):
        yield ordered[start : start + _BATCH]


def payer_table(child_ids: Iterable[int], start: dt.date, end: dt.date) -> PayerTable:
    """Load who pays for these children from ``start`` to ``end``, both included.

    Proposals that the other payer has not agreed to are left out.
    """
    rules: dict[int, list[PayingRule]] = defaultdict(list)
    links: dict[int, list[_Link]] = defaultdict(list)
    households: dict[int, int] = {}
    for batch in _batches(child_ids):
        found = PayerRule.objects.filter(
            child__in=batch, valid_from__lte=end, agreed_at__isnull=False
        ).prefetch_related(
            Prefetch("shares", queryset=PayerShare.objects.select_related("guardian"))
        )
        for rule in found:
            shares = list(rule.shares.all())
            households.update({s.guardian_id: s.guardian.household_id for s in shares})
            rules[rule.child_id].append(
                PayingRule(
                    rule.valid_from,
                    rule.mode,
                    tuple(Share(s.guardian_id, s.percent, s.weeks) for s in shares),
                    rule.ends_on,
                )
            )
        ties = (
            Guardianship.objects.filter(child__in=batch, starts_on__lte=end)
            .order_by("starts_on", "pk")
            .values_list(
                "child_id",
                "guardian_id",
                "parental_authority",
                "lives_with",
                "starts_on",
                "ends_on",
                "guardian__household_id",
            )
        )
        since: dict[tuple[int, int], dt.date] = {}
        for child, guardian, authority, lives_with, begins, ends, household in ties:
            known = since.setdefault((child, guardian), begins)
            if ends is None or ends > start:
                links[child].append(_Link(guardian, authority, lives_with, begins, ends, known))
                households[guardian] = household
    return PayerTable(rules, links, households)


def quotient_table(household_ids: Iterable[int], start: dt.date, end: dt.date) -> QuotientTable:
    """Load the checked quotients of these households between two days, both included."""
    periods: dict[int, list[QuotientPeriod]] = defaultdict(list)
    for batch in _batches(household_ids):
        files = IncomeFile.objects.filter(
            Q(valid_until__isnull=True) | Q(valid_until__gte=start),
            household__in=batch,
            checked_at__isnull=False,
            valid_from__lte=end,
        ).values_list("household_id", "valid_from", "valid_until", "family_quotient")
        for household, begins, ends, quotient in files:
            periods[household].append(QuotientPeriod(begins, ends, quotient))
    return QuotientTable(periods)


def payers_of(child: Child, day: dt.date) -> list[tuple[Guardian, int]]:
    """Return who pays for a child on a service day, with percents that add up to 100."""
    payers = payer_table([child.pk], day, day).on(child.pk, day)
    guardians = Guardian.objects.select_related("household").in_bulk([key for key, _ in payers])
    return [(guardians[key], percent) for key, percent in payers]


def quotient_of(household: Household, day: dt.date) -> int | None:
    """Return a household's checked quotient on a service day; None is the top tariff."""
    return quotient_table([household.pk], day, day).on(household.pk, day)


def proposals_to(guardian: Guardian) -> list[PayerRule]:
    """Return the paying rules somebody else has proposed and that await this guardian."""
    return list(
        PayerRule.objects.filter(
            agreed_at__isnull=True, shares__guardian=guardian, shares__agreed_at__isnull=True
        )
        .exclude(proposed_by=guardian)
        .select_related("child", "proposed_by")
        .distinct()
        .order_by("pk")
    )


def rules_of(child: Child, day: dt.date) -> tuple[PayerRule | None, PayerRule | None]:
    """Return the paying rule in force on a day and the proposal that waits, if any."""
    rules = list(
        child.payer_rules.prefetch_related("shares__guardian").order_by("valid_from", "pk")
    )
    begun = [
        r
        for r in rules
        if r.agreed_at is not None and r.valid_from <= day and r.ends_on != r.valid_from
    ]
    waiting = [r for r in rules if r.agreed_at is None]
    now = begun[-1] if begun and (begun[-1].ends_on is None or day < begun[-1].ends_on) else None
    return (now, waiting[0] if waiting else None)


def coming_rules(child: Child, day: dt.date) -> list[PayerRule]:
    """Return the agreed paying rules that begin after a day, the first one first."""
    return list(
        child.payer_rules.filter(
            Q(ends_on__isnull=True) | Q(ends_on__gt=F("valid_from")),
            valid_from__gt=day,
            agreed_at__isnull=False,
        )
        .prefetch_related("shares__guardian")
        .order_by("valid_from", "pk")
    )


def unanswered(rule: PayerRule) -> list[Guardian]:
    """Return who has yet to agree to a proposal; whoever makes it agrees by making it."""
    return [
        share.guardian
        for share in rule.shares.all()
        if share.agreed_at is None and share.guardian_id != rule.proposed_by_id
    ]


def payers_to_choose(user: User) -> list[Child]:
    """Return the children of a parent whose paying rule has ended with nothing after it."""
    today = clock.today()
    counted = PayerRule.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gt=F("valid_from")),
        child=OuterRef("pk"),
        agreed_at__isnull=False,
    )
    begun = counted.filter(valid_from__lte=today).order_by("-valid_from")
    return list(
        Child.objects.of_guardian(user)
        .annotate(rule_ended_on=Subquery(begun.values("ends_on")[:1]))
        .filter(~Exists(counted.filter(valid_from__gt=today)), rule_ended_on__lte=today)
        .exclude(payer_rules__agreed_at__isnull=True)
        .order_by("birth_date", "pk")
    )


def files_of(guardian: Guardian) -> QuerySet[Guardian, Any]:
    """Return the ids of a guardian's file and of those merged into it: the books name both.

    A union of two look-ups by index; an OR across the join would read every guardian.
    """
    holder = guardian.merged_into_id or guardian.pk
    own = Guardian.objects.filter(pk=holder).order_by().values("pk")
    return own.union(Guardian.objects.filter(merged_into=holder).order_by().values("pk"))


def files_of_person(user: User) -> QuerySet[Guardian, Any]:
    """Return the same for whoever signs in as this user."""
    own = Guardian.objects.filter(user=user).order_by().values("pk")
    return own.union(Guardian.objects.filter(merged_into__user=user).order_by().values("pk"))
