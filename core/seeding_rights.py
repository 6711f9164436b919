"""Demo rows of rights and messages: requests in every state, reads to look at, a box that fails."""

from __future__ import annotations

import datetime as dt

from core import clock
from core.accounts.models import User
from core.journal import JournalEntry
from core.messaging.models import AddressHealth, MessageChoice
from core.outbox import Message
from core.rights.asking import month_after
from core.rights.models import RightsRequest
from core.seeding import SeedContext

#: Who read what of the first demo child, why, how many days ago.
READS = (
    ("canteen_manager", "health_plan", "meals", 41),
    ("canteen_manager", "diet", "meals", 12),
    ("head_teacher", "emergency", "outing", 9),
    ("enrolment_agent", "custody", "family_sheet", 4),
)


def seed(ctx: SeedContext) -> None:
    """Write a row or two of each situation, around the demo's family."""
    parent, agent = ctx.people["parent"], ctx.people["enrolment_agent"]
    _reads(ctx)
    _requests(ctx, parent, agent)
    _messages(ctx, parent)
    MessageChoice.objects.create(user=parent, kind="invoice_reminder", sms=True)
    _failing(ctx)


def _at(ctx: SeedContext, days_ago: int, hour: int = 10) -> dt.datetime:
    return clock.at(ctx.today - dt.timedelta(days=days_ago), hour)


def _reads(ctx: SeedContext) -> None:
    child = ctx.marks["lina"]
    JournalEntry.objects.bulk_create(
        JournalEntry(
            at=_at(ctx, days),
            actor=ctx.people[who],
            verb=f"read.{what}",
            subject_type=child._meta.label_lower,
            subject_id=str(child.pk),
            reason=reason,
        )
        for who, what, reason, days in READS
    )


def _requests(ctx: SeedContext, parent: User, agent: User) -> None:
    """One answered, one waiting, one late, one erasure to look at before it is done."""
    others = list(
        User.objects.filter(guardian__isnull=False, is_active=True)
        .exclude(pk__in=[user.pk for user in ctx.people.values()])
        .order_by("pk")[:3]
    )
    given = [
        (parent, "rectification", "enfants", "Le deuxième prénom de Lina manque.", 60, True),
        *(
            (user, "rectification", "coordonnees", words, days, False)
            for user, words, days in zip(
                others[:2],
                ("Mon nom s’écrit avec deux n.", "Mon adresse est celle d’avant."),
                (3, 35),
                strict=False,
            )
        ),
        *((user, "erasure", "", "Nous quittons la ville.", 5, False) for user in others[2:]),
    ]
    RightsRequest.objects.bulk_create(
        RightsRequest(
            user=user,
            kind=kind,
            section=section,
            words=words,
            asked_at=_at(ctx, days),
            due_on=month_after(ctx.today - dt.timedelta(days=days)),
            state=RightsRequest.DONE if answered else RightsRequest.OPEN,
            answered_at=_at(ctx, days - 6, 15) if answered else None,
            answered_by=agent if answered else None,
            answer="C’est corrigé. Merci de nous l’avoir signalé." if answered else "",
        )
        for user, kind, section, words, days, answered in given
    )


def _messages(ctx: SeedContext, parent: User) -> None:
    """Two messages of the week, one read."""
    for days, subject, read in (
        (1, "Le dossier de Noé est complet", False),
        (6, "Votre quotient familial est vérifié", True),
    ):
        Message.objects.create(
            kind="registration_submitted" if days == 1 else "family_income_checked",
            recipient=parent,
            address=parent.email or "",
            channel="email",
            language="fr",
            subject=subject,
            body="Bonjour,\n\nVous n’avez rien à faire. Le détail est dans votre espace.\n",
            state=Message.SENT,
            created_at=_at(ctx, days, 18),
            sent_at=_at(ctx, days, 18),
            read_at=_at(ctx, days - 1, 8) if read else None,
        )


def _failing(ctx: SeedContext) -> None:
    """Two addresses that send mail back, of people who are not the demo's own."""
    addresses = (
        User.objects.filter(guardian__isnull=False, email__isnull=False)
        .exclude(pk__in=[user.pk for user in ctx.people.values()])
        .order_by("-pk")
        .values_list("email", flat=True)[:2]
    )
    AddressHealth.objects.bulk_create(
        AddressHealth(
            address=str(address).lower(),
            hard_bounces=2,
            last_status="5.1.1",
            last_bounce_at=_at(ctx, 10),
            failing_since=_at(ctx, 10),
        )
        for address in addresses
    )
