"""How the fleet came to be where the plan puts it, and what goes on these days."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from django.db.models import Count

from classrooms import rules
from classrooms.models import Device, FleetEvent, HandOut, Incident
from classrooms.seeding_chronicle import DAY, Chronicle, Staff
from classrooms.seeding_models import PROBLEMS
from core.accounts.models import Post
from core.accounts.roles import Role
from enrolment.schools.models import ClassGroup

if TYPE_CHECKING:
    from classrooms.seeding import FleetPlan

ByCart = dict[int, list[Device]]


def tell(plan: FleetPlan) -> Chronicle:
    """Tell everything that happened to the planned devices; the caller writes it."""
    story = Chronicle(plan.today, plan.rng, plan.numbers, _staff(plan))
    by_cart = _arrivals(plan, story)
    for cart in plan.carts:
        stayed = by_cart[cart.pk]
        since = min((d.purchased_on for d in stayed if d.purchased_on), default=plan.today)
        story.past_years(cart, stayed, since + 40 * DAY)
    outs = _current(plan, story, by_cart)
    _swaps(plan, story, outs)
    _open_incidents(plan, story)
    _teachers(plan, story)
    return story


def _staff(plan: FleetPlan) -> Staff:
    technicians = {
        post.scope_ref: post.user_id
        for post in Post.objects.filter(role=Role.IT_TECHNICIAN, scope_kind="school")
    }
    links = ClassGroup.teachers.through.objects.values_list("classgroup_id", "user_id")
    classes: dict[int, list[ClassGroup]] = defaultdict(list)
    year = plan.ctx.marks["school_year"]
    groups = ClassGroup.objects.filter(school_year=year, school__in=plan.equipped)
    for group in groups.annotate(size=Count("roll")).order_by("school", "-size", "name"):
        classes[group.school_id].append(group)
    return Staff(technicians, dict(links), classes)


def _arrivals(plan: FleetPlan, story: Chronicle) -> ByCart:
    """Tell purchases and places; mend some faults of the past. Return who stays in a cart."""
    by_cart: ByCart = defaultdict(list)
    replaced = {id(spare) for _, spare in plan.swapped}
    mended = {id(broken): spare for broken, spare in plan.swapped}
    faulty = {id(device) for device in plan.broken}
    depot = plan.shelf.depot
    for device in plan.devices:
        day = story.enter(device, depot)
        if id(device) in replaced or (device.depot is not None and id(device) not in mended):
            continue
        home = mended.get(id(device), device)
        place = {"cart": home.cart, "slot": home.slot, "school": home.school}
        moved = min(day + 25 * DAY, plan.today - 60 * DAY)
        story.place(device, depot, moved, place)
        if device.cart is None:
            if device.school is not None:
                story.inspect(device)
            continue
        by_cart[device.cart.pk].append(device)
        years = (plan.today - moved).days / 365
        if id(device) not in faulty and plan.rng.random() < 0.05 + 0.06 * years:
            story.past_incident(device, moved)
    return by_cart


def _current(plan: FleetPlan, story: Chronicle, by_cart: ByCart) -> dict[int, HandOut]:
    """Hand two carts in three to a class; a few are late."""
    outs: dict[int, HandOut] = {}
    demo, own = plan.ctx.marks["lina_cart"], plan.ctx.marks["broken_cart"]
    lina_class = plan.ctx.marks["lina_class"]
    taken: set[int] = set()
    for cart in plan.carts:
        school = cart.school
        if cart is demo or school is None or (cart is not own and plan.rng.random() > 0.66):
            continue
        free = [g for g in story.staff.classes.get(school.pk, ()) if g.pk not in taken]
        if cart is own:
            free.sort(key=lambda group: group.pk != lina_class.pk)
        if not free:
            continue
        taken.add(free[0].pk)
        his = story.staff.technician(school) == plan.ctx.people["it_technician"].pk
        late = (his and cart is not own) or len(outs) % 9 == 4
        days = -plan.rng.randint(1, 12) if late else plan.rng.randint(8, 120)
        hand_out = story.open(
            school,
            cart,
            plan.today - plan.rng.randint(22, 55) * DAY,
            plan.today + days * DAY,
            holder=HandOut.Holder.CLASS,
            class_group=free[0],
        )
        outs[cart.pk] = hand_out
        for device in by_cart[cart.pk]:
            story.hand(hand_out, device, hand_out.handed_at)
    return outs


def _swaps(plan: FleetPlan, story: Chronicle, outs: dict[int, HandOut]) -> None:
    """Tell the swaps of the last days: slot kept, hand-out continued, repair under way."""
    for broken, spare in plan.swapped:
        cart = spare.cart
        if cart is None or cart.school is None:
            continue
        hand_out = outs.get(cart.pk)
        day = plan.today - plan.rng.randint(6, 19) * DAY
        kind, text = plan.rng.choice([p for p in PROBLEMS if p[0] in ("screen", "power")])
        if hand_out is not None:
            story.hand(hand_out, broken, hand_out.handed_at, slot=spare.slot)
        incident = story.report(broken, kind, text, day, cart.school, cart=cart, slot=spare.slot)
        at = story.at(day + 2 * DAY)
        incident.state, incident.swapped_with = Incident.State.SWAPPED, spare
        incident.swapped_at = incident.answered_at = max(at, incident.reported_at)
        incident.handler_id = story.staff.technician(cart.school)
        if hand_out is not None:
            story.items[-1].returned_at, story.items[-1].outcome = at, "swapped"
            story.join(hand_out, spare, at)
        where = {
            "hand_out": hand_out,
            "incident": incident,
            "cart": cart,
            "school": cart.school,
        }
        story.tell(
            broken,
            FleetEvent.Kind.SWAPPED_OUT,
            at,
            {
                "state": (Device.State.BROKEN, Device.State.REPAIR),
                "cart": (cart, None),
                "slot": (spare.slot, None),
                "depot": (None, broken.depot),
            },
            **where,
        )
        story.tell(
            spare,
            FleetEvent.Kind.SWAPPED_IN,
            at,
            {
                "state": (Device.State.SPARE, Device.State.IN_USE),
                "cart": (None, cart),
                "slot": (None, spare.slot),
                "depot": (broken.depot, None),
            },
            **where,
        )


def _open_incidents(plan: FleetPlan, story: Chronicle) -> None:
    """Report the faults of these days; three in ten have been taken on."""
    own, teacher = plan.ctx.marks["broken_cart"], plan.ctx.people["teacher"]
    for index, device in enumerate(plan.broken):
        school = device.current_school
        if school is None:
            continue
        mine = device.cart is own
        kind, text = PROBLEMS[0] if mine and index == 0 else plan.rng.choice(PROBLEMS)
        day = plan.today - plan.rng.randint(1, 9) * DAY
        incident = story.report(
            device, kind, text, day, school, reporter_id=teacher.pk if mine else None
        )
        device.state = rules.state_after_report(Device.State.IN_USE, kind)
        if plan.rng.random() < 0.3 and index:
            incident.state = Incident.State.IN_PROGRESS
            incident.handler_id = story.staff.technician(school)
            incident.answered_at = max(story.at(day + DAY), incident.reported_at)
            story.tell(device, FleetEvent.Kind.TAKEN_ON, incident.answered_at, incident=incident)


def _teachers(plan: FleetPlan, story: Chronicle) -> None:
    """Lend some of the laptops that stand by themselves to teachers, Claire first."""
    own = plan.ctx.marks["lina_school"]
    loose = [
        device
        for device in plan.devices
        if device.school is not None and device.model.category.code == "laptop"
    ]
    loose.sort(key=lambda device: device.school is None or device.school.pk != own.pk)
    for index, device in enumerate(loose):
        if device.school is None or (index and plan.rng.random() > 0.4):
            continue
        teacher = (
            story.staff.teacher(device.school, plan.rng) if index else plan.ctx.people["teacher"].pk
        )
        if teacher is None:
            continue
        hand_out = story.open(
            device.school,
            None,
            plan.today - plan.rng.randint(20, 50) * DAY,
            plan.today + plan.rng.randint(30, 200) * DAY,
            holder=HandOut.Holder.TEACHER,
            teacher_id=teacher,
        )
        story.hand(hand_out, device, hand_out.handed_at)
