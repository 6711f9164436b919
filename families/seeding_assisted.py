"""Places where people help, mandates in every state, sessions that families can look at."""

from __future__ import annotations

import datetime as dt

from core import clock, documents
from core.accounts.models import User
from core.acting import via_of
from core.journal import Actor, JournalEntry
from core.seeding import SeedContext
from families.actions.acting import columns_of
from families.models import AssistanceMandate, AssistedSession, Guardian, HelpPlace
from families.papers import mandate_pdf
from families.rules import SESSION_LENGTH, last_day_of_mandate

PLACES = (
    ("maison-voisins", "Maison des voisins", "3 place du Marché", "04 91 00 15 21"),
    ("espace-numerique", "Espace numérique du Vieux-Bassin", "18 quai des Filets", ""),
    ("fil-a-fil", "Association Fil à fil", "40 rue de la Corderie", "04 91 00 15 22"),
)
EVERYDAY = ("family", "applications", "canteen", "messages")


def seed(ctx: SeedContext) -> None:
    """Write a row or two of each situation, around the demo's family."""
    places = HelpPlace.objects.bulk_create(
        HelpPlace(code=code, name=name, address=address, phone=phone)
        for code, name, address, phone in PLACES
    )
    helper, agent = ctx.people["helper"], ctx.people["enrolment_agent"]
    nadia: Guardian = ctx.marks["nadia"]
    running = _mandate(ctx, nadia, helper, places[0], begun=9, days=31)
    others = list(
        Guardian.objects.filter(user__isnull=False)
        .exclude(user__in=list(ctx.people.values()))
        .select_related("user", "household__street")
        .order_by("pk")[:3]
    )
    for guardian, begun, days in zip(others[:2], (160, 220), (182, 182), strict=False):
        _mandate(ctx, guardian, helper, places[0], begun=begun, days=days)
    if others[2:]:
        _to_check(others[2], helper, places[0])
    _session(ctx, nadia, agent, "Agent des inscriptions", days_ago=20, reason="phone")
    _session(ctx, nadia, helper, places[0].name, days_ago=2, reason="mandate", mandate=running)


def _mandate(
    ctx: SeedContext, guardian: Guardian, helper: User, place: HelpPlace, *, begun: int, days: int
) -> AssistanceMandate:
    first = ctx.today - dt.timedelta(days=begun)
    last = last_day_of_mandate(first, days)
    over = last < ctx.today
    return AssistanceMandate.objects.create(
        guardian=guardian,
        helper=helper,
        place=place,
        days=days,
        state=AssistanceMandate.State.ENDED if over else AssistanceMandate.State.ACTIVE,
        signature=AssistanceMandate.Signature.SCREEN,
        signed_at=clock.at(first, 10, 20),
        starts_on=first,
        last_day=last,
        ended_at=clock.at(last + dt.timedelta(days=1), 0) if over else None,
        created_at=clock.at(first, 10, 15),
        **columns_of(EVERYDAY),
    )


def _to_check(guardian: Guardian, helper: User, place: HelpPlace) -> None:
    mandate = AssistanceMandate.objects.create(
        guardian=guardian,
        helper=helper,
        place=place,
        days=365,
        signature=AssistanceMandate.Signature.PAPER,
        **columns_of(("applications", "canteen")),
    )
    mandate.scan = documents.store_bytes(
        mandate_pdf(mandate),
        by=Actor(guardian.user, via="seed"),
        kind="families.mandate",
        filename="mandat.pdf",
        content_type="application/pdf",
    )
    mandate.state = AssistanceMandate.State.TO_CHECK
    mandate.scanned_by, mandate.signed_at = guardian.user, clock.now()
    mandate.save()


def _session(
    ctx: SeedContext,
    guardian: Guardian,
    agent: User,
    title: str,
    *,
    days_ago: int,
    reason: str,
    mandate: AssistanceMandate | None = None,
) -> None:
    begun = clock.at(ctx.today - dt.timedelta(days=days_ago), 14, 5)
    session = AssistedSession.objects.create(
        agent=agent,
        agent_title=title,
        guardian=guardian,
        mandate=mandate,
        reason=reason,
        started_at=begun,
        ends_at=begun + SESSION_LENGTH,
        ended_at=begun + dt.timedelta(minutes=12),
        end=AssistedSession.End.DONE,
        **columns_of(EVERYDAY),
    )
    done = ("assistance.begin", "read.family", "guardian.contact", "read.canteen", "booking.book")
    JournalEntry.objects.bulk_create(
        JournalEntry(
            at=begun + dt.timedelta(minutes=minute),
            actor=agent,
            on_behalf_of=guardian.user,
            via=via_of(session.pk),
            verb=verb,
            subject_type=session._meta.label_lower,
            subject_id=str(session.pk),
        )
        for minute, verb in enumerate(done)
    )
