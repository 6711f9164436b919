"""Applications of the demo city, in every state around the day of the seed.

Leaves ``ctx.marks["lina_application"]``. Three kinds of families apply: for a younger
brother or sister who enters nursery school next year, for a child who leaves nursery for
elementary school, and for a child who has just arrived in the city.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import Any

from core import clock, documents
from core.journal import Actor
from core.seeding import SeedContext
from enrolment.registration import papers
from enrolment.registration.models import (
    Admission,
    Application,
    Certificate,
    Proof,
    ProofRequest,
    State,
    Waiver,
)
from enrolment.registration.rules import REQUIRED_KINDS, add_months, answer_due
from enrolment.registration.seeding_parts import (
    ASKED,
    EXPLANATIONS,
    REASONS,
    Case,
    Rows,
    specimen,
    spread,
)
from enrolment.schools.models import ClassGroup, RollEntry, School, SchoolYear, StreetSegment
from enrolment.schools.rules import level_for, segment_matches
from families import codes
from families import seeding_names as names
from families.models import Child, Guardian, Guardianship, Household


def seed(ctx: SeedContext) -> None:
    """Write the applications; about 3,000 in the city, 80 in the small one."""
    total = 3000 if ctx.scale.pupils > 10_000 else 80
    writer = _Writer(ctx)
    for case in ctx.track("demandes", writer.cases(total), total):
        writer.apply(case)
    writer.lina()
    writer.rows.write()


class _Writer:
    """Makes applications up; keeps rows until the end."""

    def __init__(self, ctx: SeedContext) -> None:
        self.ctx = ctx
        self.rng = ctx.rng("registration")
        self.rows = Rows()
        self.now_year: SchoolYear = ctx.marks["school_year"]
        self.next_year: SchoolYear = ctx.marks["next_school_year"]
        self.agent = ctx.people["enrolment_agent"]
        self.schools = {s.pk: s for s in School.objects.filter(is_open=True).order_by("pk")}
        self.segments: dict[tuple[int, int], list[StreetSegment]] = defaultdict(list)
        for segment in StreetSegment.objects.filter(
            school_year__in=[self.now_year, self.next_year]
        ).order_by("pk"):
            self.segments[segment.school_year_id, segment.street_id].append(segment)
        self.classes: dict[tuple[int, str], list[ClassGroup]] = defaultdict(list)
        for group in ClassGroup.objects.filter(school_year=self.now_year).order_by("pk"):
            for level in group.levels:
                self.classes[group.school_id, level].append(group)
        self.taken: dict[int, int] = defaultdict(int)
        for entry in RollEntry.objects.filter(school_year=self.now_year).values_list(
            "class_group", flat=True
        ):
            if entry:
                self.taken[entry] += 1
        self.files = 0
        self.max_files = 120
        self.pictures = {kind: specimen(kind) for kind in REQUIRED_KINDS}
        self.serial = 0

    # -- who applies ------------------------------------------------------------------

    def cases(self, total: int) -> Any:
        """Yield the applications to make up; the demo's own sector gets its share first."""
        sectors = self.ctx.marks["sectors"]
        demo = {self.ctx.marks["lina"].pk, self.ctx.marks["noe"].pk}
        near = [pair for pair in sectors[0].children if pair[0].pk not in demo]
        far = [pair for sector in sectors[1:] for pair in sector.children]
        chosen = self.rng.sample(near, min(24, len(near), total // 3))
        chosen += self.rng.sample(far, min(total - len(chosen), len(far)))
        ages = {child.pk: age for child, age in chosen}
        links: dict[int, list[Guardianship]] = defaultdict(list)
        keys = list(ages)
        for start in range(0, len(keys), 500):
            found = Guardianship.objects.filter(
                child__in=keys[start : start + 500], ends_on__isnull=True
            ).select_related("guardian__household__street", "child")
            for link in found.order_by("pk"):
                links[link.child_id].append(link)
        states = spread(self.rng, len(chosen))
        for (child, _age), state in zip(chosen, states, strict=True):
            ties = links[child.pk]
            applicant = next(
                (t for t in ties if t.guardian.user_id and t.guardian.household.street_id), None
            )
            if applicant is not None:
                yield self._case(child, ages[child.pk], applicant, ties, state)

    def _case(
        self, child: Child, age: int, link: Guardianship, ties: list[Guardianship], state: str
    ) -> Case:
        rng = self.rng
        if state == State.REFUSED:
            # Only two-year-olds may be refused, for want of room.
            year = self.next_year
            born = dt.date(year.start_year - 2, rng.randint(1, 8), rng.randint(1, 28))
            return Case(link, self._sibling(child, ties, born), year, state)
        if age == 5 and state != State.ADMITTED:
            return Case(link, child, self.next_year, state)
        if state == State.ADMITTED or rng.random() < 0.4:
            year = self.now_year
            born = dt.date(year.start_year - rng.randint(3, 10), rng.randint(1, 12), 12)
            return Case(link, self._sibling(child, ties, born), year, state)
        year = self.next_year
        born = dt.date(year.start_year - 3, rng.randint(1, 12), rng.randint(1, 28))
        return Case(link, self._sibling(child, ties, born), year, state)

    def _sibling(self, child: Child, ties: list[Guardianship], born: dt.date) -> Child:
        self.serial += 1
        sibling = Child(
            reference=f"E-9{self.serial:05d}",
            given_name=self.rng.choice(names.GIVEN_NAMES_CHILDREN),
            family_name=child.family_name,
            birth_date=min(born, self.ctx.today - dt.timedelta(days=300)),
        )
        self.rows.children.append(sibling)
        for tie in ties:
            self.rows.links.append(
                Guardianship(
                    child=sibling,
                    guardian=tie.guardian,
                    kind=tie.kind,
                    parental_authority=tie.parental_authority,
                    lives_with=tie.lives_with,
                    starts_on=min(sibling.birth_date, self.ctx.today),
                )
            )
        return sibling

    # -- what they ask ----------------------------------------------------------------

    def code(self, length: int) -> str:
        """Draw a code as ``codes.new_code`` does, but the same ones for the same seed."""
        body = "".join(self.rng.choice(codes.ALPHABET) for _ in range(length - 1))
        return codes.grouped(body + codes.check_character(body))

    def sector(self, household: Household, year: SchoolYear, level: str) -> School | None:
        """Return the catchment school, if there is exactly one."""
        found = {
            segment.school_id
            for segment in self.segments[year.pk, household.street_id or 0]
            if segment_matches(segment, household.number)
        }
        fitting = [self.schools[pk] for pk in found if level in self.schools[pk].levels]
        return fitting[0] if len(fitting) == 1 else None

    def when(self, state: str) -> dt.datetime:
        """Return when an application was sent: open ones lately, a few too long ago."""
        rng = self.rng
        if state in (State.SUBMITTED, State.INCOMPLETE):
            days = rng.choices(
                (rng.randint(0, 6), rng.randint(7, 9), rng.randint(11, 16)), (6, 3, 1)
            )
        else:
            days = [rng.randint(12, 60)]
        sent = clock.at(self.ctx.today - dt.timedelta(days=days[0]), rng.randint(0, 23))
        return min(sent, clock.now()) if self.ctx.today == clock.today() else sent

    def apply(self, case: Case) -> None:
        """Make one application up, with what belongs to its state."""
        rng = self.rng
        guardian, year = case.link.guardian, case.year
        level = level_for(case.child.birth_date, year.start_year, year.starts_on)
        if level is None:
            return
        household = guardian.household
        sector = self.sector(household, year, level)
        draft = case.state == State.DRAFT
        sent = self.when(case.state)
        application = Application(
            reference=f"INS-{self.code(8)}",
            child=case.child,
            school_year=year,
            applicant=guardian,
            household=household,
            state=case.state,
            level=level,
            address="" if draft else ", ".join(household.address_lines)[:300],
            outcome="found" if sector else "none",
            catchment_school=sector,
            requested_school=sector,
            created_at=sent - dt.timedelta(minutes=rng.randint(5, 90)),
            submitted_at=None if draft else sent,
            answer_due_on=None if draft else answer_due(clock.service_day(sent)),
            assigned_to=self.agent if rng.random() < 0.2 and not draft else None,
        )
        if case.state in (State.ACCEPTED, State.ADMITTED) and sector is None:
            application.state = State.SUBMITTED
        self.rows.applications.append(application)
        self._waiver(application)
        self._proofs(application)
        self._decide(application, sent)

    def _waiver(self, application: Application) -> None:
        rng = self.rng
        sector = application.catchment_school
        if sector is None or application.level == "TPS" or rng.random() > 0.16:
            return
        others = [
            s for s in self.schools.values() if s.pk != sector.pk and application.level in s.levels
        ]
        if not others:
            return
        wished = rng.choice(others)
        motive = rng.choices(list(EXPLANATIONS), (10, 30, 15, 25, 15, 5))[0]
        waiver = Waiver(
            application=application,
            school=wished,
            motive=motive,
            explanation=EXPLANATIONS[motive],
        )
        application.requested_school = wished
        if application.state in (State.ACCEPTED, State.ADMITTED):
            granted = rng.random() < 0.5
            waiver.state = Waiver.GRANTED if granted else Waiver.REFUSED
            if not granted:
                waiver.ground = rng.choice(list(REASONS))
                waiver.reasons = REASONS[waiver.ground]
            waiver.decided_by = self.agent
            waiver.decided_at = (application.submitted_at or clock.now()) + dt.timedelta(days=5)
            application.school = wished if granted else sector
        self.rows.waivers.append(waiver)

    def _proofs(self, application: Application) -> None:
        rng = self.rng
        user = application.applicant.user
        at = application.submitted_at or application.created_at
        asked = rng.choice(REQUIRED_KINDS) if application.state == State.INCOMPLETE else ""
        for kind in REQUIRED_KINDS:
            roll = rng.random()
            if kind == asked and roll < 0.4:
                continue
            if roll > 0.92:
                continue
            proof = Proof(application=application, kind=kind, added_by=user, added_at=at)
            with_file = self.files < self.max_files and application.is_open and roll < 0.8
            if with_file:
                self.files += 1
                proof.document = documents.store_bytes(
                    self.pictures[kind],
                    by=Actor(user=user),
                    kind=papers.code_of(kind),
                    about=papers.about(kind, application),
                    filename=f"{kind.replace('_', '-')}.jpg",
                    content_type="image/jpeg",
                )
            else:
                proof.sworn_at = at
            if kind == asked and with_file:
                proof.check_result = rng.choice((Proof.Check.EXPIRED, Proof.Check.UNREADABLE))
            elif application.state in (State.ACCEPTED, State.ADMITTED):
                proof.check_result = Proof.Check.GOOD
            self.rows.proofs.append(proof)
        if asked:
            self.rows.requests.append(
                ProofRequest(
                    application=application,
                    kind=asked,
                    message=ASKED[asked],
                    asked_by=self.agent,
                    asked_at=min(at + dt.timedelta(days=2), clock.now()),
                )
            )

    def _decide(self, application: Application, sent: dt.datetime) -> None:
        decided = sent + dt.timedelta(days=self.rng.randint(1, 9), hours=2)
        state = application.state
        if state in (State.REFUSED, State.WITHDRAWN, State.ACCEPTED, State.ADMITTED):
            application.decided_at = decided
            application.decided_by = self.agent if state != State.WITHDRAWN else None
        if state == State.REFUSED:
            application.refusal = Application.Refusal.NO_ROOM_TPS
        if state not in (State.ACCEPTED, State.ADMITTED):
            return
        application.school = application.school or application.catchment_school
        application.assigned_to = self.agent
        self._certificate(application, decided)
        if state == State.ADMITTED:
            self._admit(application, decided + dt.timedelta(days=self.rng.randint(1, 3)))

    def _certificate(self, application: Application, issued: dt.datetime) -> None:
        school = application.school
        child = application.child
        self.rows.certificates.append(
            Certificate(
                application=application,
                code=self.code(16),
                child_name=f"{child.given_name} {child.family_name}",
                birth_date=child.birth_date,
                school_name=school.name if school else "",
                school_year_name=str(application.school_year),
                level=application.level,
                issued_at=issued,
                issued_by=self.agent,
            )
        )

    def _admit(self, application: Application, at: dt.datetime) -> None:
        at = min(at, clock.at(self.ctx.today, 8))
        key = (application.school_id or 0, application.level)
        group = next((g for g in self.classes[key] if self.taken[g.pk] < g.capacity), None)
        if group is not None:
            self.taken[group.pk] += 1
        entry = RollEntry(
            child=application.child,
            school=application.school,
            school_year=application.school_year,
            level=application.level,
            class_group=group,
            admitted_on=clock.service_day(at),
        )
        self.rows.entries.append(entry)
        provisional = self.rng.random() < 0.35
        if provisional and self.rng.random() < 0.3:
            at -= dt.timedelta(days=100)
        self.rows.admissions.append(
            Admission(
                application=application,
                roll_entry=entry,
                vaccination_seen_on=None if provisional else clock.service_day(at),
                provisional_until=add_months(clock.service_day(at), 3) if provisional else None,
                admitted_at=at,
            )
        )

    def lina(self) -> None:
        """Give Lina the application that brought her to her school, with its certificate."""
        entry = RollEntry.objects.get(child=self.ctx.marks["lina"], school_year=self.now_year)
        nadia = Guardian.objects.select_related("household__street").get(
            user=self.ctx.people["parent"]
        )
        sent = clock.at(self.ctx.today - dt.timedelta(days=95), 20)
        application = Application(
            reference=f"INS-{self.code(8)}",
            child=entry.child,
            school_year=self.now_year,
            applicant=nadia,
            household=nadia.household,
            state=State.ADMITTED,
            level=entry.level,
            address=", ".join(nadia.household.address_lines)[:300],
            outcome="found",
            catchment_school=entry.school,
            requested_school=entry.school,
            school=entry.school,
            created_at=sent - dt.timedelta(minutes=20),
            submitted_at=sent,
            answer_due_on=answer_due(clock.service_day(sent)),
            assigned_to=self.agent,
            decided_at=sent + dt.timedelta(days=4),
            decided_by=self.agent,
        )
        self.rows.applications.append(application)
        self._certificate(application, sent + dt.timedelta(days=4))
        for kind in REQUIRED_KINDS:
            self.rows.proofs.append(
                Proof(
                    application=application,
                    kind=kind,
                    sworn_at=sent,
                    added_at=sent,
                    added_by=nadia.user,
                    check_result=Proof.Check.GOOD,
                )
            )
        self.rows.admissions.append(
            Admission(
                application=application,
                roll_entry=entry,
                vaccination_seen_on=clock.service_day(sent + dt.timedelta(days=6)),
                admitted_at=sent + dt.timedelta(days=6),
                admitted_by=self.ctx.people["head_teacher"],
            )
        )
        self.ctx.marks["lina_application"] = application
