"""A person with posts at two schools does at each what the post held there allows."""

import datetime as dt

import pytest
from django.http import HttpRequest
from django.urls import reverse

from classrooms.access import FLEET_STAFF
from classrooms.models import Cart, Device
from core import clock
from core.access import entering, reach_of
from core.accounts.roles import Role
from core.api import allow_api
from core.journal import SYSTEM
from core.partners import issue
from tests.factories.accounts import UserFactory
from tests.factories.classrooms import CartFactory, HandOutFactory
from tests.people import sign_in_client

pytestmark = pytest.mark.django_db


class Schools:
    """A cart at a school she heads, where it is lent to a class she teaches; one she runs."""

    def __init__(self):
        self.headed, self.run = CartFactory(filled=2), CartFactory(filled=2)
        uai = self.headed.school.uai
        self.person = UserFactory(
            roles=[
                (Role.HEAD_TEACHER, uai),
                (Role.TEACHER, uai),
                (Role.IT_TECHNICIAN, self.run.school.uai),
            ]
        )
        self.hand_out = HandOutFactory(class_group__school=self.headed.school, cart=self.headed)
        self.hand_out.class_group.teachers.add(self.person)


@pytest.fixture
def schools():
    return Schools()


def acts(cart):
    device = cart.devices.get(slot=1)
    return [
        reverse("classrooms:device_hand_out", args=[device.asset_tag]),
        reverse("classrooms:device_edit", args=[device.asset_tag]),
        reverse("classrooms:cart_hand_out", args=[cart.code]),
    ]


def test_she_reads_both_schools_and_acts_at_one(client, schools):
    sign_in_client(client, schools.person)
    for cart in (schools.headed, schools.run):
        assert client.get(reverse("classrooms:cart", args=[cart.code])).status_code == 200
    assert [client.get(url).status_code for url in acts(schools.run)] == [200, 200, 200]
    assert [client.get(url).status_code for url in acts(schools.headed)] == [404, 404, 404]
    take_back = reverse("classrooms:take_back", args=[schools.hand_out.public_id])
    assert client.get(take_back).status_code == 404
    assert client.post(take_back).status_code == 404


def test_no_page_offers_her_an_act_that_is_not_hers(client, schools):
    sign_in_client(client, schools.person)
    for cart, offered in ((schools.headed, False), (schools.run, True)):
        device = cart.devices.get(slot=1)
        page = client.get(reverse("classrooms:device", args=[device.asset_tag])).content.decode()
        assert (reverse("classrooms:device_edit", args=[device.asset_tag]) in page) is offered
        assert (reverse("audits:labels") in page) is offered
        page = client.get(reverse("classrooms:cart", args=[cart.code])).content.decode()
        assert (reverse("lending:transfer_plan") in page) is offered
    lists = client.get(reverse("classrooms:hand_outs")).content.decode()
    assert str(schools.headed.school) in lists
    assert reverse("classrooms:take_back", args=[schools.hand_out.public_id]) not in lists


def test_only_the_posts_that_opened_a_view_reach_rows(schools):
    person, staff = schools.person, frozenset(FLEET_STAFF)
    both = {schools.headed.pk, schools.run.pk}
    assert set(Cart.objects.visible_to(person).values_list("pk", flat=True)) == both
    with entering(person, staff):
        assert list(Cart.objects.visible_to(person)) == [schools.run]
        assert Device.objects.visible_to(person).count() == 2
        with entering(person, frozenset({str(Role.HEAD_TEACHER)})):
            assert reach_of(person, *Role).schools == {schools.headed.school.uai}
        assert reach_of(person, *Role).schools == {schools.run.school.uai}
        assert person.has_role(Role.HEAD_TEACHER)
    assert set(Cart.objects.visible_to(person).values_list("pk", flat=True)) == both


def test_a_view_for_whoever_is_signed_in_counts_every_post(schools):
    with entering(schools.person, frozenset({"signed_in"})):
        assert len(reach_of(schools.person, *Role).schools) == 2


def test_a_partner_comes_in_by_its_scope_and_reaches_by_its_post(rf):
    end = clock.now() + dt.timedelta(days=30)
    issued = issue(
        by=SYSTEM, name="MDM", scopes=["fleet:read"], expires_at=end, role=Role.IT_MANAGER
    )
    person = UserFactory(roles=[Role.TEACHER, Role.IT_MANAGER])

    @allow_api(Role.TEACHER, scope="fleet:read")
    def reaches_the_city(request: HttpRequest) -> bool:
        return reach_of(request.user, Role.IT_MANAGER).city

    request = rf.get("/")
    request.auth, request.user = issued.token, issued.token.account
    assert reaches_the_city(request)
    request.auth = request.user = person
    assert not reaches_the_city(request)
