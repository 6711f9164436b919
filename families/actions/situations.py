"""An agent records what changes who answers for a child: death, authority, institution.

Everything is dated and kept: a change closes the link in force and, where something is left
of it, opens another. Whoever ends or opens a link holds the child's lock, as does whoever
chooses a payer, so that no paying rule outlives the link of somebody it names.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from core import clock, documents, journal
from core.accounts.models import User
from core.documents import Document
from core.errors import RuleBroken
from core.journal import Actor
from families.actions.household import become_guardian, person_of
from families.actions.payers import end_rules_naming
from families.codes import new_reference
from families.models import (
    Child,
    EmergencyContact,
    Guardian,
    Guardianship,
    Household,
    PickupContact,
    SituationReport,
)
from families.rules import fold
from families.telling import tell

Reason = Guardianship.EndReason


def _lock_children(links: list[Guardianship]) -> list[Child]:
    keys = sorted({link.child_id for link in links})
    return list(Child.objects.select_for_update().filter(pk__in=keys).order_by("pk"))


def open_link(child: Child, guardian: Guardian) -> Guardianship:
    """Return the link without an end; the caller holds the child's lock."""
    link = (
        Guardianship.objects.select_for_update()
        .filter(child=child, guardian=guardian, ends_on__isnull=True)
        .first()
    )
    if link is None:
        raise RuleBroken("no_link", _("Ce lien a déjà pris fin. Rechargez la page."))
    return link


def close_link(by: Actor, link: Guardianship, day: dt.date, reason: str) -> None:
    """End a link on a day, with its reason; the caller holds the child's lock."""
    if day < link.starts_on:
        raise RuleBroken(
            "before_start",
            _("Cette date précède le début du lien : choisissez une date plus tardive."),
            "day",
        )
    link.ends_on, link.end_reason = day, reason
    link.save(update_fields=["ends_on", "end_reason"])
    journal.record(
        by,
        "guardianship.end",
        link,
        reason=reason,
        child=link.child_id,
        guardian=link.guardian_id,
        on=day.isoformat(),
    )


def tell_holders(child: Child, guardian: Guardian, day: dt.date, *, choose_payer: bool) -> None:
    """Tell the other holders of authority, in words that say nothing of what happened."""
    kinds = ["family_guardian_changed"] + (["family_choose_payer"] if choose_payer else [])
    links = Guardianship.objects.with_authority(max(day, clock.today())).filter(child=child)
    others = Guardian.objects.filter(pk__in=links.values("guardian")).exclude(pk=guardian.pk)
    for other in others.select_related("user").order_by("pk"):
        for kind in kinds:
            tell(
                other,
                kind,
                context={"child": child.given_name, "reference": child.reference},
                dedupe_key=f"{kind}-{child.pk}-{guardian.pk}-{day:%Y%m%d}-{other.pk}",
            )


def _reason_of(link: Guardianship, after: Guardianship) -> str:
    if link.parental_authority == after.parental_authority:
        return Reason.CHANGED
    return Reason.AUTHORITY_GAINED if after.parental_authority else Reason.AUTHORITY_LOST


def _end_all(by: Actor, child: Child, guardian: Guardian, day: dt.date) -> dt.date:
    """End the link in force and one already announced for later; return the first day ended."""
    links = (
        Guardianship.objects.select_for_update()
        .filter(Q(ends_on__isnull=True) | Q(ends_on__gt=day), child=child, guardian=guardian)
        .order_by("starts_on", "pk")
    )
    first = None
    for link in links:
        end = max(day, link.starts_on)
        first = first or end
        close_link(by, link, end, Reason.DEATH)
    return first or day


def _end_named(by: Actor, child: Child, guardian: Guardian, day: dt.date) -> None:
    """End what somebody without authority may no longer decide: who collects, whom to call.

    After a death the people named stay: the other parent ends them if need be.
    """
    for model, verb in ((PickupContact, "pickup_contact"), (EmergencyContact, "emergency_contact")):
        named = model._default_manager.select_for_update().filter(
            Q(ends_on__isnull=True) | Q(ends_on__gt=day), child=child, added_by=guardian
        )
        for contact in named.order_by("pk"):
            contact.ends_on = max(day, contact.starts_on)
            contact.save(update_fields=["ends_on"])
            journal.record(by, f"{verb}.end", contact, child=child.pk, on=day.isoformat())


@transaction.atomic
def record_death(*, by: Actor, guardian: Guardian, day: dt.date) -> Guardian:
    """Record that a guardian has died: links, paying rules and access end on that day.

    Nothing is erased; bills already made stay as they are. Repeated, nothing more happens.
    """
    person_of(by)
    if day > clock.today():
        raise RuleBroken("future", _("La date de décès est dans le futur."), "day")
    links = list(
        Guardianship.objects.filter(guardian=guardian, ends_on__isnull=True).order_by("child")
    )
    children = _lock_children(links)
    found = Guardian.objects.select_for_update().get(pk=guardian.pk)
    if found.died_on is not None:
        return found
    found.died_on = day
    found.save(update_fields=["died_on"])
    journal.record(by, "guardian.death", found, on=day.isoformat())
    for child in children:
        end = max(day, _end_all(by, child, found, day))
        lost = end_rules_naming(by=by, child=child, guardian=found, day=end)
        tell_holders(child, found, end, choose_payer=lost)
    if found.user_id:
        User.objects.filter(pk=found.user_id).update(is_active=False)
    return found


@transaction.atomic
def undo_death(*, by: Actor, guardian: Guardian) -> Guardian:
    """Take back a death recorded by mistake: links and access are as before.

    Who pays is not: the family is asked again, for another choice may have been made since.
    """
    person_of(by)
    ended = list(
        Guardianship.objects.filter(guardian=guardian, end_reason=Reason.DEATH).order_by("child")
    )
    _lock_children(ended)
    found = Guardian.objects.select_for_update().get(pk=guardian.pk)
    if found.died_on is None:
        return found
    found.died_on = None
    found.save(update_fields=["died_on"])
    followed: dict[int, Guardianship] = {}
    for link in sorted(ended, key=lambda link: link.starts_on, reverse=True):
        after = followed.get(link.child_id)
        followed[link.child_id] = link
        link.ends_on = after.starts_on if after else None
        link.end_reason = _reason_of(link, after) if after else ""
        link.save(update_fields=["ends_on", "end_reason"])
        journal.record(by, "guardianship.reopen", link, child=link.child_id, guardian=found.pk)
    if found.user_id:
        User.objects.filter(pk=found.user_id).update(is_active=True)
    journal.record(by, "guardian.death_undone", found)
    return found


@transaction.atomic
def set_authority(
    *, by: Actor, guardian: Guardian, child: Child, holds: bool, day: dt.date
) -> Guardianship:
    """Record that a guardian gains or loses parental authority from a day, today or later.

    The link in force ends on that day and another begins. Without authority its holder sees
    nothing of the child from that day, receives no message, may not collect. Repeated with
    the same answer, the link in force is returned.
    """
    person_of(by)
    Child.objects.select_for_update().get(pk=child.pk)
    if day < clock.today():
        raise RuleBroken(
            "past",
            _("Choisissez aujourd’hui ou une date à venir : ce qui a été vu l’a été."),
            "day",
        )
    link = open_link(child, guardian)
    if link.parental_authority == holds:
        return link
    close_link(by, link, day, Reason.AUTHORITY_GAINED if holds else Reason.AUTHORITY_LOST)
    after = Guardianship.objects.create(
        child=child,
        guardian=guardian,
        kind=link.kind,
        parental_authority=holds,
        lives_with=link.lives_with,
        may_pick_up=holds,
        receives_messages=holds,
        starts_on=day,
    )
    journal.record(
        by,
        "guardianship.authority",
        after,
        child=child.pk,
        guardian=guardian.pk,
        holds=holds,
        on=day.isoformat(),
    )
    lost = False
    if holds and guardian.user is not None:
        become_guardian(guardian.user)
    if not holds:
        _end_named(by, child, guardian, day)
        lost = end_rules_naming(by=by, child=child, guardian=guardian, day=day)
    tell_holders(child, guardian, day, choose_payer=lost)
    return after


@transaction.atomic
def end_link(
    *, by: Actor, guardian: Guardian, child: Child, day: dt.date, reason: str
) -> Guardianship:
    """End a link for another reason: the end of a guardianship or placement, an error.

    A child keeps at least one person responsible: raises RuleBroken ``last`` otherwise.
    """
    person_of(by)
    Child.objects.select_for_update().get(pk=child.pk)
    if reason not in {Reason.MANDATE_OVER, Reason.RECORDED_IN_ERROR}:
        raise RuleBroken("reason", _("Choisissez un motif de la liste."), "reason")
    if day < clock.today():
        raise RuleBroken(
            "past",
            _("Choisissez aujourd’hui ou une date à venir : ce qui a été vu l’a été."),
            "day",
        )
    link = open_link(child, guardian)
    others = Guardianship.objects.filter(child=child, ends_on__isnull=True).exclude(pk=link.pk)
    if not others.exists():
        raise RuleBroken(
            "last",
            _("Un enfant garde au moins un responsable : ajoutez d’abord la personne suivante."),
        )
    close_link(by, link, day, reason)
    _end_named(by, child, guardian, day)
    lost = end_rules_naming(by=by, child=child, guardian=guardian, day=day)
    tell_holders(child, guardian, day, choose_payer=lost)
    return link


@transaction.atomic
def add_institution(
    *,
    by: Actor,
    child: Child,
    organisation: str,
    given_name: str,
    family_name: str,
    email: str,
    phone: str,
    parental_authority: bool,
    lives_with: bool,
    day: dt.date,
) -> Guardianship:
    """Make an institution (child welfare service) responsible for a child from a day on.

    The contact person's names and address are the institution's. One already known under the
    same name and e-mail is used again; it has a household of its own.
    """
    person_of(by)
    Child.objects.select_for_update().get(pk=child.pk)
    known = [
        found
        for found in Guardian.objects.exclude(organisation="").filter(email__iexact=email)
        if fold(found.organisation) == fold(organisation)
    ]
    if known:
        guardian = min(known, key=lambda found: found.pk)
    else:
        guardian = Guardian.objects.create(
            household=Household.objects.create(reference=new_reference("F")),
            organisation=organisation,
            given_name=given_name,
            family_name=family_name,
            email=email,
            phone=phone,
        )
        journal.record(by, "guardian.add_institution", guardian)
    link, made = Guardianship.objects.get_or_create(
        child=child,
        guardian=guardian,
        ends_on=None,
        defaults={
            "kind": Guardianship.Kind.INSTITUTION,
            "parental_authority": parental_authority,
            "lives_with": lives_with,
            "starts_on": day,
        },
    )
    if made:
        journal.record(by, "guardianship.add", link, child=child.pk, guardian=guardian.pk)
        tell_holders(child, guardian, day, choose_payer=False)
    return link


@transaction.atomic
def report_situation(
    *,
    by: Actor,
    guardian: Guardian,
    child: Child,
    kind: str,
    words: str,
    proof: Document | None = None,
) -> SituationReport:
    """Tell an agent what has changed; told again while open, the words are replaced.

    A document sent again takes the place of the first.
    """
    Guardian.objects.select_for_update().get(pk=guardian.pk)
    report, made = SituationReport.objects.get_or_create(
        child=child, reported_by=guardian, kind=kind, handled_at=None, defaults={"words": words}
    )
    before = report.proof
    report.words, report.proof = words, proof or before
    report.save(update_fields=["words", "proof"])
    if before is not None and proof is not None and before.pk != proof.pk:
        documents.discard(before, by=by)
    journal.record(
        by, "situation.report" if made else "situation.edit", report, child=child.pk, kind=kind
    )
    return report


@transaction.atomic
def close_report(*, by: Actor, report: SituationReport) -> SituationReport:
    """Mark a report as dealt with and tell who wrote it; repeated, nothing more happens."""
    found = SituationReport.objects.select_for_update().get(pk=report.pk)
    if found.handled_at is not None:
        return found
    found.handled_at, found.handled_by = clock.now(), person_of(by)
    found.save(update_fields=["handled_at", "handled_by"])
    journal.record(by, "situation.close", found, child=found.child_id)
    tell(
        found.reported_by,
        "family_report_handled",
        context={"child": found.child.given_name, "reference": found.child.reference},
        dedupe_key=f"family_report_handled-{found.pk}",
    )
    return found
