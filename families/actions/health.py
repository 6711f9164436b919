"""Care plans and allergies: parents hand them in, the school confirms, reminders come in time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Sequence

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from core import clock, documents, journal
from core.documents import Document
from core.errors import RuleBroken
from core.journal import Actor
from families.access.care import to_renew
from families.actions.household import person_of
from families.models import (
    Allergen,
    Child,
    FoodAllergy,
    Guardian,
    Guardianship,
    HealthCarePlan,
    PlanDocument,
)
from families.telling import tell

#: Pages a plan may have: the protocol, prescriptions, a letter.
MOST_PAGES = 8

EndOfStay = Callable[[int], dt.date | None]
_ends_of_stay: list[EndOfStay] = []


def register_end_of_stay(end_of_stay: EndOfStay) -> None:
    """Let another app say when a child's stay in its school ends."""
    if end_of_stay not in _ends_of_stay:
        _ends_of_stay.append(end_of_stay)


def end_of_stay(child: Child) -> dt.date | None:
    """Return the first day after the child's stay in its school, if it attends one."""
    known = (end(child.pk) for end in _ends_of_stay)
    return next((day for day in known if day is not None), None)


def _check_allergens(codes: Collection[str]) -> list[str]:
    if not set(codes) <= set(Allergen.values):
        raise RuleBroken("allergens", _("Choisissez des allergènes de la liste."), "allergens")
    return [code for code in Allergen.values if code in codes]


@transaction.atomic
def hand_in_plan(
    *,
    by: Actor,
    guardian: Guardian,
    child: Child,
    allergens: Collection[str],
    instructions: str,
    emergency_kit: str,
    brings_packed_lunch: bool,
    starts_on: dt.date,
    ends_on: dt.date | None = None,
    pages: Sequence[Document] = (),
) -> HealthCarePlan:
    """Hand in a care plan; the school is told of it at once and confirms it.

    It ends with the stay in the school unless an earlier day is given. A plan still to be
    confirmed is replaced; pages already handed in stay unless new ones come.
    """
    Child.objects.select_for_update().get(pk=child.pk)
    codes = _check_allergens(allergens)
    if len(pages) > MOST_PAGES:
        raise RuleBroken("pages", _("Huit pages au plus. Regroupez-les en un PDF."), "pages")
    stay = end_of_stay(child)
    last = min((day for day in (ends_on, stay) if day is not None), default=None)
    if last is not None and last <= starts_on:
        raise RuleBroken("dates", _("La fin du PAI précède son début."), "ends_on")
    plan = HealthCarePlan.objects.filter(child=child, confirmed_at__isnull=True).first()
    if plan is None:
        plan = HealthCarePlan(child=child, confirmed_at=None)
    plan.handed_in_by = guardian
    plan.allergens, plan.instructions, plan.emergency_kit = codes, instructions, emergency_kit
    plan.brings_packed_lunch, plan.starts_on, plan.ends_on = brings_packed_lunch, starts_on, last
    plan.save()
    if pages:
        _drop_pages(by, plan)
        PlanDocument.objects.bulk_create(PlanDocument(plan=plan, document=page) for page in pages)
    journal.record(by, "health_care_plan.hand_in", plan, child=child.pk)
    return plan


def _drop_pages(by: Actor, plan: HealthCarePlan) -> None:
    for page in plan.documents.select_related("document"):
        document = page.document
        page.delete()
        documents.discard(document, by=by)


@transaction.atomic
def confirm_plan(*, by: Actor, plan: HealthCarePlan) -> HealthCarePlan:
    """Confirm a plan once the school has it signed; the one before ends. Repeatable."""
    person_of(by)
    Child.objects.select_for_update().get(pk=plan.child_id)
    found = HealthCarePlan.objects.select_for_update().filter(pk=plan.pk).first()
    if found is None:
        raise RuleBroken("gone", _("Ce PAI a été retiré ou remplacé. Rechargez la page."))
    if found.confirmed_at is not None:
        return found
    found.confirmed_at = clock.now()
    found.save(update_fields=["confirmed_at"])
    before = HealthCarePlan.objects.filter(child=found.child_id).exclude(pk=found.pk)
    for old in before.in_force(found.starts_on).order_by("pk"):
        old.ends_on = max(found.starts_on, old.starts_on)
        old.save(update_fields=["ends_on"])
    journal.record(by, "health_care_plan.confirm", found, child=found.child_id)
    _tell(found, "family_plan_confirmed", f"family_plan_confirmed-{found.pk}")
    return found


@transaction.atomic
def withdraw_plan(*, by: Actor, plan: HealthCarePlan) -> None:
    """Take back a plan not yet confirmed, or end today one in force."""
    found = HealthCarePlan.objects.select_for_update().filter(pk=plan.pk).first()
    if found is None:
        return
    if found.confirmed_at is None:
        _drop_pages(by, found)
        journal.record(by, "health_care_plan.withdraw", found, child=found.child_id)
        found.delete()
        return
    today = clock.today()
    if found.ends_on is None or found.ends_on > today:
        found.ends_on = max(today, found.starts_on)
        found.save(update_fields=["ends_on"])
        journal.record(by, "health_care_plan.end", found, child=found.child_id)


@transaction.atomic
def end_plans(*, by: Actor, child: int, day: dt.date) -> int:
    """End a child's plans on the day it leaves its school; return how many ended."""
    ended = 0
    plans = HealthCarePlan.objects.select_for_update().filter(child=child).order_by("pk")
    for plan in plans:
        end = max(day, plan.starts_on)
        if plan.ends_on is None or plan.ends_on > end:
            plan.ends_on = end
            plan.save(update_fields=["ends_on"])
            journal.record(by, "health_care_plan.end", plan, child=child, on=end.isoformat())
            ended += 1
    return ended


@transaction.atomic
def tell_allergies(
    *,
    by: Actor,
    guardian: Guardian,
    child: Child,
    allergens: Collection[str],
    other_foods: str = "",
) -> FoodAllergy | None:
    """Tell what a child cannot eat; what was told before ends. Nothing at all ends it too."""
    Child.objects.select_for_update().get(pk=child.pk)
    codes = _check_allergens(allergens)
    current = FoodAllergy.objects.current().filter(child=child).first()
    if current is not None:
        if (current.allergens, current.other_foods) == (codes, other_foods):
            return current
        current.ends_on = clock.today()
        current.save(update_fields=["ends_on"])
        journal.record(by, "food_allergy.end", current, child=child.pk)
    if not codes and not other_foods:
        return None
    told = FoodAllergy.objects.create(
        child=child, allergens=codes, other_foods=other_foods, declared_by=guardian
    )
    journal.record(by, "food_allergy.tell", told, child=child.pk)
    return told


def _tell(plan: HealthCarePlan, kind: str, key: str) -> None:
    """Write to the child's parents, without a word about health."""
    links = Guardianship.objects.with_authority().filter(
        child=plan.child_id, receives_messages=True
    )
    parents = Guardian.objects.filter(pk__in=links.values("guardian")).select_related("user")
    for parent in parents.order_by("pk"):
        tell(
            parent,
            kind,
            context={"child": plan.child.given_name, "reference": plan.child.reference},
            dedupe_key=f"{key}-{parent.pk}",
        )


def remind_plans() -> int:
    """Remind parents of plans that end soon, once each; return how many plans."""
    lead = dt.timedelta(days=settings.PLAN_REMINDER_DAYS)
    plans = list(to_renew(lead).select_related("child"))
    for plan in plans:
        with transaction.atomic():
            _tell(plan, "family_paper_expires", f"family_paper_expires-{plan.pk}")
    return len(plans)
