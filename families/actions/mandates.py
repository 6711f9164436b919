"""A family lets a helper act for it: prepared, signed, checked if on paper, ended."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core import clock, journal, outbox, states
from core.access import reach_of
from core.accounts.models import User
from core.accounts.roles import Role
from core.documents import Document
from core.errors import RuleBroken
from core.journal import SYSTEM, Actor
from families.access import FAMILY_AGENTS
from families.actions.acting import columns_of, end_sessions
from families.models import AssistanceMandate, AssistedSession, Guardian, HelpPlace
from families.rules import MANDATE_DAYS, last_day_of_mandate, warning_day

State = AssistanceMandate.State
Signature = AssistanceMandate.Signature


def _themselves(by: Actor) -> User:
    """Return who acts; raises RuleBroken: nobody acting for a family touches its mandates."""
    if by.user is None or by.on_behalf_of is not None:
        raise RuleBroken("acting", _("La famille seule décide de qui peut l’aider."))
    return by.user


def _tell(mandate: AssistanceMandate, kind: str) -> None:
    person = mandate.guardian.user
    if person is None:
        return
    outbox.queue(
        kind=kind,
        to=person,
        context={
            "helper": mandate.helper.get_full_name(),
            "place": mandate.place.name,
            "first": mandate.starts_on,
            "last": mandate.last_day,
            "early": mandate.state == State.REVOKED,
        },
        dedupe_key=f"{kind}:{mandate.pk}",
    )


def helpers_at(place: HelpPlace) -> list[User]:
    """Return who helps at a place today, by name."""
    found = User.objects.filter(is_active=True, posts__role=Role.HELPER).distinct()
    return [
        user
        for user in found.order_by("family_name", "given_name", "pk").prefetch_related("posts")
        if place.code in reach_of(user, Role.HELPER).services
    ]


@transaction.atomic
def prepare_mandate(
    *,
    by: Actor,
    guardian: Guardian,
    helper: User,
    place: HelpPlace,
    days: int,
    scopes: Iterable[str],
    signature: str,
) -> AssistanceMandate:
    """Write a mandate to be signed; a draft for the same helper is written anew.

    By the family itself, or by an agent for a signature on paper. Raises RuleBroken
    ``open_mandate`` while one for this helper waits or runs, ``helper``, ``days``, ``scopes``.
    """
    person = _themselves(by)
    columns = columns_of(scopes)
    if days not in MANDATE_DAYS:
        raise RuleBroken("days", _("Choisissez une des durées proposées."), "days")
    own = guardian.user_id == person.pk
    if not own and (signature != Signature.PAPER or not reach_of(person, *FAMILY_AGENTS).city):
        raise RuleBroken("signature", _("La famille seule peut signer à l’écran."))
    places = reach_of(helper, Role.HELPER).services
    if helper.pk == guardian.user_id or not place.is_open or place.code not in places:
        raise RuleBroken("helper", _("Choisissez une personne de ce lieu d’aide."), "helper")
    Guardian.objects.select_for_update().get(pk=guardian.pk)
    former = AssistanceMandate.objects.filter(guardian=guardian, helper=helper)
    for draft in former.filter(state=State.DRAFT):
        states.move(draft, State.DROPPED, by=by, ended_at=clock.now(), ended_by=person)
    try:
        with transaction.atomic():
            mandate = AssistanceMandate.objects.create(
                guardian=guardian,
                helper=helper,
                place=place,
                days=days,
                signature=signature,
                **columns,
            )
    except IntegrityError as error:
        raise RuleBroken(
            "open_mandate",
            _("Cette personne a déjà un mandat de votre part. Arrêtez-le d’abord."),
            "helper",
        ) from error
    journal.record(by, "mandate.prepare", mandate, helper=helper.pk, days=days, how=signature)
    return mandate


@transaction.atomic
def sign_mandate(*, by: Actor, mandate: AssistanceMandate) -> AssistanceMandate:
    """Sign on the screen: in force from today. Signed twice, the first time counts.

    The page has made sure that the person is there (password or code). Raises RuleBroken
    ``acting``, ``signature`` when it is not the family's own account, ``state``.
    """
    person = _themselves(by)
    found = _locked(mandate)
    if found.guardian.user_id != person.pk or found.signature != Signature.SCREEN:
        raise RuleBroken("signature", _("La famille seule peut signer à l’écran."))
    if found.state == State.ACTIVE:
        return found
    return _start(by, found)


@transaction.atomic
def file_scan(*, by: Actor, mandate: AssistanceMandate, scan: Document) -> AssistanceMandate:
    """Keep the scan of the signed paper; an agent checks it before anything is allowed."""
    person = _themselves(by)
    found = _locked(mandate)
    if found.signature != Signature.PAPER:
        raise RuleBroken("signature", _("Ce mandat se signe à l’écran."))
    return states.move(
        found, State.TO_CHECK, by=by, scan=scan, scanned_by=person, signed_at=clock.now()
    )


@transaction.atomic
def check_scan(*, by: Actor, mandate: AssistanceMandate, good: bool) -> AssistanceMandate:
    """Accept or refuse a paper mandate; it begins the day it is accepted.

    Checked by another person than the one who filed the scan, so that no agent lets a
    friend in alone. Raises RuleBroken ``four_eyes``, ``not_agent``, ``state``.
    """
    person = _themselves(by)
    found = _locked(mandate)
    if not reach_of(person, *FAMILY_AGENTS).city:
        raise RuleBroken("not_agent", _("Un agent vérifie les mandats sur papier."))
    if found.state != State.TO_CHECK:
        raise RuleBroken("state", _("Ce mandat n’attend pas de vérification. Rechargez la page."))
    if person.pk in (found.scanned_by_id, found.helper_id):
        raise RuleBroken(
            "four_eyes", _("Un autre agent que celui qui a déposé le papier le vérifie.")
        )
    if good:
        return _start(by, found, checked_by=person)
    states.move(found, State.REFUSED, by=by, ended_at=clock.now(), ended_by=person)
    _tell(found, "family_mandate_refused")
    return found


def _locked(mandate: AssistanceMandate) -> AssistanceMandate:
    return (
        AssistanceMandate.objects.select_for_update(of=("self",))
        .select_related("guardian__user", "helper", "place")
        .get(pk=mandate.pk)
    )


def _start(by: Actor, mandate: AssistanceMandate, **changes: Any) -> AssistanceMandate:
    today = clock.today()
    if not mandate.place.is_open or mandate.place.code not in (
        reach_of(mandate.helper, Role.HELPER).services
    ):
        raise RuleBroken("helper", _("Cette personne n’aide plus à cet endroit."))
    states.move(
        mandate,
        State.ACTIVE,
        by=by,
        signed_at=mandate.signed_at or clock.now(),
        starts_on=today,
        last_day=last_day_of_mandate(today, mandate.days),
        **changes,
    )
    _tell(mandate, "family_mandate_begun")
    return mandate


@transaction.atomic
def stop_mandate(*, by: Actor, mandate: AssistanceMandate) -> AssistanceMandate:
    """End a mandate at once, by the family, the helper or an agent; repeated, nothing more.

    Sessions under way end in the same transaction: the helper's next request is refused.
    """
    person = _themselves(by)
    found = _locked(mandate)
    mine = person.pk in (found.guardian.user_id, found.helper_id)
    if not mine and not reach_of(person, *FAMILY_AGENTS).city:
        raise RuleBroken("not_yours", _("Ce mandat n’est pas le vôtre."))
    if not found.is_open:
        return found
    in_force = found.state == State.ACTIVE
    to = State.REVOKED if in_force else State.DROPPED
    states.move(found, to, by=by, ended_at=clock.now(), ended_by=person)
    if in_force:
        running = found.sessions.filter(ended_at__isnull=True)
        end_sessions(sessions=running, end=AssistedSession.End.REVOKED)
        _tell(found, "family_mandate_over")
    return found


def close_assistance() -> dict[str, int]:
    """End what has run out and warn of what is about to; safe to repeat at any time."""
    return {
        "sessions": _close_sessions(),
        "mandates": _close_mandates(clock.today()),
        "warned": _warn(clock.today()),
    }


def _close_sessions() -> int:
    over = AssistedSession.objects.filter(ended_at__isnull=True, ends_at__lte=clock.now())
    found = list(over.order_by("pk"))
    end_sessions(sessions=found, end=AssistedSession.End.TIME)
    return len(found)


def _close_mandates(today: dt.date) -> int:
    count = 0
    over = AssistanceMandate.objects.filter(state=State.ACTIVE, last_day__lt=today)
    for key in over.order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            found = _locked(AssistanceMandate(pk=key))
            if found.state != State.ACTIVE:
                continue
            states.move(found, State.ENDED, by=SYSTEM, ended_at=clock.now())
            running = found.sessions.filter(ended_at__isnull=True)
            end_sessions(sessions=running, end=AssistedSession.End.MANDATE)
            _tell(found, "family_mandate_over")
            count += 1
    return count


def _warn(today: dt.date) -> int:
    count = 0
    soon = AssistanceMandate.objects.filter(
        state=State.ACTIVE, last_day__gte=today, last_day__lte=today + dt.timedelta(days=7)
    ).select_related("guardian__user", "helper", "place")
    for mandate in soon.order_by("pk"):
        if mandate.starts_on is None or mandate.last_day is None:
            continue
        day = warning_day(mandate.starts_on, mandate.last_day)
        if day is not None and day <= today:
            with transaction.atomic():
                _tell(mandate, "family_mandate_ending")
            count += 1
    return count
