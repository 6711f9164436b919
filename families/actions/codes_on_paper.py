"""Invitations on paper: a short code on a letter, for somebody whose e-mail is not known.

Ten characters, one of them a check: 44 bits. That is short for a secret, so that three
things stand beside it: what is kept is a hash keyed with a secret of this installation, the
invited person's name and a child's birth date must come with it, and five wrong answers
close it. Every failure gets one and the same answer.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from core import clock, journal
from core.accounts.models import User
from core.errors import RuleBroken
from core.journal import Actor
from families import codes
from families.actions.household import become_guardian, person_of
from families.actions.invitations import (
    GOOD_FOR,
    bind,
    check_may_invite,
    holds_secrets,
    locked_invitation,
)
from families.models import Child, Guardian, Guardianship, Invitation
from families.rules import fold

LENGTH = 10


def _keys() -> list[bytes]:
    """Return the keys a code may have been hashed with, the present one first."""
    sources = [str(settings.SECRET_KEY), *map(str, settings.SECRET_KEY_FALLBACKS)]
    return [
        hashlib.blake2b(source.encode(), digest_size=32, person=b"escale-letter").digest()
        for source in sources
    ]


def code_hashes(code: str) -> list[str]:
    """Return what may be kept of a code: keyed hashes, the present key's first."""
    plain = codes.normal(code).encode()
    return [hmac.new(key, plain, hashlib.sha256).hexdigest() for key in _keys()]


@dataclass(frozen=True)
class Letter:
    """An invitation on paper, with the code that is printed and then forgotten."""

    invitation: Invitation
    code: str


@transaction.atomic
def invite_on_paper(*, by: Actor, guardian: Guardian) -> Letter:
    """Draw a code for the other guardian; a former invitation stops working.

    Raises RuleBroken ``has_account``, ``too_many``.
    """
    user = person_of(by)
    guest = check_may_invite(user, guardian)
    code = codes.new_code(LENGTH, group=5)
    invitation = Invitation.objects.create(
        guardian=guest,
        token_hash=code_hashes(code)[0],
        invited_by=user,
        expires_at=clock.now() + GOOD_FOR,
    )
    journal.record(by, "invitation.print", invitation, guardian=guest.pk)
    return Letter(invitation, code)


@dataclass(frozen=True)
class Answers:
    """What somebody who holds a letter types."""

    code: str
    given_name: str
    family_name: str
    birth_date: dt.date


def no_such_invitation() -> RuleBroken:
    """Return the one answer to every failure."""
    return RuleBroken(
        "invitation",
        _(
            "Ces informations ne correspondent à aucune invitation en cours. Vérifiez le code, "
            "votre nom comme il est écrit sur la lettre et la date de naissance d’un enfant."
        ),
    )


def redeem(*, by: Actor, answers: Answers) -> Guardian:
    """Bind the invited guardian to the acting account. Raises RuleBroken ``invitation``.

    Whatever was wrong, the answer is the same; a wrong try is counted before it is given.
    """
    found = _try(by, answers)
    if found is None:
        raise no_such_invitation()
    return found


@transaction.atomic
def _try(by: Actor, answers: Answers) -> Guardian | None:
    user = User.objects.select_for_update().get(pk=person_of(by).pk)
    typed = codes.normal(answers.code)
    if len(typed) != LENGTH or not codes.is_valid(typed):
        return None
    invitation = locked_invitation(code_hashes(typed), on_paper=True)
    if invitation is None or invitation.invited_by_id == user.pk:
        return None
    guest = Guardian.objects.select_for_update().get(pk=invitation.guardian_id)
    if guest.user_id is not None or holds_secrets(guest, invitation.invited_by):
        return None
    if not _is_person(guest, answers):
        _count_wrong(by, invitation)
        return None
    own = bind(by, invitation, guest, user)
    become_guardian(user)
    return own


def _is_person(guest: Guardian, answers: Answers) -> bool:
    """Tell whether the answers name the invited person and one of the children."""
    family_names = {fold(guest.family_name), fold(guest.used_name)} - {""}
    children = Child.objects.filter(
        pk__in=Guardianship.objects.current().filter(guardian=guest).values("child")
    )
    days = set(children.values_list("birth_date", flat=True))
    return (
        fold(answers.given_name) == fold(guest.given_name)
        and fold(answers.family_name) in family_names
        and answers.birth_date in days
    )


def _count_wrong(by: Actor, invitation: Invitation) -> None:
    """Count a wrong try; the fifth closes the code."""
    closed = invitation.wrong_tries + 1 >= Invitation.MAX_TRIES
    Invitation.objects.filter(pk=invitation.pk).update(
        wrong_tries=F("wrong_tries") + 1,
        revoked_at=clock.now() if closed else None,
    )
    journal.record(by, "invitation.wrong_try", invitation, closed=closed)
