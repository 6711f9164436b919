"""Who pays for a child: at once when one takes it all on, else once the other agrees."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock, journal, outbox
from core.errors import RuleBroken
from core.journal import Actor
from families.models import Child, Guardian, Guardianship, PayerRule, PayerShare
from families.queries import rules_of
from families.rules import Share, shares_problem


def _problem_sentence(code: str) -> str:
    return {
        "nobody": _("Choisissez qui paie."),
        "one_payer": _("Choisissez une seule personne."),
        "total": _("Les parts doivent être de 1 à 99 % et faire 100 % ensemble."),
        "weeks": _("Une personne paie les semaines paires, une autre les impaires."),
        "twice": _("La même personne est choisie deux fois."),
    }[code]


def _last_day_of(child_id: int, named: set[int], day: dt.date) -> dt.date | None:
    """Return when a rule naming these guardians from a day must end, if that is known.

    They must all be able to pay on that day: hold authority, or be the institution in charge.
    A death or ruling already recorded for later ends the rule then. The caller holds the
    child's lock, which whoever ends a guardianship takes too.
    """
    able = dict(
        Guardianship.objects.able_to_pay(day)
        .filter(child=child_id, guardian__in=named)
        .values_list("guardian", "ends_on")
    )
    if set(able) != named:
        raise RuleBroken("stranger", _("Cette personne n’est pas responsable de l’enfant."), "mode")
    return min((end for end in able.values() if end is not None), default=None)


@transaction.atomic
def end_rules_naming(*, by: Actor, child: Child, guardian: Guardian, day: dt.date) -> bool:
    """End every rule that names a guardian from a day on; tell whether the child loses one.

    Proposals that name them go; rules to come never count; those in force end. History stays.
    The caller holds the child's lock.
    """
    naming = PayerRule.objects.filter(child=child, shares__guardian=guardian).distinct()
    for proposal in naming.filter(agreed_at__isnull=True).order_by("pk"):
        journal.record(by, "payer_rule.withdraw", proposal, child=child.pk)
        proposal.delete()
    before, _proposal = rules_of(child, day)
    for rule in naming.filter(agreed_at__isnull=False).order_by("valid_from", "pk"):
        end = max(day, rule.valid_from)
        if rule.ends_on is None or rule.ends_on > end:
            rule.ends_on = end
            rule.save(update_fields=["ends_on"])
            journal.record(by, "payer_rule.end", rule, child=child.pk, on=end.isoformat())
    after, _proposal = rules_of(child, day)
    return before is not None and after is None


@transaction.atomic
def set_payers(
    *,
    by: Actor,
    guardian: Guardian,
    child: Child,
    mode: str,
    shares: Sequence[Share],
    valid_from: dt.date,
) -> PayerRule:
    """Write who pays from a day on (today or later).

    Taking everything on oneself counts at once. A rule that makes somebody else pay is a
    proposal until they, or an agent who has seen the ruling, agree; a newer proposal
    replaces it.
    """
    Child.objects.select_for_update().get(pk=child.pk)
    if valid_from < clock.today():
        raise RuleBroken(
            "past",
            _("Choisissez aujourd’hui ou une date à venir : le passé est facturé."),
            "valid_from",
        )
    problem = shares_problem(mode, shares)
    if problem:
        raise RuleBroken(problem, _problem_sentence(problem), "mode")
    named = {share.guardian for share in shares}
    ends_on = _last_day_of(child.pk, named, valid_from)
    PayerRule.objects.filter(child=child, agreed_at__isnull=True).delete()
    alone = named == {guardian.pk}
    if alone:
        PayerRule.objects.filter(child=child, valid_from=valid_from).delete()
    rule = PayerRule.objects.create(
        child=child,
        mode=mode,
        valid_from=valid_from,
        ends_on=ends_on,
        proposed_by=guardian,
        agreed_at=clock.now() if alone else None,
    )
    PayerShare.objects.bulk_create(
        PayerShare(rule=rule, guardian_id=share.guardian, percent=share.percent, weeks=share.weeks)
        for share in shares
    )
    journal.record(by, "payer_rule.set" if alone else "payer_rule.propose", rule, child=child.pk)
    if not alone:
        for other in (
            Guardian.objects.filter(payer_shares__rule=rule, user__isnull=False)
            .select_related("user")
            .exclude(pk=guardian.pk)
        ):
            outbox.queue(
                kind="family_payers_proposed",
                to=other.user,
                context={"child": child.given_name},
                dedupe_key=f"payers-proposed-{rule.pk}-{other.pk}",
            )
    return rule


@transaction.atomic
def agree_payers(*, by: Actor, rule: PayerRule) -> PayerRule:
    """Put a proposal in force, from its day or from today if that has passed."""
    Child.objects.select_for_update().get(pk=rule.child_id)
    found = PayerRule.objects.select_for_update().filter(pk=rule.pk).first()
    if found is None:
        raise RuleBroken("gone", _("Cette proposition a été remplacée ou retirée."))
    if found.agreed_at is not None:
        return found
    day = max(found.valid_from, clock.today())
    named = set(found.shares.values_list("guardian", flat=True))
    ends_on = _last_day_of(found.child_id, named, day)
    PayerRule.objects.filter(child=found.child_id, valid_from=day, agreed_at__isnull=False).delete()
    found.valid_from, found.ends_on, found.agreed_at = day, ends_on, clock.now()
    found.save(update_fields=["valid_from", "ends_on", "agreed_at"])
    journal.record(by, "payer_rule.agree", found, child=found.child_id)
    return found


@transaction.atomic
def withdraw_payers(*, by: Actor, rule: PayerRule) -> None:
    """Take a proposal back or decline it; what is in force is left alone."""
    found = PayerRule.objects.select_for_update().filter(pk=rule.pk, agreed_at=None).first()
    if found is not None:
        journal.record(by, "payer_rule.withdraw", found, child=found.child_id)
        found.delete()
