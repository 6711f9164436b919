"""Who pays for a child: at once when one takes it all on, else once each payer agrees."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import models, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock, journal
from core.errors import RuleBroken
from core.journal import Actor
from families.actions.household import person_of
from families.models import Child, Guardian, Guardianship, PayerRule, PayerShare
from families.queries import rules_of, unanswered
from families.rules import Share, shares_problem
from families.telling import tell


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


def _write(
    child: Child,
    mode: str,
    shares: Sequence[Share],
    valid_from: dt.date,
    *,
    proposed_by: Guardian | None,
    agreed: bool,
) -> PayerRule:
    """Check and write a rule in the place of any proposal; the child's lock is held."""
    if valid_from < clock.today():
        raise RuleBroken(
            "past",
            _("Choisissez aujourd’hui ou une date à venir : le passé est facturé."),
            "valid_from",
        )
    problem = shares_problem(mode, shares)
    if problem:
        raise RuleBroken(problem, _problem_sentence(problem), "mode")
    ends_on = _last_day_of(child.pk, {share.guardian for share in shares}, valid_from)
    PayerRule.objects.filter(child=child, agreed_at__isnull=True).delete()
    if agreed:
        PayerRule.objects.filter(child=child, valid_from=valid_from).delete()
    rule = PayerRule.objects.create(
        child=child,
        mode=mode,
        valid_from=valid_from,
        ends_on=ends_on,
        proposed_by=proposed_by,
        agreed_at=clock.now() if agreed else None,
    )
    PayerShare.objects.bulk_create(
        PayerShare(rule=rule, guardian_id=share.guardian, percent=share.percent, weeks=share.weeks)
        for share in shares
    )
    return rule


def _tell(rule: PayerRule, kind: str, people: QuerySet[Guardian], key: str = "") -> None:
    """Write to people about a rule: never who pays what, which its page shows."""
    for guardian in people.select_related("user", "merged_into").order_by("pk"):
        tell(
            guardian,
            kind,
            context={"child": rule.child.given_name, "reference": rule.child.reference},
            dedupe_key=f"{kind}-{rule.pk}{key}-{guardian.pk}",
        )


def _tell_changed(by: Actor, rule: PayerRule) -> None:
    """Tell whoever decides for the child or pays, but who just did it, that who pays changed."""
    links = Guardianship.objects.with_authority().filter(child=rule.child)
    concerned = Q(pk__in=links.values("guardian")) | Q(payer_shares__rule=rule)
    people = Guardian.objects.filter(concerned).distinct()
    if by.person is not None:
        people = people.exclude(user=by.person)
    _tell(rule, "family_payers_changed", people)


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
    proposal until each of them has agreed, or an agent records what a judge decided; a newer
    proposal replaces it.
    """
    Child.objects.select_for_update().get(pk=child.pk)
    alone = {share.guardian for share in shares} == {guardian.pk}
    rule = _write(child, mode, shares, valid_from, proposed_by=guardian, agreed=alone)
    journal.record(by, "payer_rule.set" if alone else "payer_rule.propose", rule, child=child.pk)
    if alone:
        _tell_changed(by, rule)
    else:
        # Only who has an account can answer; the page says what to do about the others.
        others = Guardian.objects.filter(payer_shares__rule=rule, user__isnull=False)
        others = others.exclude(pk=guardian.pk)
        _tell(rule, "family_payers_proposed", others)
    return rule


class Ground(models.TextChoices):
    """Why an agent writes who pays."""

    RULING = "ruling", gettext_lazy("Décision de justice")
    WRITTEN = "written", gettext_lazy("Accord écrit de chaque payeur")
    INSTITUTION = "institution", gettext_lazy("Engagement écrit de l’institution")


@transaction.atomic
def record_payers(
    *,
    by: Actor,
    child: Child,
    mode: str,
    shares: Sequence[Share],
    valid_from: dt.date,
    ground: str,
) -> PayerRule:
    """Write who pays as a document an agent has seen says: in force without anybody's answer.

    For a ruling one parent will not follow, a payer without an account, an institution.
    Everybody concerned is told. Raises RuleBroken ``ground`` and those of ``set_payers``.
    """
    person_of(by)
    if ground not in Ground.values:
        raise RuleBroken("ground", _("Choisissez ce que vous avez sous les yeux."), "ground")
    Child.objects.select_for_update().get(pk=child.pk)
    rule = _write(child, mode, shares, valid_from, proposed_by=None, agreed=True)
    journal.record(by, "payer_rule.record", rule, child=child.pk, ground=ground)
    _tell_changed(by, rule)
    return rule


@transaction.atomic
def agree_payers(*, by: Actor, rule: PayerRule) -> PayerRule:
    """Agree for oneself to a proposal; when each payer has, it is in force.

    From its day, or from today if that has passed. Raises RuleBroken ``gone``, ``stranger``.
    """
    Child.objects.select_for_update().get(pk=rule.child_id)
    found = PayerRule.objects.select_for_update().filter(pk=rule.pk).first()
    if found is None:
        raise RuleBroken("gone", _("Cette proposition a été remplacée ou retirée."))
    if found.agreed_at is not None:
        return found
    mine = found.shares.filter(guardian__user=person_of(by))
    if not mine.exists():
        raise RuleBroken("stranger", _("Cette proposition ne vous fait rien payer."))
    if mine.filter(agreed_at=None).update(agreed_at=clock.now()):
        journal.record(by, "payer_rule.agree", found, child=found.child_id)
    if unanswered(found):
        return found
    day = max(found.valid_from, clock.today())
    named = set(found.shares.values_list("guardian", flat=True))
    ends_on = _last_day_of(found.child_id, named, day)
    PayerRule.objects.filter(child=found.child_id, valid_from=day, agreed_at__isnull=False).delete()
    found.valid_from, found.ends_on, found.agreed_at = day, ends_on, clock.now()
    found.save(update_fields=["valid_from", "ends_on", "agreed_at"])
    _tell_changed(by, found)
    return found


@transaction.atomic
def withdraw_payers(*, by: Actor, rule: PayerRule) -> None:
    """Take a proposal back or decline it; what is in force is left alone.

    Declined, whoever proposed it is told.
    """
    Child.objects.select_for_update().get(pk=rule.child_id)
    found = PayerRule.objects.select_for_update().filter(pk=rule.pk, agreed_at=None).first()
    if found is None:
        return
    journal.record(by, "payer_rule.withdraw", found, child=found.child_id)
    proposer = found.proposed_by
    if proposer is not None and by.person is not None and proposer.user_id != by.person.pk:
        _tell(found, "family_payers_declined", Guardian.objects.filter(pk=proposer.pk))
    found.delete()


@transaction.atomic
def cancel_coming(*, by: Actor, rule: PayerRule, guardian: Guardian | None) -> None:
    """Take back a rule before its first day: an agent any, a payer what they alone would pay.

    Raises RuleBroken ``begun``, ``shared``. Cancelled twice, nothing more happens.
    """
    Child.objects.select_for_update().get(pk=rule.child_id)
    found = PayerRule.objects.select_for_update().filter(pk=rule.pk).first()
    if found is None:
        return
    if found.agreed_at is None or found.valid_from <= clock.today():
        raise RuleBroken("begun", _("Ce partage a commencé : enregistrez-en un autre."))
    payers = set(found.shares.values_list("guardian", flat=True))
    if guardian is not None and payers != {guardian.pk}:
        raise RuleBroken("shared", _("Ce partage engage quelqu’un d’autre : proposez-en un autre."))
    journal.record(by, "payer_rule.cancel", found, child=found.child_id)
    _tell_changed(by, found)
    found.delete()
