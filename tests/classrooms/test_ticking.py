"""Many boxes ticked at once: by links alone, without scripts."""

import re

import pytest
from django.test import RequestFactory
from django.urls import reverse

from classrooms.secondlife.models import Departure
from classrooms.views.ticking import ticks
from core.accounts.roles import Role
from tests.classrooms.test_secondlife_pages import signed_in
from tests.factories.accounts import UserFactory
from tests.factories.secondlife import DepartureFactory, SittingFactory


def marked(request, rows, **asked):
    made = ticks(request, "pick", rows, value=lambda row: row["pk"],
                 by=[lambda row: (row["to"], row["to"].title())], **asked)  # fmt: skip
    return made, [row["pk"] for row in rows if row["tick"].on]


def test_links_tick_all_none_or_one_kind_and_what_was_sent_stays():
    rows = [{"pk": 1, "to": "give"}, {"pk": 2, "to": "recycle"}, {"pk": 3, "to": "give"}]
    ask = RequestFactory()
    found, on = marked(ask.get("/", {"page": 2}), rows, anchor="loans")
    assert on == []
    assert (found.count, [(kind.label, kind.count) for kind in found.kinds]) == (
        3, [("Give", 2), ("Recycle", 1)])  # fmt: skip
    assert found.all == "?page=2&cocher=tout#loans"
    assert marked(ask.get(found.kinds[0].href), rows)[1] == [1, 3]
    assert marked(ask.get(found.all), rows)[1] == [1, 2, 3]
    assert marked(ask.get("/"), rows, start=True)[1] == [1, 2, 3]
    assert marked(ask.get(found.none), rows, start=True)[1] == []
    assert marked(ask.post(found.all, {"pick": ["2"]}), rows)[1] == [2]
    assert marked(ask.get("/"), rows[:1])[0].kinds == [], "one kind tells nothing apart"


@pytest.mark.django_db
def test_a_sitting_decides_of_one_proposal_without_scripts():
    for destination in ("give", "recycle", "give"):
        DepartureFactory(destination=destination)
    sitting = SittingFactory()
    client = signed_in(UserFactory(roles=[Role.IT_MANAGER]))
    url = reverse("secondlife:sitting", args=[sitting.public_id])
    page = client.get(url).content.decode()
    assert " checked" not in page
    href = re.search(r'href="([^"]+)" data-tick="0-give"', page)[1]
    page = client.get(url + href.replace("&amp;", "&")).content.decode()
    ticked = re.findall(r'name="pick" value="(\d+)"[^>]* checked', page)
    gifts = Departure.objects.filter(destination="give")
    assert {int(pk) for pk in ticked} == {row.pk for row in gifts}
    client.post(reverse("secondlife:sitting_decide", args=[sitting.public_id]), {"pick": ticked})
    assert set(gifts.values_list("state", flat=True)) == {"decided"}
    assert Departure.objects.get(destination="recycle").state == "proposed"
