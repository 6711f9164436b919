"""One citizen account: recognised by its subject, else by civil identity, never by e-mail.

An address is no proof: two people share one, or somebody wrote another's. Whoever is known
neither by subject nor by identity opens a new account, or signs in to theirs with its own
means and links the two. Agents keep their password and second step: that door is not theirs.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from core import clock, journal, outbox
from core.accounts.actions.posts import welcome_guardian
from core.accounts.citizen.civil import CivilStatus
from core.accounts.models import CivilIdentity, DeskCode, User
from core.errors import RuleBroken
from core.journal import Actor

PROVIDER = "citizen"


@dataclass(frozen=True)
class Citizen:
    """Somebody the server vouches for."""

    subject: str
    civil: CivilStatus
    email: str = ""

    def as_data(self) -> dict[str, Any]:
        """Return plain values, for a session."""
        return asdict(self)

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Citizen:
        """Make it again."""
        return cls(data["subject"], CivilStatus(**data["civil"]), data["email"])


def _refuse_others(user: User) -> None:
    if user.is_staff_member:
        raise RuleBroken(
            "staff",
            _("Les comptes des agents s’ouvrent avec un mot de passe et une deuxième étape."),
        )
    if not user.is_active:
        raise RuleBroken("inactive", _("Ce compte est fermé."))
    if user.email is None and not user.identifier:
        raise RuleBroken("pupil", _("Ce compte s’ouvre autrement."))


def _links() -> Any:
    return SocialAccount.objects.filter(provider=PROVIDER)


def recognise(citizen: Citizen) -> User | None:
    """Return the account of a citizen, linking it if its identity was verified before.

    Raises RuleBroken ``staff``, ``inactive``, or ``other_subject`` when the account of that
    identity already answers to another subject: a person must look at it.
    """
    with transaction.atomic():
        known = _links().select_related("user").filter(uid=citizen.subject).first()
        if known is not None:
            user: User = User.objects.select_for_update().get(pk=known.user_id)
            _refuse_others(user)
            _note_identity(user, citizen)
            return user
        identity = CivilIdentity.objects.filter(key=citizen.civil.key).first()
        if identity is None:
            return None
        user = User.objects.select_for_update().get(pk=identity.user_id)
        _refuse_others(user)
        _link(Actor(user, via=PROVIDER), user, citizen)
        return user


def open_citizen_account(citizen: Citizen) -> User:
    """Open the account of a citizen's first visit; of two at once, both get the same one.

    It has no password and no sign-in address yet: the address the server knows is only asked
    to be confirmed, and counts from then on. Raises RuleBroken as ``recognise`` does.
    """
    civil = citizen.civil
    try:
        with transaction.atomic():
            user: User = User.objects.create_user(
                given_name=civil.first_name,
                family_name=civil.preferred_name or civil.family_name,
                language=translation.get_language() or "fr",
            )
            welcome_guardian(user=user)
            user.refresh_from_db()
            _link(Actor(user, via=PROVIDER), user, citizen, tell=False)
    except (IntegrityError, RuleBroken):
        # Somebody (the same person, in another tab) was first: theirs is the account.
        known = recognise(citizen)
        if known is None:
            raise
        return known
    return user


def link_citizen(*, by: Actor, user: User, citizen: Citizen) -> User:
    """Link a citizen account to the account of somebody who is signed in to both.

    Raises RuleBroken ``linked_elsewhere`` when it opens another account, ``other_identity``
    when this account was verified as somebody else's, ``other_subject``, ``staff``.
    """
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=user.pk)
        _refuse_others(user)
        known = _links().filter(uid=citizen.subject).first()
        if known is not None and known.user_id == user.pk:
            return user
        if known is not None:
            raise _elsewhere()
        try:
            with transaction.atomic():
                _link(by, user, citizen)
        except IntegrityError as error:
            raise _elsewhere() from error
    return user


def _elsewhere() -> RuleBroken:
    return RuleBroken(
        "linked_elsewhere",
        _("Cette identité ouvre déjà un autre compte : déconnectez-vous, puis entrez avec elle."),
    )


def _link(by: Actor, user: User, citizen: Citizen, *, tell: bool = True) -> None:
    """Write the link and the identity; the account is locked."""
    if _links().filter(user=user).exclude(uid=citizen.subject).exists():
        raise RuleBroken(
            "other_subject",
            _("Ce compte est déjà relié à une autre identité. Voyez la mairie."),
        )
    _note_identity(user, citizen, strict=True)
    SocialAccount.objects.create(user=user, provider=PROVIDER, uid=citizen.subject, extra_data={})
    journal.record(by, "citizen.link", user)
    if tell:
        outbox.queue(kind="account_citizen_linked", to=user)


def _note_identity(user: User, citizen: Citizen, *, strict: bool = False) -> None:
    """Keep the civil status as it now is; a first one, or one that changed, is journalled.

    ``strict`` refuses to make of one verified person another.
    """
    civil = citizen.civil
    known = CivilIdentity.objects.filter(user=user).first()
    if known is not None and known.key == civil.key:
        return
    taken = CivilIdentity.objects.filter(key=civil.key).exclude(user=user).exists()
    if strict and taken:
        raise _elsewhere()
    if strict and known is not None:
        raise RuleBroken(
            "other_identity",
            _("Ce compte est celui d’une autre personne : l’état civil ne correspond pas."),
        )
    if taken:
        journal.record(Actor(user, via=PROVIDER), "civil_identity.conflict", user)
        return
    _write_identity(user, civil, CivilIdentity.Source.CITIZEN)
    journal.record(Actor(user, via=PROVIDER), "civil_identity.verify", user)


def _write_identity(user: User, civil: CivilStatus, source: str) -> None:
    CivilIdentity.objects.update_or_create(
        user=user,
        defaults={
            "family_name": civil.family_name,
            "given_names": civil.given_names,
            "preferred_name": civil.preferred_name,
            "gender": civil.gender,
            "birth_date": civil.birth_date,
            "birthplace": civil.birthplace,
            "birthcountry": civil.birthcountry,
            "key": civil.key,
            "source": source,
            "verified_at": clock.now(),
        },
    )


@transaction.atomic
def verify_identity(*, by: Actor, user: User, civil: CivilStatus, seen: str) -> None:
    """Note the civil status an agent read on a document: the citizen account will know it.

    Raises RuleBroken ``self`` for one's own account, ``staff``, ``seen`` without a document,
    ``verified`` when the State vouched for another identity, ``identity_taken`` when it is
    another account's.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    _refuse_others(user)
    if by.user is not None and by.user.pk == user.pk:
        raise RuleBroken("self", _("Vous ne pouvez pas vérifier votre propre identité."))
    if seen not in DeskCode.Seen.values:
        raise RuleBroken("seen", _("Dites quel document vous avez vu."), "seen")
    known = CivilIdentity.objects.filter(user=user).first()
    if known is not None and known.key != civil.key and _links().filter(user=user).exists():
        raise RuleBroken("verified", _("Le compte citoyen de cette personne dit autre chose."))
    taken = RuleBroken("identity_taken", _("Cette identité est déjà celle d’un autre compte."))
    if CivilIdentity.objects.filter(key=civil.key).exclude(user=user).exists():
        raise taken
    try:
        with transaction.atomic():
            _write_identity(user, civil, CivilIdentity.Source.DESK)
    except IntegrityError as error:
        raise taken from error
    journal.record(by, "civil_identity.verify", user, seen=seen)


def offer_address(user: User, email: str) -> EmailAddress | None:
    """Note an address to confirm for an account without one, unless it opens another account."""
    if not email or user.email or EmailAddress.objects.filter(user=user).exists():
        return None
    confirmed = EmailAddress.objects.filter(email=email, verified=True)
    if User.objects.filter(email=email).exists() or confirmed.exists():
        return None
    address: EmailAddress = EmailAddress.objects.create(user=user, email=email, primary=True)
    return address


def has_other_way_in(user: User) -> bool:
    """Tell whether an account opens without its citizen account: password, or passkey alone."""
    if user.has_usable_password():
        return True
    keys = Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN)
    return any(key.wrap().is_passwordless for key in keys.order_by("pk"))


@transaction.atomic
def unlink_citizen(*, by: Actor, user: User) -> None:
    """Undo the link; repeated, do nothing. The verified identity stays: it is a fact.

    Raises RuleBroken ``only_way_in`` rather than lock the owner out.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    links = _links().filter(user=user)
    if not links.exists():
        return
    if not has_other_way_in(user):
        raise RuleBroken(
            "only_way_in",
            _("C’est votre seule façon d’entrer : choisissez d’abord un mot de passe."),
        )
    links.delete()
    journal.record(by, "citizen.unlink", user)
    outbox.queue(kind="account_citizen_unlinked", to=user)
