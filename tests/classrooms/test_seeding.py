"""The demo fleet: counts to the unit, a history that adds up, a cart ready for the demo."""

from collections import Counter

import pytest
from django.core.management import call_command

from classrooms.lending.models import Transfer
from classrooms.models import Cart, Device, FleetEvent, HandOut, ImportRun, Incident, InternetLine
from classrooms.models.history import CARD, TOLD, plain
from classrooms.planning.models import Forecast, Plan
from classrooms.workshop.models import Claim, FaultAlert, Repair
from core import clock
from core.accounts.models import User
from core.seeding import SMALL
from enrolment.schools.models import School

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def city(django_db_setup, django_db_blocker):
    """Seed once for the module; leave the database as it was."""
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic():
        call_command("seed_demo", verbosity=0)
        yield
        transaction.set_rollback(True)


def test_the_demo_fleet_is_what_it_says(city):
    families = Counter(
        Device.objects.live().order_by().values_list("model__category__family", flat=True)
    )
    personal = {"computer": SMALL.computers, "tablet": SMALL.tablets}
    rooms = {"printer": 4, "projector": 4, "screen": 4}
    assert families == personal | rooms
    placed = Device.objects.with_place().filter(place_school__isnull=False).order_by()
    assert placed.values("place_school").distinct().count() == SMALL.equipped_schools
    assert InternetLine.objects.count() == SMALL.lines
    sizes = {cart.devices.count() for cart in Cart.objects.order_by("pk")}
    assert max(sizes) == 15
    assert min(sizes) >= 11


def test_folding_the_history_gives_the_fleet(city):
    folded = {}
    for event in FleetEvent.objects.order_by("at", "pk"):
        known = folded.setdefault(event.device_id, {})
        for field, (was, became) in event.changes.items():
            if field in CARD:
                continue
            assert known.get(field) == was, (event.kind, field)
            known[field] = became
    now = {d.pk: {f: plain(getattr(d, f)) for f in TOLD} for d in Device.objects.order_by("pk")}
    assert folded == now


def test_the_demo_technician_has_something_to_do(city):
    school = School.objects.get(classes__teachers__email__startswith="claire.fontaine")
    ready = [
        cart
        for cart in Cart.objects.filter(school=school).order_by("pk")
        if not HandOut.objects.open().filter(cart=cart).exists()
        and cart.devices.filter(state="in_use", model__category__code="tablet").count() == 15
    ]
    assert ready, "15 tablets wait for Lina's class"
    broken = Incident.objects.open().filter(school=school, kind="screen")
    assert broken.filter(reporter__email__startswith="claire.fontaine").exists()
    assert Device.objects.available_spares().filter(model__category__code="tablet").exists()
    assert HandOut.objects.open().exists()


def test_a_table_waits_to_be_looked_at(city):
    waiting = ImportRun.objects.get(state="ready", subject="devices")
    assert waiting.counts == {"create": 1, "update": 1, "unchanged": 4, "rejected": 4}
    assert ImportRun.objects.filter(state="dropped").count() == 1
    operators = ImportRun.objects.get(state="ready", subject="lines")
    assert operators.counts == {"create": 0, "update": 2, "unchanged": 2, "rejected": 2}


def test_some_devices_have_had_a_second_life(city):
    from classrooms.secondlife.models import Departure, Lot
    from classrooms.secondlife.queries.reuse import reuse
    from core import clock
    from core.accounts.models import User

    manager = User.objects.get(email__startswith="ines.morvan")
    years = reuse(manager, clock.today())
    assert all(year.all.percent for year in years[1:3])
    assert set(Departure.objects.values_list("state", flat=True)) == {
        "proposed", "decided", "gone", "reused",
    }  # fmt: skip
    assert Lot.objects.filter(kind="gift", state="gone").exclude(signed_name="").exists()
    assert Lot.objects.filter(kind="recycling", state="gone").exists()
    retired = Device.objects.filter(state="retired")
    assert not retired.exclude(departures__state__in=["decided", "gone"]).exists()


def test_a_return_to_school_is_half_done(city):
    from classrooms.season.models import SeasonRun
    from classrooms.season.queries import old_loans, with_steps

    run = SeasonRun.objects.get()
    rows = with_steps(list(run.seasons.select_related("school", "run__school_year")))
    assert {row.is_complete for row in rows} == {True, False}
    school = School.objects.get(classes__teachers__email__startswith="claire.fontaine")
    own = next(row for row in rows if row.season.school == school)
    assert own.done == 1
    assert old_loans(own.season).exists()


def test_plans_are_at_every_stage(city):
    draft, sent = Plan.objects.get(state="draft"), Plan.objects.get(state="approved")
    assert draft.author.email.startswith("ines.morvan")
    assert sent.decided_by != sent.author
    journeys = Transfer.objects.filter(source=sent.source)
    assert {"received", "dispatched"} <= set(journeys.values_list("state", flat=True))
    assert {t.to_school.uai for t in journeys} == set(sent.shares)
    kept = Forecast.objects.get()
    assert kept.devices
    assert kept.cents


def test_the_bench_shows_every_step_a_claim_waits_and_a_model_breaks(city):
    people = User.objects.get(email__startswith="lucas.ferrand")
    mine = Repair.objects.visible_to(people).order_by().values_list("state", flat=True)
    assert {"received", "diagnosed", "waiting_part", "at_supplier", "done"} <= set(mine)
    assert Repair.objects.filter(state="given_up").exists()
    late = Claim.objects.get(state="sent")
    assert (late.waits_since(clock.today()) or 0) > 15
    assert Claim.objects.visible_to(people).filter(pk=late.pk).exists()
    assert FaultAlert.objects.exists()
