"""September: five steps that may each be done again, and what they leave behind."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from classrooms.models import HandOut, HandOutItem
from classrooms.season import actions, queries, rules
from classrooms.season.models import CartPlan, SchoolSeason, SeasonRun, SeasonStep
from core import clock
from core.accounts.roles import Role
from core.errors import RuleBroken
from core.journal import Actor
from enrolment.schools.models import SchoolYear
from tests.factories.accounts import UserFactory
from tests.factories.classrooms import CartFactory, HandOutFactory, HandOutItemFactory
from tests.factories.schools import ClassGroupFactory
from tests.people import sign_in_client


def refused(code):
    return pytest.raises(RuleBroken, check=lambda broken: broken.code == code)


def year_of(start):
    days = {"starts_on": dt.date(start, 9, 1), "ends_on": dt.date(start + 1, 7, 3)}
    return SchoolYear.objects.get_or_create(start_year=start, defaults=days)[0]


class World:
    """A school with two carts, last year's class that still has one, this year's heir."""

    def __init__(self):
        self.year = year_of(queries.today_year())
        self.carts = [CartFactory(filled=3)]
        self.school = self.carts[0].school
        self.carts.append(CartFactory(filled=2, school=self.school))
        self.teacher = UserFactory(roles=[(Role.TEACHER, self.school.uai)])
        last = year_of(self.year.start_year - 1)
        self.old = ClassGroupFactory(
            school=self.school, school_year=last, name="CE2 A", levels=["CE2"]
        )
        self.old.teachers.add(self.teacher)
        self.heir = ClassGroupFactory(
            school=self.school, school_year=self.year, name="CM1 B", levels=["CM1"]
        )
        self.heir.teachers.add(self.teacher)
        self.other = ClassGroupFactory(
            school=self.school, school_year=self.year, name="CP A", levels=["CP"]
        )
        self.loan = HandOutFactory(
            class_group=self.old,
            cart=self.carts[0],
            handed_at=clock.now() - dt.timedelta(days=300),
            due_on=clock.today() + dt.timedelta(days=30),
        )
        self.items = [
            HandOutItemFactory(hand_out=self.loan, device=device, slot=device.slot)
            for device in self.carts[0].devices.order_by("slot")
        ]
        self.user = UserFactory(roles=[(Role.IT_TECHNICIAN, self.school.uai)])
        self.technician = Actor(user=self.user)
        self.manager = Actor(user=UserFactory(roles=[Role.IT_MANAGER]))

    def begin(self):
        run, _new = actions.start(by=self.manager, school_year=self.year)
        return SchoolSeason.objects.get(run=run, school=self.school)

    def all_items(self):
        return [item.pk for item in self.items]


@pytest.fixture
def world(db):
    return World()


@pytest.mark.django_db
def test_a_year_begins_once_and_takes_new_schools_in(world):
    run, is_new = actions.start(
        by=world.manager,
        school_year=world.year,
        count_until=clock.today() + dt.timedelta(days=7),
    )
    assert is_new
    assert run.campaign.schools.count() == 1
    CartFactory(filled=1)
    again, is_new = actions.start(by=world.manager, school_year=world.year)
    assert (again.pk, is_new, again.seasons.count()) == (run.pk, False, 2)
    with refused("year"):
        actions.start(by=world.manager, school_year=year_of(world.year.start_year - 1))


@pytest.mark.django_db
def test_the_whole_sequence(world):
    season = world.begin()
    by = world.technician
    with refused("order"):
        actions.hand_out_carts(by=by, season=season, due_on=world.year.ends_on)
    step = actions.confirm_classes(by=by, season=season)
    assert step.figures == {"classes": 2, "pupils": 0, "alone": 1}
    with refused("changed"):
        actions.end_loans(by=by, season=season, shown=world.all_items()[:2], back=[])
    back = world.all_items()[:2]
    actions.end_loans(by=by, season=season, shown=world.all_items(), back=back)
    world.loan.refresh_from_db()
    assert (world.loan.state, world.loan.due_on < clock.today()) == ("open", True)
    late = world.all_items()[2:]
    assert [item.pk for item in queries.overdue(season)] == late
    step = actions.end_loans(by=by, season=season, shown=late, back=late)
    assert step.figures == {"back": 3, "missing": 0}
    world.loan.refresh_from_db()
    assert world.loan.state == "closed"
    with refused("uncounted"):
        actions.confirm_audit(by=by, season=season)
    assert actions.confirm_audit(by=by, season=season, anyway=True).figures["left"] == 2
    rows = {row.cart.pk: row for row in queries.cart_rows(season)}
    first, second = (cart.pk for cart in world.carts)
    assert (rows[first].chosen, rows[second].chosen) == (world.heir.pk, None)
    with refused("twice"):
        actions.plan_carts(
            by=by, season=season, choices={first: world.heir.pk, second: world.heir.pk}
        )
    with refused("class"):
        actions.plan_carts(by=by, season=season, choices={first: world.old.pk})
    actions.plan_carts(by=by, season=season, choices={first: world.heir.pk, second: None})
    due = clock.today() + dt.timedelta(days=30)
    for _turn in range(2):
        step = actions.hand_out_carts(by=by, season=season, due_on=due)
        assert step.figures == {"handed": 1, "stay": 1}
    assert HandOut.objects.open().get().class_group == world.heir
    assert actions.undo_carts(by=by, season=season) == 1
    assert not HandOutItem.objects.out().exists()
    assert not SeasonStep.objects.filter(key="carts").exists()
    actions.hand_out_carts(by=by, season=season, due_on=due)
    actions.confirm_print(by=by, season=season)
    assert queries.rows_of(world.user, season.run)[0].is_complete
    actions.finish(by=world.manager, run=season.run)
    with refused("closed"):
        actions.confirm_classes(by=by, season=season)


@pytest.mark.django_db
def test_the_pages_lead_through_and_show_only_ones_schools(world, django_assert_max_num_queries):
    season = world.begin()
    CartFactory(filled=1)
    foreign = CartFactory(filled=2)
    actions.start(by=world.manager, school_year=world.year)
    theirs = SchoolSeason.objects.get(school=foreign.school)
    client, city = Client(), Client()
    sign_in_client(client, world.user)
    sign_in_client(city, world.manager.user)
    page = reverse("season:overview")
    assert foreign.school.name in city.get(page).content.decode()
    assert foreign.school.name not in client.get(page).content.decode()
    assert foreign.school.uai.encode() not in client.get(reverse("season:summary_pdf")).content
    with django_assert_max_num_queries(40):
        shown = client.get(reverse("season:school", args=[season.public_id])).content.decode()
    assert world.items[0].device.asset_tag in shown
    for name in ("school", "sheet"):
        assert client.get(reverse(f"season:{name}", args=[theirs.public_id])).status_code == 404
    post = reverse("season:step", args=[theirs.public_id, "classes"])
    assert client.post(post).status_code == 404
    assert client.post(reverse("season:start"), {"school_year": world.year.pk}).status_code == 403

    def do(key, /, **data):
        url = reverse("season:step", args=[season.public_id, key])
        assert client.post(url, data).status_code == 302

    do("classes")
    do("loans", shown=world.all_items(), back=world.all_items())
    do("audit", anyway="1")
    cart = world.carts[0].pk
    due = (clock.today() + dt.timedelta(days=9)).isoformat()
    do("carts", **{"cart": cart, f"cart-{cart}": world.heir.pk, "due_on": due})
    do("print")
    assert season.steps.count() == 5
    assert CartPlan.objects.get(cart=cart).hand_out.state == "open"
    assert client.get(reverse("season:school", args=[season.public_id])).status_code == 200
    for name, args in (("sheet", [season.public_id]), ("summary_pdf", []), ("summary_xlsx", [])):
        assert client.get(reverse(f"season:{name}", args=args)).content[:2] in {b"%P", b"PK"}
    do("annuler")
    do("refaire", key="print")
    assert season.steps.count() == 3
    for _turn in range(2):
        assert city.post(reverse("season:end"), {"to": "closed"}).status_code == 302
        assert SeasonRun.objects.get().state == "closed", "sent twice, it stays so"
    assert "de nouveau ouverte" in city.post(
        reverse("season:end"), {"to": "open"}, follow=True
    ).content.decode()  # fmt: skip


@pytest.mark.django_db
def test_what_a_step_refuses_is_said_under_it_with_what_was_chosen(world):
    season = world.begin()
    client = Client()
    sign_in_client(client, world.user)

    def post(key, /, **data):
        return client.post(reverse("season:step", args=[season.public_id, key]), data)

    shown = client.get(reverse("season:school", args=[season.public_id])).content.decode()
    assert "Tout est compté" not in shown, "some carts are not counted"
    answer = post("audit")
    page = answer.content.decode()
    assert answer.status_code == 409
    assert page.index('id="audit"') < page.index("error-summary") < page.index('id="carts"')
    post("classes")
    post("loans", shown=world.all_items(), back=world.all_items())
    cart = world.carts[0]
    data = {"cart": cart.pk, f"cart-{cart.pk}": world.heir.pk, "due_on": "2001-01-01"}
    answer = post("carts", **data)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert page.index('id="carts"') < page.index("error-summary") < page.index('id="print"')
    assert f"{cart.name}\u00a0:" in page.replace(" :", "\u00a0:")
    assert f'value="{world.heir.pk}" selected' in page
    assert 'value="2001-01-01"' in page
    assert not CartPlan.objects.filter(hand_out__isnull=False).exists()


CLASSES = st.lists(
    st.builds(
        rules.Cls,
        pk=st.integers(1, 10_000),
        name=st.sampled_from(["CP A", "CE1 A", "CM1 B"]),
        levels=st.frozensets(st.sampled_from(["CP", "CE1", "CM1"]), max_size=2),
        teachers=st.frozensets(st.integers(1, 5), max_size=2),
    ),
    max_size=8,
    unique_by=lambda group: group.pk,
)


@given(before=CLASSES, classes=CLASSES)
def test_a_class_is_proposed_one_cart_and_the_most_like_first(before, classes):
    carts = list(enumerate([*before, None]))
    found = rules.propose(carts, classes)
    assert len(set(found.values())) == len(found)
    by_pk = {group.pk: group for group in classes}
    free = [group for group in classes if group.pk not in found.values()]
    for cart, holder in carts:
        if holder is None:
            assert cart not in found
            continue
        got = rules.likeness(holder, by_pk[found[cart]]) if cart in found else (0, 0, 0)
        assert all(rules.likeness(holder, group) <= got for group in free)
