"""An agent or a helper begins, prolongs and ends acting for a family."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from core import clock, journal, outbox
from core.access import reach_of
from core.accounts.models import User
from core.accounts.roles import Role
from core.acting import Acting, Scope, via_of, words_of
from core.errors import RuleBroken
from core.journal import Actor, JournalEntry
from families.access import FAMILY_AGENTS
from families.models import AssistanceMandate, AssistedSession, Guardian
from families.rules import session_end

#: Reasons an agent may give; a helper's reason is the mandate.
DESK_REASONS = (
    AssistedSession.Reason.DESK,
    AssistedSession.Reason.PHONE,
    AssistedSession.Reason.PAPER,
)


def columns_of(scopes: Iterable[str]) -> dict[str, bool]:
    """Return the columns of a mandate or a session for these scopes.

    Raises RuleBroken ``scopes`` when none is chosen or one is unknown.
    """
    chosen = set(scopes)
    if not chosen or not chosen <= set(Scope.values):
        raise RuleBroken("scopes", _("Choisissez au moins un domaine."), "scopes")
    return {f"for_{scope}": scope in chosen for scope in Scope.values}


def _agent(by: Actor) -> User:
    if by.user is None or by.on_behalf_of is not None:
        raise RuleBroken("nested", _("Terminez d’abord ce que vous faites pour une autre famille."))
    return by.user


def _person(guardian: Guardian, agent: User) -> User:
    """Return the account acted for; raises RuleBroken when there is none, or it is one's own."""
    if guardian.user is None or not guardian.user.is_active:
        raise RuleBroken("no_account", _("Ouvrez d’abord un compte à cette personne."))
    if guardian.user_id == agent.pk:
        raise RuleBroken("own_family", _("Pour votre propre famille, utilisez votre compte."))
    return guardian.user


@transaction.atomic
def begin_at_desk(
    *, by: Actor, guardian: Guardian, reason: str, scopes: Iterable[str]
) -> AssistedSession:
    """Let a desk agent act for a family for half an hour, for a reason, within scopes.

    Raises RuleBroken ``nested`` while one acts for another family, ``own_family``,
    ``no_account``, ``reason``, ``scopes``, ``not_agent``.
    """
    agent = _agent(by)
    if not reach_of(agent, *FAMILY_AGENTS).city:
        raise RuleBroken("not_agent", _("Votre poste ne permet pas d’agir pour une famille."))
    if reason not in DESK_REASONS:
        raise RuleBroken("reason", _("Dites dans quelle situation vous êtes."), "reason")
    guardian = Guardian.objects.select_related("user").get(pk=guardian.pk)
    _person(guardian, agent)
    role = next(role for role in FAMILY_AGENTS if agent.has_role(role))
    return _begin(
        by, agent, guardian, reason, columns_of(scopes), title=str(Role(role).label), mandate=None
    )


@transaction.atomic
def begin_by_mandate(*, by: Actor, mandate: AssistanceMandate) -> AssistedSession:
    """Let the helper of a mandate in force act within its scopes.

    Raises RuleBroken ``mandate`` when it is not in force or not theirs, ``nested``.
    """
    agent = _agent(by)
    # Under its lock: a revocation comes before this session or ends it.
    held = AssistanceMandate.objects.select_for_update(of=("self",)).filter(pk=mandate.pk)
    found = held.held_by(agent).select_related("guardian__user", "place").first()
    if found is None:
        raise RuleBroken("mandate", _("Ce mandat n’est pas en cours."))
    _person(found.guardian, agent)
    return _begin(
        by,
        agent,
        found.guardian,
        AssistedSession.Reason.MANDATE,
        columns_of(found.scopes),
        title=found.place.name,
        mandate=found,
    )


def _begin(
    by: Actor,
    agent: User,
    guardian: Guardian,
    reason: str,
    columns: dict[str, bool],
    *,
    title: str,
    mandate: AssistanceMandate | None,
) -> AssistedSession:
    User.objects.select_for_update().get(pk=agent.pk)
    # One left open in another window ends here: its next request is refused.
    left = AssistedSession.objects.filter(agent=agent, ended_at__isnull=True)
    end_sessions(sessions=left, end=AssistedSession.End.LEFT)
    now = clock.now()
    session = AssistedSession.objects.create(
        agent=agent,
        agent_title=title[:120],
        guardian=guardian,
        mandate=mandate,
        reason=reason,
        started_at=now,
        ends_at=session_end(now, now),
        **columns,
    )
    journal.record(
        Actor(agent, on_behalf_of=guardian.user, via=via_of(session.pk)),
        "assistance.begin",
        session,
        reason=reason,
        guardian=guardian.pk,
        mandate=mandate.pk if mandate else None,
    )
    return session


@transaction.atomic
def prolong_session(*, by: Actor, session: AssistedSession) -> AssistedSession:
    """Give a running session another half hour, four hours in all.

    Raises RuleBroken ``over`` when it has ended, ``long`` past four hours.
    """
    found = AssistedSession.objects.select_for_update(of=("self",)).get(pk=session.pk)
    now = clock.now()
    if found.agent != _agent(by) or found.ended_at is not None or found.ends_at <= now:
        raise RuleBroken("over", _("Cette aide est terminée. Recommencez si besoin."))
    until = session_end(found.started_at, now)
    if until <= found.ends_at:
        raise RuleBroken("long", _("Quatre heures au plus : terminez, puis recommencez."))
    found.ends_at = until
    found.save(update_fields=["ends_at"])
    journal.record(by, "assistance.prolong", found, until=until.isoformat())
    return found


@transaction.atomic
def end_session(*, session: AssistedSession, end: str) -> AssistedSession:
    """End acting for a family and tell the family what was done; repeated, nothing more."""
    found = (
        AssistedSession.objects.select_for_update(of=("self",))
        .select_related("agent", "guardian__user")
        .get(pk=session.pk)
    )
    if found.ended_at is not None:
        return found
    now = clock.now()
    # Time that ran out did so when it did, not when somebody noticed.
    found.ended_at = max(found.started_at, min(now, found.ends_at)) if end == "time" else now
    found.end = end
    found.save(update_fields=["ended_at", "end"])
    person = found.guardian.user
    by = Actor(found.agent, on_behalf_of=person, via=via_of(found.pk))
    journal.record(by, "assistance.end", found, reason=end)
    if person is not None:
        outbox.queue(
            kind="family_helped",
            to=person,
            context={
                "agent": found.agent.get_full_name(),
                "title": found.agent_title,
                "day": clock.service_day(found.started_at),
                "begun": found.started_at.astimezone(clock.PARIS),
                "ended": found.ended_at.astimezone(clock.PARIS),
                "acts": acts_in(found, language=person.language),
            },
            dedupe_key=f"helped:{found.pk}",
        )
    return found


def end_sessions(*, sessions: Iterable[AssistedSession], end: str) -> None:
    """End several sessions, in order of their keys."""
    for session in sorted(sessions, key=lambda row: row.pk):
        end_session(session=session, end=end)


def acts_of(sessions: Sequence[AssistedSession]) -> dict[int, list[str]]:
    """Return what was done in each session, in plain words, in one query."""
    by_via = {via_of(session.pk): session for session in sessions}
    verbs: dict[int, list[str]] = {session.pk: [] for session in sessions}
    entries = JournalEntry.objects.filter(
        on_behalf_of__in={session.guardian.user_id for session in sessions}, via__in=by_via
    )
    for via, actor, verb in entries.order_by("at", "pk").values_list("via", "actor", "verb"):
        session = by_via[via]
        if actor == session.agent_id:
            verbs[session.pk].append(verb)
    return {key: words_of(found) for key, found in verbs.items()}


def acts_in(session: AssistedSession, *, language: str | None = None) -> list[str]:
    """Return what was done in a session, in plain words, in the reader's language."""
    with translation.override(language or translation.get_language()):
        return acts_of([session])[session.pk]


def why_over(session: AssistedSession) -> str:
    """Return why a session must end now (a code of ``End``), or nothing while it may go on."""
    end = AssistedSession.End
    if session.ended_at is not None:
        return session.end
    if session.ends_at <= clock.now():
        return end.TIME
    agent, person = session.agent, session.guardian.user
    if not agent.is_active or person is None or not person.is_active:
        return end.RIGHTS
    mandate = session.mandate
    if mandate is not None:
        if mandate.state == AssistanceMandate.State.REVOKED:
            return end.REVOKED
        if not mandate.in_force(clock.today()):
            return end.MANDATE
        here = mandate.place.is_open
        if not here or mandate.place.code not in reach_of(agent, Role.HELPER).services:
            return end.RIGHTS
    elif not reach_of(agent, *FAMILY_AGENTS).city:
        return end.RIGHTS
    return ""


def acting_by(session: AssistedSession) -> Acting:
    """Return a session as the pages meet it."""
    person = session.guardian.user
    if person is None:
        raise ValueError("a session without an account has ended")
    scopes = session.scopes
    if session.mandate is not None:
        scopes &= session.mandate.scopes
    return Acting(
        session=session.pk,
        agent=session.agent,
        person=person,
        scopes=scopes,
        family=session.guardian.used_name or session.guardian.family_name,
        agent_title=session.agent_title,
        ends_at=session.ends_at,
        by_mandate=session.mandate_id is not None,
    )
