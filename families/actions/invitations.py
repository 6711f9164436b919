"""The other guardian opens their own access: a single-use token, hashed, seven days, bound.

Bound to the address it was sent to: only an account whose confirmed address is that one may
use it, so that a forwarded or leaked link opens nothing.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.db.models import ProtectedError
from django.urls import reverse
from django.utils.translation import gettext as _

from core import clock, journal, outbox
from core.accounts.models import User
from core.errors import RuleBroken
from core.journal import Actor
from families.actions.household import become_guardian, person_of
from families.models import (
    Child,
    Guardian,
    Guardianship,
    Invitation,
    PayerRule,
    PayerShare,
    PickupContact,
)

GOOD_FOR = dt.timedelta(days=7)
#: Invitations one person may send in a day.
DAILY_LIMIT = 5


def token_hash(token: str) -> str:
    """Return what is kept of a token (it has 256 random bits: no salt is needed)."""
    return hashlib.sha256(token.encode()).hexdigest()


def _stale() -> RuleBroken:
    """One answer for unknown, used, revoked and expired: the link tells nothing."""
    return RuleBroken(
        "invitation",
        _("Ce lien n’est plus valable. Demandez une nouvelle invitation à l’autre parent."),
    )


def holds_secrets(guest: Guardian, inviter: User) -> bool:
    """Tell whether a file without an account holds what its owner gave the city, not the inviter.

    An agent may have written down an address, a telephone, an income at a desk or from a
    paper form. Whoever invites chooses who receives the key: to a file of that kind they
    could give it to themselves. Who lives with them sees the same household anyway.
    """
    if guest.organisation:
        return True
    household = guest.household
    if household.guardians.filter(user=inviter).exists():
        return False
    return bool(guest.phone or guest.email or household.address_lines) or (
        household.income_files.exists()
    )


def check_may_invite(user: User, guardian: Guardian) -> Guardian:
    """Lock the guardian to invite, check the limits, and close a former invitation."""
    found: Guardian = Guardian.objects.select_for_update().get(pk=guardian.pk)
    if found.user_id is not None:
        raise RuleBroken("has_account", _("Cette personne a déjà son propre accès."), "email")
    if holds_secrets(found, user):
        raise RuleBroken(
            "at_desk",
            _("Un guichet ouvre l’accès de cette personne, avec sa pièce d’identité."),
            "email",
        )
    since = clock.now() - dt.timedelta(days=1)
    if Invitation.objects.filter(invited_by=user, created_at__gt=since).count() >= DAILY_LIMIT:
        raise RuleBroken(
            "too_many", _("Vous avez envoyé beaucoup d’invitations. Réessayez demain."), "email"
        )
    found.invitations.filter(used_at=None, revoked_at=None).update(revoked_at=clock.now())
    return found


@transaction.atomic
def invite(*, by: Actor, guardian: Guardian, email: str) -> Invitation:
    """Send the other guardian a link; a former link or letter stops working.

    Says the same whether or not the address has an account. Raises RuleBroken
    ``has_account`` when this guardian already signs in, ``own_address``, ``too_many``.
    """
    user = person_of(by)
    if (user.email or "").lower() == email.lower():
        raise RuleBroken(
            "own_address",
            _(
                "C’est votre adresse. Vous la partagez ? Un guichet ouvre à cette personne son "
                "propre accès, qui ne demande pas d’adresse."
            ),
            "email",
        )
    guardian = check_may_invite(user, guardian)
    token = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        guardian=guardian,
        email=email,
        token_hash=token_hash(token),
        invited_by=user,
        expires_at=clock.now() + GOOD_FOR,
    )
    path = reverse("families:invitation", args=[token])
    outbox.queue(
        kind="family_invitation",
        address=email,
        context={
            "inviter": user.get_full_name(),
            "guest": guardian.given_name,
            "link": f"{settings.PUBLIC_URL}{path}",
            "until": clock.service_day(invitation.expires_at),
        },
    )
    journal.record(by, "invitation.send", invitation, guardian=guardian.pk)
    return invitation


@transaction.atomic
def revoke(*, by: Actor, invitation: Invitation) -> Invitation:
    """Close an invitation one has sent; repeated or too late, nothing changes."""
    found: Invitation = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if found.used_at is None and found.revoked_at is None:
        found.revoked_at = clock.now()
        found.save(update_fields=["revoked_at"])
        journal.record(by, "invitation.revoke", found, guardian=found.guardian_id)
    return found


def locked_invitation(hashes: list[str], *, on_paper: bool) -> Invitation | None:
    """Lock the invitation that one of these hashes opens, while it is good, else None.

    Of two connections that bring the same secret the second one waits here, and then
    finds the invitation used.
    """
    found = Invitation.objects.select_for_update(of=("self",)).filter(token_hash__in=hashes).first()
    if (
        found is None
        or found.on_paper != on_paper
        or found.used_at
        or found.revoked_at
        or found.expires_at <= clock.now()
    ):
        return None
    return found


def open_invitation(token: str) -> Invitation | None:
    """Return the invitation a link belongs to while it is good, else None."""
    return (
        Invitation.objects.open()
        .select_related("guardian", "invited_by")
        .filter(token_hash=token_hash(token))
        .exclude(email="")
        .first()
    )


def is_for(invitation: Invitation, user: User) -> bool:
    """Tell whether an account has confirmed the address an invitation was sent to."""
    return (user.email or "").lower() == invitation.email.lower() and EmailAddress.objects.filter(
        user=user, email__iexact=invitation.email, verified=True
    ).exists()


@transaction.atomic
def accept(*, by: Actor, token: str) -> Guardian:
    """Bind the invited guardian to the acting account, once.

    Raises RuleBroken ``invitation`` for a link that is not good any more, ``other_address``
    when the account has not confirmed the invited address.
    """
    user = User.objects.select_for_update().get(pk=person_of(by).pk)
    invitation = locked_invitation([token_hash(token)], on_paper=False)
    if invitation is None or invitation.invited_by_id == user.pk:
        raise _stale()
    if not is_for(invitation, user):
        raise RuleBroken(
            "other_address",
            _(
                "Cette invitation a été envoyée à une autre adresse. "
                "Connectez-vous avec l’adresse qui l’a reçue."
            ),
        )
    guest = Guardian.objects.select_for_update().get(pk=invitation.guardian_id)
    if guest.user_id is not None or holds_secrets(guest, invitation.invited_by):
        raise _stale()
    own = bind(by, invitation, guest, user)
    become_guardian(user)
    return own


def bind(by: Actor, invitation: Invitation, guest: Guardian, user: User) -> Guardian:
    """Make the account the invited guardian, or hand their links to who it already is."""
    own: Guardian | None = Guardian.objects.select_for_update().filter(user=user).first()
    if own is None:
        guest.user = user
        guest.email = user.email or ""
        guest.language = user.language
        guest.save(update_fields=["user", "email", "language"])
        own = guest
    invitation.used_at = clock.now()
    invitation.save(update_fields=["used_at"])
    journal.record(by, "invitation.accept", invitation, guardian=own.pk)
    if own.pk != guest.pk:
        join_guardians(by, guest, own)
    return own


def join_guardians(by: Actor, guest: Guardian, own: Guardian) -> None:
    """Hand what was noted under the invited name to the guardian the person already is."""
    known = set(Guardianship.objects.current().filter(guardian=own).values_list("child", flat=True))
    today = clock.today()
    for link in Guardianship.objects.current().filter(guardian=guest).order_by("pk"):
        if link.child_id in known:
            link.ends_on = max(today, link.starts_on)
        else:
            link.guardian = own
        link.save(update_fields=["guardian", "ends_on"])
    for share in PayerShare.objects.filter(guardian=guest).order_by("pk"):
        if not PayerShare.objects.filter(rule=share.rule_id, guardian=own).exists():
            share.guardian = own
            share.save(update_fields=["guardian"])
    PayerRule.objects.filter(proposed_by=guest).update(proposed_by=own)
    PickupContact.objects.filter(added_by=guest).update(added_by=own)
    Invitation.objects.filter(guardian=guest).update(guardian=own)
    journal.record(by, "guardian.merge", own, merged=guest.pk)
    household = guest.household
    try:
        with transaction.atomic():
            guest.delete()
            if not household.guardians.exists():
                household.delete()
    except ProtectedError:
        # Something official was done under that name: it stays, without any child.
        return


def children_of(invitation: Invitation) -> list[Child]:
    """Return the children an invitation gives access to, oldest first."""
    links = Guardianship.objects.current().filter(guardian=invitation.guardian_id)
    return list(Child.objects.filter(pk__in=links.values("child")).order_by("birth_date", "pk"))
