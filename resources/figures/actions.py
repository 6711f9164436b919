"""The only writers of contracts and of what teachers miss; counting has its own module."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core import clock, journal, states
from core.errors import RuleBroken
from core.journal import Actor
from enrolment.schools.models import ClassGroup
from resources.catalogue.models import Resource, Term
from resources.figures.models import Gap, GapReport, Subscription

#: Facts of a contract.
FACTS = (
    "resource",
    "starts_on",
    "ends_on",
    "cost_cents",
    "seats",
    "order_reference",
    "funded_by",
    "renews_itself",
)


def save_subscription(
    *, by: Actor, subscription: Subscription | None, facts: dict[str, Any]
) -> Subscription:
    """Write a contract, new or known; the journal names the fields that changed.

    Raises RuleBroken ``free`` for a resource described as free of charge, ``dates`` when it
    ends before it begins, ``double`` for an order already written for that day.
    """
    if facts["ends_on"] < facts["starts_on"]:
        raise RuleBroken("dates", _("Ce jour vient avant le premier."), "ends_on")
    if facts["resource"].cost != Resource.Cost.PAID:
        raise RuleBroken(
            "free",
            _("Cette ressource est décrite comme gratuite : corrigez d’abord sa fiche."),
            "resource",
        )
    try:
        with transaction.atomic():
            kept = Subscription()
            if subscription is not None:
                kept = Subscription.objects.select_for_update().get(pk=subscription.pk)
            changed = (
                [name for name in FACTS if getattr(kept, name, None) != facts[name]]
                if (subscription is not None)
                else list(FACTS)
            )
            for name in FACTS:
                setattr(kept, name, facts[name])
            kept.save()
            if changed:
                verb = "subscription.edit" if subscription else "subscription.create"
                journal.record(by, verb, kept, fields=changed)
    except IntegrityError as error:
        raise RuleBroken(
            "double",
            _("Cet abonnement est déjà saisi : même ressource, même jour, même bon de commande."),
            "order_reference",
        ) from error
    return kept


@transaction.atomic
def remove_subscription(*, by: Actor, subscription: Subscription) -> None:
    """Take off a contract written by mistake; repeating it changes nothing."""
    found = Subscription.objects.select_for_update().filter(pk=subscription.pk).first()
    if found is not None:
        journal.record(by, "subscription.remove", found, resource=found.resource_id)
        found.delete()


@transaction.atomic
def report_gap(
    *, by: Actor, class_group: ClassGroup, level: str, term: Term, wish: str = ""
) -> GapReport:
    """Say that a class misses a resource for a notion; again, only the words change.

    What was settled opens again: somebody still misses something. Raises RuleBroken
    ``level`` for a level that the class has not.
    """
    if level not in class_group.levels:
        raise RuleBroken("level", _("Ce niveau n’est pas celui de la classe."))
    Gap.objects.bulk_create([Gap(level=level, term=term)], ignore_conflicts=True)
    gap = Gap.objects.select_for_update().get(level=level, term=term)
    report, created = GapReport.objects.update_or_create(
        gap=gap, class_group=class_group, defaults={"wish": wish.strip()[:200]}
    )
    if created:
        if gap.state != Gap.State.OPEN:
            states.move(gap, Gap.State.OPEN, by=by, settled_on=None)
        journal.record(by, "gap.report", gap, class_group=class_group.pk)
    return report


@transaction.atomic
def withdraw_gap(*, by: Actor, class_group: ClassGroup, level: str, term: Term) -> None:
    """Take back what a class reported; repeating it changes nothing."""
    found = GapReport.objects.select_for_update().filter(
        gap__level=level, gap__term=term, class_group=class_group
    )
    for report in list(found):
        journal.record(by, "gap.take_back", report.gap, class_group=class_group.pk)
        report.delete()


def settle_gap(*, by: Actor, gap: Gap, to: str) -> Gap:
    """Say what came of a gap, or open it again. Raises RuleBroken ``state``."""
    settled = None if to == Gap.State.OPEN else clock.today()
    return states.move(gap, to, by=by, settled_on=settled)
