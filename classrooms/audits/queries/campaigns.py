"""How far a campaign is, school by school, and what it found."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count

from classrooms.audits.models import Audit, AuditLine, Campaign, CampaignSchool, Scan
from classrooms.models import Cart, Device
from core.accounts.models import User
from enrolment.schools.models import School

#: What a device can be found to be, most serious first.
VERDICTS = ("missing", "elsewhere", "moved", "away", "here")


@dataclass
class SchoolProgress:
    """One school of a campaign: how many counts were due and done, what they found."""

    school: School
    planned: int = 0
    done: int = 0
    open: int = 0
    found: Counter[str] = field(default_factory=Counter)
    unknown: int = 0

    @property
    def is_done(self) -> bool:
        """True once every count that was due is closed."""
        return self.done >= self.planned

    @property
    def left(self) -> int:
        """Counts still to be closed."""
        return max(0, self.planned - self.done)


@dataclass
class Report:
    """A campaign as one person may see it."""

    schools: list[SchoolProgress]
    lines: list[dict[str, Any]]
    unknown: list[Scan]

    def total(self, verdict: str) -> int:
        """How many devices of a verdict, over all schools."""
        return sum(row.found[verdict] for row in self.schools)

    @property
    def planned(self) -> int:
        """Counts due."""
        return sum(row.planned for row in self.schools)

    @property
    def done(self) -> int:
        """Counts closed, of those due."""
        return sum(min(row.done, row.planned) for row in self.schools)

    @property
    def share(self) -> int:
        """Share done, in whole percent."""
        return self.done * 100 // self.planned if self.planned else 100


def planned_of(schools: list[int]) -> dict[int, int]:
    """Return how many counts each school needs: its carts, and one for what stands outside."""
    counts: dict[int, int] = defaultdict(int)
    carts = Cart.objects.filter(school__in=schools).order_by().values_list("school")
    for school, count in carts.annotate(n=Count("pk")):
        counts[school] += count
    loose = Device.objects.live().filter(school__in=schools).order_by()
    for school in loose.values_list("school", flat=True).distinct():
        counts[school] += 1
    return counts


def progress_of(campaign: Campaign, user: User) -> list[SchoolProgress]:
    """Return how far a campaign is in the schools one sees, without what it found."""
    return progress_by_campaign([campaign], user)[campaign.pk]


def progress_by_campaign(
    campaigns: Iterable[Campaign], user: User
) -> dict[int, list[SchoolProgress]]:
    """Return how far each campaign is in the schools one sees, in four queries for all.

    By the campaign's number, schools by name; a campaign of no school one sees has none.
    """
    numbers = [campaign.pk for campaign in campaigns]
    places = CampaignSchool.objects.visible_to(user).filter(campaign__in=numbers)
    kept = list(places.select_related("school").order_by("school__name", "school_id"))
    needed = planned_of(sorted({place.school_id for place in kept if place.planned is None}))
    rows = {
        (place.campaign_id, place.school_id): SchoolProgress(
            place.school, needed.get(place.school_id, 0) if place.planned is None else place.planned
        )
        for place in kept
    }
    schools = {school for _campaign, school in rows}
    audits = Audit.objects.filter(campaign__in=numbers, school__in=schools).order_by()
    counted = audits.values_list("campaign", "school", "state", "cart").distinct()
    for campaign, school, state, _cart in counted:
        row = rows.get((campaign, school))
        if row is None:
            continue
        if state == Audit.State.CLOSED:
            row.done += 1
        elif state == Audit.State.OPEN:
            row.open += 1
    found: dict[int, list[SchoolProgress]] = {number: [] for number in numbers}
    for (campaign, _school), row in rows.items():
        found[campaign].append(row)
    return found


def latest_audits(campaign: Campaign, schools: list[int]) -> list[int]:
    """Return the last closed count of each cart and school: one counted twice counts once."""
    last: dict[tuple[int, int | None], int] = {}
    closed = campaign.audits.filter(state=Audit.State.CLOSED, school__in=schools)
    for pk, school, cart in closed.order_by("closed_at", "pk").values_list("pk", "school", "cart"):
        last[school, cart] = pk
    return list(last.values())


def report_of(campaign: Campaign, user: User) -> Report:
    """Return what a campaign found in the schools one sees.

    What one count missed and another one saw is not missing: it was seen elsewhere. What was
    seen out of its place, and whose place is in no school of theirs, is not told.
    """
    rows = {row.school.pk: row for row in progress_of(campaign, user)}
    audits = latest_audits(campaign, list(rows))
    lines = list(
        AuditLine.objects.visible_to(user)
        .filter(audit__in=audits)
        .order_by("audit__school__name", "audit__cart__code", "slot", "device__asset_tag")
        .values(
            "verdict",
            "slot",
            "device_id",
            "audit__school_id",
            "audit__school__name",
            "audit__school__uai",
            "audit__cart__code",
            "audit__cart__name",
            "audit__closed_at",
            "device__asset_tag",
            "device__serial",
            "device__model__maker",
            "device__model__name",
        )
    )
    seen = {line["device_id"] for line in lines if line["verdict"] in {"here", "moved"}}
    strayed = {line["device_id"] for line in lines if line["verdict"] == "elsewhere"}
    told = Device.objects.visible_to(user).filter(pk__in=strayed).values_list("pk", flat=True)
    hidden = strayed.difference(told)
    kept = []
    for line in lines:
        if line["device_id"] in seen and line["verdict"] in {"missing", "away", "elsewhere"}:
            continue
        if line["device_id"] in strayed and line["verdict"] in {"missing", "away"}:
            continue
        if line["device_id"] in hidden and line["verdict"] == "elsewhere":
            continue
        kept.append(line)
        rows[line["audit__school_id"]].found[line["verdict"]] += 1
    return Report(list(rows.values()), kept, _unknown(audits, rows))


def _unknown(audits: list[int], rows: dict[int, SchoolProgress]) -> list[Scan]:
    scans = (
        Scan.objects.standing()
        .filter(audit__in=audits, device__isnull=True)
        .select_related("audit__school", "audit__cart")
        .order_by("audit__school__name", "pk")
    )
    first: dict[tuple[int, str], Scan] = {}
    for scan in scans:
        first.setdefault((scan.audit_id, scan.text.casefold()), scan)
    for scan in first.values():
        if scan.audit.school_id is not None:
            rows[scan.audit.school_id].unknown += 1
    return list(first.values())


def awaiting(user: User) -> list[tuple[Campaign, int]]:
    """Return the campaigns that go on and how many counts are left in one's schools."""
    running = list(Campaign.objects.visible_to(user).running().order_by("deadline", "pk"))
    progress = progress_by_campaign(running, user)
    found = []
    for campaign in running:
        left = sum(row.left for row in progress[campaign.pk])
        if left:
            found.append((campaign, left))
    return found
