"""September's writers: each step may be done again, and says what it did.

Locks: the school's season first, so that of two people doing the same step the second sees
what the first one did; then whatever the fleet's own actions lock.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from classrooms import actions as fleet
from classrooms.audits import actions as audits
from classrooms.lending.models import AgreementLine
from classrooms.models import Cart, HandOut, HandOutItem
from classrooms.season import queries, rules
from classrooms.season.models import CartPlan, SchoolSeason, SeasonRun, SeasonStep
from core import clock, journal, states
from core.errors import RuleBroken
from core.journal import Actor
from enrolment.schools.models import ClassGroup, SchoolYear

DAY = dt.timedelta(days=1)


def start(
    *, by: Actor, school_year: SchoolYear, count_until: dt.date | None = None
) -> tuple[SeasonRun, bool]:
    """Begin the return to school of the city; a year begun goes on, with the schools added since.

    With ``count_until`` the count of these schools is ordered up to that day. Return the run
    and whether it is new. Raises RuleBroken ``year`` for a year neither present nor next,
    ``schools`` when no school has anything.
    """
    present = queries.today_year()
    if school_year.start_year not in (present, present + 1):
        raise RuleBroken(
            "year", _("Choisissez l’année scolaire en cours ou la prochaine."), "school_year"
        )
    schools = queries.equipped_schools()
    if not schools:
        raise RuleBroken("schools", _("Aucune école n’a de matériel."))
    with transaction.atomic():
        run, is_new = SeasonRun.objects.get_or_create(
            school_year=school_year, defaults={"started_by": by.user}
        )
        # Begun by two at once, the second sees the count that the first one ordered.
        rows = SeasonRun.objects.select_for_update(of=("self",), no_key=True)
        run = rows.select_related("school_year").get(pk=run.pk)
        SchoolSeason.objects.bulk_create(
            (SchoolSeason(run=run, school=school) for school in schools), ignore_conflicts=True
        )
        if count_until is not None and run.campaign_id is None:
            run.campaign = audits.order_campaign(
                by=by,
                name=_("Rentrée %(year)s") % {"year": school_year},
                starts_on=clock.today(),
                deadline=count_until,
                schools=schools,
            )
            run.save(update_fields=["campaign"])
        journal.record(by, "season.start", run, schools=len(schools))
    return run, is_new


def finish(*, by: Actor, run: SeasonRun) -> SeasonRun:
    """End a run; what is not done stays visible as not done."""
    return states.move(run, SeasonRun.State.CLOSED, by=by, closed_at=clock.now())


def take_up(*, by: Actor, run: SeasonRun) -> SeasonRun:
    """Open an ended run again."""
    return states.move(run, SeasonRun.State.OPEN, by=by, closed_at=None)


def confirm_classes(*, by: Actor, season: SchoolSeason) -> SeasonStep:
    """Say that the new year's classes are there. Raises RuleBroken ``classes`` for none."""
    with transaction.atomic():
        season = _lock(season)
        rows = queries.classes_of(season.school, season.run.school_year_id)
        if not rows:
            raise RuleBroken(
                "classes",
                _("L’école n’a pas encore de classe pour cette année : elle les crée d’abord."),
            )
        return _done(
            by,
            season,
            "classes",
            classes=len(rows),
            pupils=sum(row.pupils for row in rows),
            alone=sum(not row.teachers for row in rows),
        )


def end_loans(
    *, by: Actor, season: SchoolSeason, shown: Collection[int], back: Collection[int]
) -> SeasonStep:
    """Take back what last year's classes returned; what they did not becomes overdue.

    ``shown`` are the items that were on the page, ``back`` those that are there. Raises
    RuleBroken ``changed`` when what is out is no longer what was shown.
    """
    with transaction.atomic():
        season = _lock(season)
        loans = list(queries.old_loans(season))
        kept = queries.items_of(loans)
        out = {item.pk for items in kept.values() for item in items}
        if out != set(shown) or not set(back) <= out:
            raise RuleBroken(
                "changed", _("Ces prêts ont changé entre-temps : vérifiez de nouveau la liste.")
            )
        last_day = min(season.run.school_year.starts_on, clock.today()) - DAY
        for loan in loans:
            here = {item.pk: "good" for item in kept[loan.pk] if item.pk in back}
            if here:
                fleet.take_back(by=by, hand_out=loan, outcomes=here)
            if len(here) < len(kept[loan.pk]) and loan.due_on > last_day:
                due = max(last_day, clock.service_day(loan.handed_at))
                HandOut.objects.filter(pk=loan.pk).update(due_on=due)
                journal.record(by, "handout.due", loan, due_on=due.isoformat())
        before = SeasonStep.objects.filter(season=season, key="loans").first()
        already = before.figures.get("back", 0) if before else 0
        return _done(
            by, season, "loans", back=already + len(back), missing=len(out) - len(set(back))
        )


def confirm_audit(*, by: Actor, season: SchoolSeason, anyway: bool = False) -> SeasonStep:
    """Say that the carts are counted. Raises RuleBroken ``uncounted`` unless ``anyway``."""
    with transaction.atomic():
        season = _lock(season)
        carts = queries.counted_carts(season)
        left = [cart for cart, counted in carts if counted is None]
        if left and not anyway:
            raise RuleBroken(
                "uncounted",
                _("Pas encore contrôlés depuis le début de la rentrée : %(carts)s.")
                % {"carts": ", ".join(cart.code for cart in left)},
            )
        return _done(by, season, "audit", counted=len(carts) - len(left), left=len(left))


def plan_carts(
    *, by: Actor, season: SchoolSeason, choices: Mapping[int, int | None]
) -> list[CartPlan]:
    """Keep which class each cart goes to; a cart already handed out keeps its plan.

    Raises RuleBroken ``twice`` when a class would take two carts, ``class`` for a class of
    another school or year.
    """
    wanted = [pk for pk in choices.values() if pk is not None]
    if len(wanted) != len(set(wanted)):
        raise RuleBroken("twice", _("Une classe ne peut pas recevoir deux chariots."))
    with transaction.atomic():
        season = _lock(season)
        groups = ClassGroup.objects.filter(
            pk__in=wanted, school=season.school_id, school_year=season.run.school_year_id
        )
        if groups.count() != len(wanted):
            raise RuleBroken("class", _("Choisissez des classes de cette école et de cette année."))
        plans = {plan.cart_id: plan for plan in CartPlan.objects.filter(season=season)}
        for cart in Cart.objects.filter(pk__in=choices, school=season.school_id).order_by("pk"):
            plan = plans.get(cart.pk) or CartPlan(season=season, cart=cart)
            if plan.hand_out_id is None:
                plan.class_group_id = choices[cart.pk]
                plan.save()
                plans[cart.pk] = plan
        journal.record(by, "season.plan", season, carts=len(choices))
    return list(plans.values())


def hand_out_carts(*, by: Actor, season: SchoolSeason, due_on: dt.date) -> SeasonStep:
    """Hand every planned cart to its class in one go; those that are out already stay so.

    All or nothing. Raises RuleBroken ``order`` before the classes are checked and old loans
    ended, and whatever handing a cart out refuses.
    """
    with transaction.atomic():
        season = _lock(season)
        done = frozenset(season.steps.values_list("key", flat=True))
        if rules.missing_steps("carts", done):
            raise RuleBroken("order", _("Vérifiez d’abord les classes et reprenez les prêts."))
        plans = list(
            CartPlan.objects.filter(season=season, class_group__isnull=False)
            .select_related("cart__school", "class_group", "hand_out")
            .order_by("cart")
        )
        handed = 0
        for plan in plans:
            if plan.hand_out is not None and plan.hand_out.state == HandOut.State.OPEN:
                handed += 1
                continue
            try:
                plan.hand_out = fleet.hand_out_cart(
                    by=by,
                    cart=plan.cart,
                    holder=fleet.Holder(season.school, class_group=plan.class_group),
                    due_on=due_on,
                )
            except RuleBroken as broken:
                says = {"cart": plan.cart.name, "why": broken.message}
                raise RuleBroken(
                    broken.code, _("%(cart)s : %(why)s") % says, broken.field
                ) from broken
            plan.save(update_fields=["hand_out"])
            handed += 1
        carts = Cart.objects.filter(school=season.school_id).count()
        return _done(by, season, "carts", handed=handed, stay=carts - handed)


def undo_carts(*, by: Actor, season: SchoolSeason) -> int:
    """Take the carts back that this step handed out; return how many.

    Raises RuleBroken ``signed`` when a class has signed for one, ``changed`` when something
    came back or was swapped since: those are taken back one by one.
    """
    with transaction.atomic():
        season = _lock(season)
        plans = list(
            CartPlan.objects.filter(season=season, hand_out__state=HandOut.State.OPEN)
            .select_related("cart__school", "hand_out")
            .order_by("cart")
        )
        outs = [plan.hand_out_id for plan in plans]
        if AgreementLine.objects.filter(hand_out__in=outs).exists():
            raise RuleBroken("signed", _("Une convention est signée : reprenez ce chariot à part."))
        if HandOutItem.objects.filter(hand_out__in=outs, returned_at__isnull=False).exists():
            raise RuleBroken(
                "changed", _("Du matériel a bougé depuis : reprenez les chariots un par un.")
            )
        for plan in plans:
            items = HandOutItem.objects.out().filter(hand_out=plan.hand_out_id)
            everything = dict.fromkeys(items.values_list("pk", flat=True), "good")
            if plan.hand_out is not None and everything:
                fleet.take_back(by=by, hand_out=plan.hand_out, outcomes=everything)
        CartPlan.objects.filter(season=season).update(hand_out=None)
        SeasonStep.objects.filter(season=season, key="carts").delete()
        journal.record(by, "season.undo", season, step="carts", carts=len(plans))
    return len(plans)


def confirm_print(*, by: Actor, season: SchoolSeason) -> SeasonStep:
    """Say that labels, agreements and the school's list are printed."""
    with transaction.atomic():
        return _done(by, _lock(season), "print")


def again(*, by: Actor, season: SchoolSeason, key: str) -> None:
    """Take a step up again that changed nothing by itself; twice is once."""
    if key not in ("classes", "loans", "audit", "print"):
        raise RuleBroken("step", _("Annulez plutôt les remises de cette étape."))
    with transaction.atomic():
        season = _lock(season)
        gone, _each = SeasonStep.objects.filter(season=season, key=key).delete()
        if gone:
            journal.record(by, "season.again", season, step=key)


def _lock(season: SchoolSeason) -> SchoolSeason:
    rows = SchoolSeason.objects.select_for_update(of=("self",), no_key=True)
    current: SchoolSeason = rows.select_related("run__school_year", "school").get(pk=season.pk)
    if current.run.state != SeasonRun.State.OPEN:
        raise RuleBroken("closed", _("Cette rentrée est terminée."))
    return current


def _done(by: Actor, season: SchoolSeason, key: str, **figures: Any) -> SeasonStep:
    step, _new = SeasonStep.objects.update_or_create(
        season=season,
        key=key,
        defaults={"done_at": clock.now(), "done_by": by.user, "figures": figures},
    )
    journal.record(by, "season.step", season, step=key, **figures)
    return step
