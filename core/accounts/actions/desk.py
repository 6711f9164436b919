"""Accounts opened, and given back, at a desk: an identifier and a code on a letter.

The code carries 44 random bits, is kept as a keyed hash (the key is not in the database), is
good once and together with the identifier of its account, and tries at it are counted
(``core.accounts.views.desk``). The agent who hands it over never knows the password.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from core import clock, codes, journal, outbox
from core.accounts.actions.posts import open_account
from core.accounts.models import DeskCode, User
from core.errors import RuleBroken
from core.journal import Actor

ACTIVATION_DAYS = 30
RECOVERY_DAYS = 3
#: Ten characters, one of them a check: 44.6 bits.
CODE_LENGTH = 10


@dataclass(frozen=True)
class Issued:
    """A code just drawn. ``code`` exists here and on the letter, nowhere else."""

    user: User
    code: str
    record: DeskCode


def _digests(code: str) -> Iterator[str]:
    """Yield what is kept of a code, under the present key first, then under older ones."""
    for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        named = hashlib.blake2b(str(key).encode(), digest_size=32, person=b"escale-desk").digest()
        yield hmac.new(named, code.encode(), hashlib.sha256).hexdigest()


def _issue(by: Actor, user: User, purpose: str, *, seen: str = "", drops: bool = False) -> Issued:
    """Draw a code for an account that is locked; the code before it stops working."""
    now = clock.now()
    user.desk_codes.pending().update(revoked_at=now)
    code = codes.new_code(CODE_LENGTH, group=5)
    days = ACTIVATION_DAYS if purpose == DeskCode.Purpose.ACTIVATE else RECOVERY_DAYS
    record = DeskCode.objects.create(
        user=user,
        purpose=purpose,
        code_hash=next(_digests(codes.normal(code))),
        identity_seen=seen,
        drops_second_factor=drops,
        made_by=by.user,
        created_at=now,
        expires_at=now + dt.timedelta(days=days),
    )
    journal.record(by, f"desk_code.{purpose}", user, code=record.pk, seen=seen, drops=drops)
    return Issued(user, code, record)


@transaction.atomic
def open_desk_account(
    *, by: Actor, given_name: str, family_name: str, language: str = "fr"
) -> Issued:
    """Open an account without e-mail for a parent, with the code that will activate it.

    Nobody can sign in until the parent uses the code and chooses a password. Messages for
    the account go to the contact address its app knows (``outbox.register_address``), else
    they wait on the portal.
    """
    user = open_account(
        by=by, given_name=given_name, family_name=family_name, language=language, password=None
    )
    return _issue(by, user, DeskCode.Purpose.ACTIVATE)


@transaction.atomic
def reissue_activation(*, by: Actor, user: User) -> Issued:
    """Draw a new activation code for an account that nobody has entered yet.

    Raises RuleBroken ``already_active`` once its owner has: access is then given back with
    ``issue_recovery``, which asks to see who they are.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    if user.has_usable_password() or user.last_login or user.email or not user.is_active:
        raise RuleBroken("already_active", _("Ce compte est déjà activé."))
    return _issue(by, user, DeskCode.Purpose.ACTIVATE)


@transaction.atomic
def issue_recovery(
    *, by: Actor, user: User, identity_seen: str, drops_second_factor: bool = False
) -> Issued:
    """Draw a code that lets a parent choose a new password, once an agent saw who they are.

    The second factor is still asked afterwards, unless ``drops_second_factor`` says that its
    owner has lost it too. The owner is told at the addresses known. Raises RuleBroken
    ``staff`` for an agent's account, ``self`` for one's own, ``identity_seen`` without a
    document, ``inactive``.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    if user.is_staff_member:
        raise RuleBroken(
            "staff", _("Le compte d’un agent ne se rend pas au guichet : voyez l’administrateur.")
        )
    if by.user is not None and by.user.pk == user.pk:
        raise RuleBroken("self", _("Vous ne pouvez pas faire cette lettre pour vous-même."))
    if not user.is_active:
        raise RuleBroken("inactive", _("Ce compte est fermé."))
    if identity_seen not in DeskCode.Seen.values:
        raise RuleBroken("identity_seen", _("Dites quel document vous avez vu."), "identity_seen")
    issued = _issue(
        by, user, DeskCode.Purpose.RECOVER, seen=identity_seen, drops=drops_second_factor
    )
    outbox.queue(kind="account_recovery_letter", to=user, context={})
    return issued


def find_code(*, identifier: str, code: str) -> DeskCode | None:
    """Return the code that goes with an identifier while it is good, else None.

    One answer whatever is wrong; the same work is done whether or not the account exists.
    """
    typed = codes.normal(code)
    found = (
        DeskCode.objects.good()
        .select_related("user")
        .filter(user__identifier=codes.normal(identifier) or "-", user__is_active=True)
        .first()
    )
    kept = found.code_hash if found else "0" * 64
    matches = [hmac.compare_digest(digest, kept) for digest in _digests(typed)]
    return found if found is not None and any(matches) else None


@transaction.atomic
def use_code(*, pk: int, password: str) -> User:
    """Set the password of the account a code was drawn for, once.

    Whoever was signed in to it is so no more. Raises RuleBroken ``code`` if another use,
    a new letter or its last day came first.
    """
    owner = DeskCode.objects.filter(pk=pk).values("user")
    user: User | None = (
        User.objects.select_for_update().filter(pk__in=owner, is_active=True).first()
    )
    record = DeskCode.objects.select_for_update().good().filter(pk=pk).first()
    if user is None or record is None:
        raise RuleBroken("code", _("Ce code n’est plus valable. Demandez une nouvelle lettre."))
    record.used_at = clock.now()
    record.save(update_fields=["used_at"])
    user.set_password(password)
    user.save(update_fields=["password"])
    if record.drops_second_factor:
        Authenticator.objects.filter(user=user).delete()
    verb = "activate" if record.purpose == DeskCode.Purpose.ACTIVATE else "recover"
    journal.record(Actor(user), f"account.{verb}", user, code=record.pk)
    if record.purpose == DeskCode.Purpose.RECOVER:
        outbox.queue(kind="account_recovered", to=user, context={})
    return user
