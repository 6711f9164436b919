"""A few separated couples of the demo: objections, a ruling, claims, departures, a letter."""

from __future__ import annotations

import datetime as dt
import io
import random

from PIL import Image, ImageDraw, ImageFont

from core import clock, codes, documents
from core.documents import Document
from core.journal import Actor
from core.pdf import FONTS
from core.seeding import SeedContext
from enrolment.registration.models import Departure
from enrolment.schools.models import RollEntry
from families.models import (
    Child,
    ChildClaim,
    Consent,
    CourtRuling,
    Guardian,
    Guardianship,
    Invitation,
    JointAct,
    Objection,
)

#: Couples looked through for situations; a demo needs a handful.
COUPLES = 60

Couple = tuple[Child, Guardian, Guardian, RollEntry]


def seed(ctx: SeedContext) -> None:
    """Write a row or two of each situation, around today; the same at every scale."""
    rng = ctx.rng("separated")
    couples = _couples(ctx)
    demo = ctx.marks["noe"], ctx.marks["nadia"], ctx.marks["thomas"]
    _objections(ctx, rng, couples[:5], demo)
    _departures(ctx, rng, couples[1:8])
    if len(couples) > 8:
        _ruling(ctx, couples[8])
    _claims(ctx, rng, couples[9:12])
    _letter(ctx, rng)


def _couples(ctx: SeedContext) -> list[Couple]:
    """Return one child a couple: on a roll, with two parents who live apart and sign in."""
    entries = (
        RollEntry.objects.filter(school_year=ctx.marks["school_year"], left_on__isnull=True)
        .exclude(child__in=[ctx.marks["lina"].pk, ctx.marks["noe"].pk])
        .select_related("child", "school", "school_year")
        .order_by("pk")[:1500]
    )
    by_child = {entry.child_id: entry for entry in entries}
    links: dict[int, list[Guardian]] = {}
    for link in (
        Guardianship.objects.filter(
            child__in=list(by_child), ends_on__isnull=True, parental_authority=True
        )
        .select_related("guardian__user")
        .order_by("pk")
    ):
        links.setdefault(link.child_id, []).append(link.guardian)
    found: list[Couple] = []
    met: set[int] = set()
    for key, parents in links.items():
        if len(parents) != 2 or any(parent.user_id is None for parent in parents):
            continue
        first, second = parents
        if first.household_id != second.household_id and first.pk not in met:
            met.add(first.pk)
            found.append((by_child[key].child, first, second, by_child[key]))
        if len(found) == COUPLES:
            break
    return found


def _reference(rng: random.Random, prefix: str) -> str:
    return f"{prefix}-{codes.new_code(8, choose=rng.choice)}"


def _objections(
    ctx: SeedContext,
    rng: random.Random,
    couples: list[Couple],
    demo: tuple[Child, Guardian, Guardian],
) -> None:
    words = (
        "Je n’ai pas été consulté et le trajet depuis chez moi serait trop long.",
        "Un changement d’école en cours d’année me paraît prématuré.",
        "Je demande que nous en parlions avant toute décision.",
    )
    acts = list(JointAct)
    for place, (child, first, second, _entry) in enumerate(couples):
        raised = clock.at(ctx.today - dt.timedelta(days=2 + place * 3), 18, 20)
        objection = Objection.objects.create(
            reference=_reference(rng, "OPP"),
            child=child,
            act=acts[place % len(acts)],
            raised_by=second,
            text=words[place % len(words)],
            raised_at=raised,
        )
        if place == 3:
            Consent.objects.create(objection=objection, guardian=first)
        if place == 4:
            objection.state, objection.settled_at = Objection.WITHDRAWN, clock.at(ctx.today, 9)
            objection.settled_by = second.user
            objection.save()
    child, nadia, thomas = demo
    raised = clock.at(ctx.today - dt.timedelta(days=40), 20)
    settled = Objection.objects.create(
        reference=_reference(rng, "OPP"),
        child=child,
        act=JointAct.WAIVER,
        raised_by=thomas,
        text="J’aimerais qu’il reste dans l’école de son quartier.",
        raised_at=raised,
        state=Objection.AGREED,
        settled_at=raised + dt.timedelta(days=6),
        settled_by=nadia.user,
    )
    for guardian in (nadia, thomas):
        Consent.objects.create(
            objection=settled, guardian=guardian, given_at=raised + dt.timedelta(days=6)
        )


def _departures(ctx: SeedContext, rng: random.Random, couples: list[Couple]) -> None:
    last = ctx.marks["school_year"].ends_on
    wishes = list(Departure.Destination)
    for place, (child, first, _second, entry) in enumerate(couples):
        leaves = min(ctx.today + dt.timedelta(days=10 + place * 4), last)
        departure = Departure(
            reference=_reference(rng, "RAD"),
            child=child,
            roll_entry=entry,
            requested_by=first,
            household_id=first.household_id,
            leaves_on=max(leaves, entry.admitted_on),
            destination=wishes[place % len(wishes)],
            requested_at=clock.at(ctx.today - dt.timedelta(days=1 + place), 19),
        )
        if place == 5:
            departure.state, departure.refusal = Departure.REFUSED, Departure.Refusal.ATTENDS
            departure.decided_at = clock.at(ctx.today, 8)
        if place == 6:
            departure.state = Departure.WITHDRAWN
            departure.decided_at = clock.at(ctx.today, 8)
        departure.save()


def _ruling(ctx: SeedContext, couple: Couple) -> None:
    child, _first, second, _entry = couple
    agent = ctx.people["enrolment_agent"]
    CourtRuling.objects.create(
        child=child,
        guardian=second,
        court="Juge aux affaires familiales, tribunal de Port-Mistral",
        decided_on=ctx.today - dt.timedelta(days=70),
        document=_paper("JUGEMENT (exemple)", Actor(agent), "families.ruling"),
        no_pickup=True,
        starts_on=ctx.today - dt.timedelta(days=60),
        ends_on=ctx.today + dt.timedelta(days=120),
        recorded_at=clock.at(ctx.today - dt.timedelta(days=60), 10),
        recorded_by=agent,
    )


def _claims(ctx: SeedContext, rng: random.Random, couples: list[Couple]) -> None:
    """Adults who live elsewhere say that a child is theirs."""
    for place, (child, _first, _second, _entry) in enumerate(couples):
        claimant = (
            Guardian.objects.filter(user__isnull=False)
            .exclude(guardianships__child=child)
            .exclude(pk__in=[ctx.marks["nadia"].pk, ctx.marks["thomas"].pk])
            .order_by("pk")[place * 7 + 3 : place * 7 + 4]
            .get()
        )
        proof = None
        if place < 2:
            proof = _paper("LIVRET DE FAMILLE (exemple)", Actor(claimant.user), "families.claim")
        ChildClaim.objects.create(
            reference=_reference(rng, "LIEN"),
            guardian=claimant,
            given_name=child.given_name,
            family_name=child.family_name,
            birth_date=child.birth_date,
            kind=Guardianship.Kind.GUARDIAN,
            proof=proof,
            made_at=clock.at(ctx.today - dt.timedelta(days=1 + place), 12),
            state=ChildClaim.WAITING if place < 2 else ChildClaim.REFUSED,
            refusal="" if place < 2 else ChildClaim.Refusal.UNREADABLE,
            decided_at=None if place < 2 else clock.at(ctx.today, 9),
        )


def _letter(ctx: SeedContext, rng: random.Random) -> None:
    """Leave one invitation on paper open, whose code nobody holds."""
    link = (
        Guardianship.objects.filter(guardian__user__isnull=True, ends_on__isnull=True)
        .exclude(guardian__invitations__isnull=False)
        .select_related("guardian")
        .order_by("pk")
        .first()
    )
    if link is None:
        return
    other = (
        Guardianship.objects.filter(child=link.child_id, guardian__user__isnull=False)
        .select_related("guardian__user")
        .order_by("pk")
        .first()
    )
    if other is not None and other.guardian.user is not None:
        Invitation.objects.create(
            guardian=link.guardian,
            token_hash=f"{rng.getrandbits(256):064x}",
            invited_by=other.guardian.user,
            created_at=clock.at(ctx.today - dt.timedelta(days=2), 11),
            expires_at=clock.at(ctx.today + dt.timedelta(days=5), 11),
        )


def _paper(title: str, by: Actor, kind: str) -> Document:
    """Draw a paper that is plainly an example, and keep it."""
    sheet = Image.new("RGB", (900, 1270), "#fdfcf8")
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.truetype(str(FONTS / "NotoSans-Bold.ttf"), 38)
    draw.text((70, 80), title, fill="#1d3557", font=font)
    for line in range(18):
        width = 760 - (line * 83) % 300
        draw.rectangle((70, 220 + line * 44, 70 + width, 232 + line * 44), fill="#d8dde3")
    out = io.BytesIO()
    sheet.save(out, "JPEG", quality=80)
    return documents.store_bytes(
        out.getvalue(), by=by, kind=kind, filename="piece.jpg", content_type="image/jpeg"
    )
