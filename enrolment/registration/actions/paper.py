"""An agent types a form that came on paper, by the rules that hold online."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock, journal
from core.documents import Document
from core.errors import RuleBroken
from core.journal import Actor
from enrolment.registration.actions import family
from enrolment.registration.models import Application, PaperRequest, State
from enrolment.registration.rules import PAPER_DAYS, paper_day_problem
from enrolment.schools.models import School, SchoolYear
from families.actions.children import add_child
from families.actions.household import Address
from families.actions.moves import change_address
from families.models import Child, Guardian
from families.rules import same_name

#: The kind of private file a scanned form is.
SCAN_KIND = "registration.paper"


@dataclass(frozen=True)
class NewChild:
    """A child the family declares on the paper."""

    given_name: str
    family_name: str
    birth_date: dt.date
    kind: str
    confirmed: bool = False


@dataclass(frozen=True)
class PaperEntry:
    """What the paper says. ``level`` empty: by age; ``school`` None: the catchment school."""

    child: Child | NewChild
    school_year: SchoolYear
    received_on: dt.date
    level: str = ""
    address: Address | None = None
    alone: bool = False
    school: School | None = None
    motive: str = ""
    explanation: str = ""
    sworn: tuple[str, ...] = ()


def children_alike(guardian: Guardian, new: NewChild) -> list[Child]:
    """Return children of other families with the same name and birth date, accents aside."""
    born = Child.objects.filter(birth_date=new.birth_date, merged_into=None)
    others = born.exclude(guardianships__guardian=guardian).order_by("pk")
    return [
        child
        for child in others
        if same_name(child.given_name, new.given_name)
        and (
            same_name(child.family_name, new.family_name)
            or same_name(child.used_name, new.family_name)
        )
    ]


def _check_day(received_on: dt.date) -> None:
    problem = paper_day_problem(received_on, clock.today())
    if problem == "future":
        raise RuleBroken("received_on", _("Ce jour n’est pas encore venu."), "received_on")
    if problem == "old":
        raise RuleBroken(
            "received_on",
            _("Un papier se saisit dans les %(n)d jours. Demandez à votre responsable.")
            % {"n": PAPER_DAYS},
            "received_on",
        )


def _check_twice(scan: Document) -> None:
    known = (
        PaperRequest.objects.filter(scan__sha256=scan.sha256)
        .select_related("application")
        .order_by("pk")
        .first()
    )
    if known is not None:
        raise RuleBroken(
            "scan_known",
            _("Ce papier a déjà été saisi : dossier %(reference)s.")
            % {"reference": known.application.reference},
            "scan",
        )


@transaction.atomic
def enter_paper(*, by: Actor, guardian: Guardian, entry: PaperEntry, scan: Document) -> Application:
    """Write and send an application from a paper form, as of the day it was received.

    All or nothing. Raises RuleBroken for whatever would stop it online, and
    ``received_on``, ``scan_known``, ``child_known`` (a child of that name and birth date in
    another family, unless confirmed), ``already`` when that year has been asked for.
    """
    if by.user is None or by.on_behalf_of is None:
        raise RuleBroken("acting", _("Commencez par agir pour la famille."))
    _check_day(entry.received_on)
    Guardian.objects.select_for_update().get(pk=guardian.pk)
    _check_twice(scan)
    child = _child(by, guardian, entry.child)
    if entry.address is not None:
        change_address(
            by=by,
            guardian=guardian,
            address=entry.address,
            city=_city(),
            alone=entry.alone,
        )
        guardian = Guardian.objects.get(pk=guardian.pk)
    application = _write(by, guardian, child, entry)
    for kind in entry.sworn:
        family.swear(by=by, application=application, kind=kind)
    PaperRequest.objects.create(
        application=application,
        received_on=entry.received_on,
        scan=scan,
        entered_by=by.user,
    )
    sent = family.submit(by=by, application=application, received_on=entry.received_on)
    journal.record(by, "application.paper", sent, received=entry.received_on.isoformat())
    return sent


def _city() -> str:
    from django.conf import settings

    return str(settings.CITY_NAME)


def _child(by: Actor, guardian: Guardian, wanted: Child | NewChild) -> Child:
    if isinstance(wanted, Child):
        return wanted
    if not wanted.confirmed:
        alike = children_alike(guardian, wanted)
        if alike:
            raise RuleBroken(
                "child_known",
                _(
                    "Un enfant du même nom et né le même jour est déjà connu (%(references)s). "
                    "Si c’est lui, rattachez-le ; sinon confirmez."
                )
                % {"references": ", ".join(child.reference for child in alike)},
                "child_confirmed",
            )
    return add_child(
        by=by,
        guardian=guardian,
        given_name=wanted.given_name,
        family_name=wanted.family_name,
        birth_date=wanted.birth_date,
        kind=wanted.kind,
    )


def _write(by: Actor, guardian: Guardian, child: Child, entry: PaperEntry) -> Application:
    """Fill in a draft of its own: one begun online stays as the family left it."""
    begun = Application.objects.filter(child=child, applicant=guardian, state=State.DRAFT)
    if begun.exists():
        raise RuleBroken(
            "draft",
            _("La famille a commencé cette demande en ligne : terminez-la avec elle."),
            "child",
        )
    application = family.start(by=by, guardian=guardian, child=child)
    family.choose_year(by=by, application=application, school_year=entry.school_year)
    if entry.level:
        family.choose_level(by=by, application=application, level=entry.level)
    application = family.locate(by=by, application=application)
    if entry.school is not None:
        application = family.choose_school(
            by=by,
            application=application,
            school=entry.school,
            motive=entry.motive,
            explanation=entry.explanation,
        )
    return application


def sworn_kinds(kinds: Iterable[str]) -> tuple[str, ...]:
    """Return what the paper attests, each once, in order."""
    return tuple(dict.fromkeys(kinds))
