"""A parent makes her household, changes how she is reached."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock, journal
from core.accounts.actions import give_identifier
from core.accounts.models import Post, User
from core.accounts.roles import Role, ScopeKind
from core.errors import RuleBroken
from core.journal import Actor
from families.actions.names import keep_names
from families.codes import new_reference
from families.models import Guardian, HomeAddress, Household, NameChange, Street


@dataclass(frozen=True)
class Address:
    """An address as declared: a street of the register, or free text outside of it."""

    street: Street | None
    street_text: str = ""
    number: int | None = None
    suffix: str = ""
    complement: str = ""
    postcode: str = ""
    city: str = ""


#: What an address is made of, on a household and in its history.
ADDRESS_FIELDS = ("street", "street_text", "number", "suffix", "complement", "postcode", "city")


def write_address(household: Household, address: Address, city: str) -> None:
    """Put a declared address on a household, unsaved; ``city`` is our own."""
    street = address.street
    household.street = street
    household.street_text = "" if street else address.street_text
    household.number = address.number
    household.suffix = address.suffix
    household.complement = address.complement
    household.postcode = street.postcode if street else address.postcode
    household.city = city if street else address.city


def note_address(household: Household, mover: Guardian | None) -> HomeAddress | None:
    """Keep in the history where a household lives from today; none for an empty address."""
    if not household.address_lines:
        return None
    return HomeAddress.objects.create(
        household=household,
        mover=mover,
        applied_at=clock.now(),
        **{name: getattr(household, name) for name in ADDRESS_FIELDS},
    )


def person_of(by: Actor) -> User:
    """Return whose rights count: the person acting, or the one they act for.

    Raises RuleBroken when the system itself acts.
    """
    if by.person is None:
        raise RuleBroken("person", _("Cette action demande une personne."))
    return by.person


@transaction.atomic
def make_household(
    *,
    by: Actor,
    given_name: str,
    family_name: str,
    address: Address,
    city: str,
    used_name: str = "",
    phone: str = "",
) -> Guardian:
    """Make the acting person a guardian with a household; repeated, return the same one.

    ``city`` is the name of our own city, written on addresses of the register.
    """
    user = User.objects.select_for_update().get(pk=person_of(by).pk)
    existing = Guardian.objects.select_related("household").filter(user=user).first()
    if existing is not None:
        return existing
    household = Household(reference=new_reference("F"))
    write_address(household, address, city)
    household.save()
    note_address(household, None)
    guardian = Guardian.objects.create(
        user=user,
        household=household,
        given_name=given_name,
        family_name=family_name,
        used_name=used_name,
        email=user.email or "",
        phone=phone,
        language=user.language,
    )
    become_guardian(user)
    journal.record(by, "household.create", household, guardian=guardian.pk)
    return guardian


def become_guardian(user: User) -> None:
    """Give an account the post of guardian, and an identifier, if it has none."""
    give_identifier(user)
    if not Post.objects.current().filter(user=user, role=Role.GUARDIAN).exists():
        Post.objects.create(user=user, role=Role.GUARDIAN, scope_kind=ScopeKind.SELF)
    user.__dict__.pop("current_posts", None)


@transaction.atomic
def update_contact(
    *, by: Actor, guardian: Guardian, used_name: str, phone: str, language: str
) -> Guardian:
    """Change how a guardian is named in daily life and reached."""
    guardian = Guardian.objects.select_for_update().get(pk=guardian.pk)
    keep_names(
        by=by,
        person=guardian,
        names={"used_name": used_name},
        reason=NameChange.Reason.DAILY_LIFE,
    )
    guardian.phone, guardian.language = phone, language
    guardian.save(update_fields=["phone", "language"])
    if guardian.user_id:
        User.objects.filter(pk=guardian.user_id).update(language=language)
    journal.record(by, "guardian.contact", guardian, on=clock.today().isoformat())
    return guardian
