"""One parent objects to an act; it is frozen until withdrawn, agreed by both, or ruled.

Source: Code civil 372-2 (one parent's act is presumed to have the other's agreement, in
good faith: no longer once the other has objected); Conseil d'État 392949 (13 April 2018).
Objections and the acts they freeze lock the child's row first, so that of an objection and
an act that come at the same instant one sees the other.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from core import clock, documents, journal, outbox, states
from core.documents import Document
from core.errors import RuleBroken
from core.journal import Actor
from families.codes import new_reference
from families.models import Child, Consent, CourtRuling, Guardian, JointAct, Objection

#: Objections one parent may raise in a day: more is a quarrel fought with forms.
DAILY_LIMIT = 6

#: Say why it is too late to object to an act for a child, or nothing while it is not.
TooLate = Callable[[int, str], str]
_too_late: list[TooLate] = []


def register_too_late(check: TooLate) -> None:
    """Let another app say that an act has just been decided; call it from ``ready``."""
    if check not in _too_late:
        _too_late.append(check)


def lock_child(child_id: int) -> Child:
    """Lock a child: whoever decides about a frozen act, or freezes it, holds this lock."""
    child: Child = Child.objects.select_for_update().get(pk=child_id)
    return child


def ensure_not_frozen(child_id: int, act: str) -> None:
    """Refuse an act that an open objection freezes; keeps the child locked until the commit.

    Call it first in the action's transaction. Raises RuleBroken ``frozen``.
    """
    lock_child(child_id)
    if Objection.objects.open().filter(child=child_id, act=act).exists():
        raise RuleBroken(
            "frozen",
            _(
                "Un parent s’oppose à cette démarche. Elle est suspendue jusqu’au retrait de "
                "l’opposition, à l’accord des deux parents ou à la décision du juge."
            ),
        )


@transaction.atomic
def object_to(
    *,
    by: Actor,
    guardian: Guardian,
    child: Child,
    act: str,
    text: str,
    document: Document | None = None,
) -> Objection:
    """Freeze an act for a child; repeated by the same parent, the first objection stands.

    Both parents are told that there is an objection, never its words. Raises RuleBroken
    ``act``, ``text``, ``alone`` (nobody else decides), ``too_late``, ``too_many``.
    """
    if act not in JointAct.values:
        raise RuleBroken("act", _("Choisissez la démarche."), "act")
    if not text.strip():
        raise RuleBroken("text", _("Écrivez pourquoi vous vous opposez."), "text")
    lock_child(child.pk)
    holders = Guardian.objects.holding_authority(child.pk)
    if not holders.filter(pk=guardian.pk).exists():
        raise RuleBroken("authority", _("Vous n’exercez pas l’autorité parentale sur cet enfant."))
    if not holders.exclude(pk=guardian.pk).exists():
        raise RuleBroken(
            "alone",
            _("Vous décidez seul·e pour cet enfant : il n’y a personne à qui vous opposer."),
        )
    known = Objection.objects.open().filter(child=child, act=act, raised_by=guardian).first()
    if known is not None:
        return known
    for check in _too_late:
        if sentence := check(child.pk, act):
            raise RuleBroken("too_late", sentence, "act")
    today = clock.at(clock.today(), 0)
    if Objection.objects.filter(raised_by=guardian, raised_at__gte=today).count() >= DAILY_LIMIT:
        raise RuleBroken(
            "too_many", _("Vous avez envoyé beaucoup d’oppositions. Réessayez demain.")
        )
    objection = Objection.objects.create(
        reference=new_reference("OPP"),
        child=child,
        act=act,
        raised_by=guardian,
        text=text.strip(),
        document=document,
    )
    journal.record(by, "objection.raise", objection, child=child.pk, act=act)
    _tell(objection, "family_objection_raised")
    return objection


def _open(objection: Objection) -> Objection:
    """Lock the child, then an objection that still freezes; else RuleBroken ``state``."""
    lock_child(objection.child_id)
    found: Objection = Objection.objects.select_for_update().get(pk=objection.pk)
    if found.state != Objection.OPEN:
        raise RuleBroken("state", _("Cette opposition n’est plus en cours. Rechargez la page."))
    return found


@transaction.atomic
def withdraw_objection(*, by: Actor, guardian: Guardian, objection: Objection) -> Objection:
    """Take one's own objection back: the act is free again."""
    if objection.raised_by_id != guardian.pk:
        raise RuleBroken("author", _("Seule la personne qui s’est opposée peut y renoncer."))
    found = _open(objection)
    _settle(by, found, Objection.WITHDRAWN)
    return found


@transaction.atomic
def consent(
    *, by: Actor, guardian: Guardian, objection: Objection, document: Document | None = None
) -> Objection:
    """Record that a holder of authority agrees to the act; when all have, it is free again.

    An agent records a written agreement, with its ``document``, for somebody else.
    """
    found = _open(objection)
    holders = set(Guardian.objects.holding_authority(found.child_id).values_list("pk", flat=True))
    if guardian.pk not in holders:
        raise RuleBroken("authority", _("Cette personne n’exerce pas l’autorité parentale."))
    given, made = Consent.objects.get_or_create(
        objection=found, guardian=guardian, defaults={"document": document}
    )
    if made:
        journal.record(by, "objection.consent", found, guardian=guardian.pk, consent=given.pk)
    if holders <= set(found.consents.values_list("guardian", flat=True)):
        _settle(by, found, Objection.AGREED)
    elif made:
        _tell(found, "family_objection_consent", key=str(given.pk), besides=guardian)
    return found


@transaction.atomic
def rule_on_objection(*, by: Actor, objection: Objection, ruling: CourtRuling) -> Objection:
    """Close an objection: a judge has decided; the ruling says how."""
    if ruling.child_id != objection.child_id or ruling.cancelled_at is not None:
        raise RuleBroken("ruling", _("Cette décision ne concerne pas cet enfant."), "ruling")
    found = _open(objection)
    _settle(by, found, Objection.RULED, ruling=ruling)
    return found


def _settle(by: Actor, objection: Objection, state: str, **changes: Any) -> None:
    states.move(objection, state, by=by, settled_at=clock.now(), settled_by=by.user, **changes)
    _tell(objection, "family_objection_settled")


def discard_upload(by: Actor, document: Document | None) -> None:
    """Remove a file whose act was refused."""
    if document is not None:
        documents.discard(document, by=by)


def _tell(
    objection: Objection, kind: str, *, key: str = "", besides: Guardian | None = None
) -> None:
    """Tell every holder of authority with an account; neither words nor document."""
    path = reverse("families:objections", args=[objection.child.reference])
    people = (
        Guardian.objects.holding_authority(objection.child_id)
        .filter(user__isnull=False)
        .select_related("user")
        .order_by("pk")
    )
    for guardian in people:
        if besides is not None and guardian.pk == besides.pk:
            continue
        outbox.queue(
            kind=kind,
            to=guardian.user,
            context={
                "child": objection.child.given_name,
                "reference": objection.reference,
                "link": f"{settings.PUBLIC_URL}{path}",
            },
            dedupe_key=f"{kind}-{objection.pk}-{key}-{guardian.pk}",
        )
