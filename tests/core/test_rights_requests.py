"""Corrections and erasures are asked, answered within a month, and done as told."""

from __future__ import annotations

import datetime as dt
from functools import partial

import pytest
import time_machine
from django.urls import reverse
from django.utils import translation

from core import clock
from core.accounts.models import User
from core.accounts.roles import Role
from core.errors import RuleBroken
from core.journal import Actor, JournalEntry
from core.outbox import Message
from core.rights import asking, closing, erasing
from core.rights.models import AccountClosing, RightsRequest
from families.models import Guardian, Guardianship, Household, PhotoAnswer, PickupContact
from payments.models import Invoice
from tests.factories.accounts import UserFactory
from tests.factories.families import ChildFactory, GuardianFactory
from tests.factories.payments import InvoiceFactory
from tests.factories.schools import RollEntryFactory
from tests.people import sign_in_client
from tests.together import together, told


@pytest.fixture
def agent(db):
    return UserFactory(roles=[Role.ENROLMENT_AGENT])


def ask_erasure(guardian):
    return asking.ask_erasure(by=Actor(guardian.user), user=guardian.user)


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        (dt.date(2026, 1, 15), dt.date(2026, 2, 15)),
        (dt.date(2026, 1, 31), dt.date(2026, 2, 28)),
        (dt.date(2028, 1, 31), dt.date(2028, 2, 29)),
        (dt.date(2026, 12, 31), dt.date(2027, 1, 31)),
    ],
)
def test_an_answer_is_due_one_month_later(asked, due):
    assert asking.month_after(asked) == due


@pytest.mark.django_db
def test_a_correction_is_asked_answered_and_told(client, agent):
    parent = GuardianFactory()
    sign_in_client(client, parent.user)
    form = {"section": "coordonnees", "words": "Mon nom s’écrit avec deux n."}
    assert client.post(reverse("rights:correct"), form).status_code == 302
    made = RightsRequest.objects.get()
    assert made.due_on == asking.month_after(clock.today())
    shown = client.get(reverse("rights:request", args=[made.public_id])).content.decode()
    assert "deux n" in shown
    assert client.get(reverse("rights_queue:list")).status_code == 403
    sign_in_client(client, agent)
    listed = client.get(reverse("rights_queue:list"))
    assert list(listed.context["page_obj"]) == [made]
    url = reverse("rights_queue:handle", args=[made.public_id])
    assert client.get(url).status_code == 200
    assert JournalEntry.objects.filter(verb="read.my_data", actor=agent).exists()
    assert "answer" in client.post(url, {"act": "done", "answer": " "}).context["form"].errors
    client.post(url, {"act": "done", "answer": "C’est corrigé, avec nos excuses."})
    made.refresh_from_db()
    assert (made.state, made.answered_by) == (RightsRequest.DONE, agent)
    message = Message.objects.get(recipient=parent.user, kind="rights_request_answered")
    assert "excuses" not in message.body, "the answer is read after signing in"
    sign_in_client(client, parent.user)
    shown = client.get(reverse("rights:request", args=[made.public_id])).content.decode()
    assert "avec nos excuses" in shown


@pytest.mark.django_db
def test_somebody_elses_request_does_not_exist(client, agent):
    made = ask_erasure(GuardianFactory())
    sign_in_client(client, GuardianFactory().user)
    assert client.get(reverse("rights:request", args=[made.public_id])).status_code == 404
    assert client.post(reverse("rights:withdraw", args=[made.public_id])).status_code == 404


@pytest.mark.django_db
def test_an_erasure_takes_what_nothing_requires_after_its_preview(client, agent):
    parent = GuardianFactory(phone="06 12 34 56 78")
    child = ChildFactory(parents=[parent])
    PickupContact.objects.create(child=child, added_by=parent, name="Rose", phone="1")
    PhotoAnswer.objects.create(child=child, guardian=parent, use="class", allowed=True)
    user, address = parent.user, parent.user.email
    sign_in_client(client, user)
    preview = client.get(reverse("rights:erase"))
    assert all(line.goes for line in preview.context["plan"] if line.count != 0), [
        (str(line.what), line.goes) for line in preview.context["plan"]
    ]
    client.post(reverse("rights:erase"), {"words": "Nous partons."})
    made = RightsRequest.objects.get()
    assert Guardian.objects.filter(phone="06 12 34 56 78").exists(), "nothing before an agent"
    sign_in_client(client, agent)
    url = reverse("rights_queue:handle", args=[made.public_id])
    assert "Ce qui se passera" in client.get(url).content.decode()
    client.post(url, {"act": "erase"})
    made.refresh_from_db()
    user.refresh_from_db()
    parent.refresh_from_db()
    assert made.state == RightsRequest.DONE
    assert made.report
    assert made.words == ""
    assert (user.email, user.get_full_name(), user.is_active) == (None, "Compte effacé", False)
    assert (parent.full_name, parent.phone, parent.email) == ("Personne effacée", "", "")
    assert parent.user_id is None
    assert not Guardianship.objects.filter(guardian=parent).exists()
    assert not PickupContact.objects.exists()
    assert Household.objects.get(pk=parent.household_id).address_lines == []
    told = Message.objects.get(kind="rights_erased")
    assert (told.recipient, told.address) == (None, address)
    assert "Nous partons" not in told.body
    assert JournalEntry.objects.filter(verb="account.erase", actor=agent).exists()
    with pytest.raises(RuleBroken):
        asking.erase(by=Actor(agent), request=made)


@pytest.mark.django_db
def test_what_a_school_needs_and_the_law_keeps_stays_and_is_told_until_when(agent):
    parent = GuardianFactory(phone="06 12 34 56 78")
    other = GuardianFactory(given_name="Karim")
    child = ChildFactory(parents=[parent, other])
    RollEntryFactory(child=child)
    PickupContact.objects.create(child=child, added_by=parent, name="Rose", phone="1")
    issued = dt.date(clock.today().year - 1, 5, 1)
    InvoiceFactory(payer=parent, issued_on=issued, due_on=issued, balance_cents=0)
    made = ask_erasure(parent)
    with translation.override("fr"):
        stays = {
            str(line.what): str(line.until)
            for line in erasing.plan_for(parent.user)
            if not line.goes
        }
    assert f"le 31 décembre {issued.year + 10}" in stays.values()
    assert "cinquante ans" in stays.values()
    asking.erase(by=Actor(agent), request=made)
    parent.refresh_from_db()
    assert parent.given_name == "Samira", "who answers for a pupil stays known"
    assert parent.phone == "06 12 34 56 78"
    assert parent.user is None, "the account goes all the same"
    assert PickupContact.objects.exists(), "a child at school keeps who may collect it"
    assert Guardianship.objects.filter(guardian=parent, child=child).exists()
    assert Guardianship.objects.filter(guardian=other).exists()
    assert Invoice.objects.filter(payer=parent).exists()


@pytest.mark.django_db
def test_who_owes_stays_reachable(agent):
    parent = GuardianFactory(phone="06 12 34 56 78")
    day = clock.today()
    InvoiceFactory(payer=parent, issued_on=day, due_on=day)
    Guardianship.objects.filter(guardian=parent).delete()
    asking.erase(by=Actor(agent), request=ask_erasure(parent))
    parent.refresh_from_db()
    assert parent.phone == "06 12 34 56 78"
    assert parent.given_name == "Samira"


@pytest.mark.django_db
def test_an_agents_account_is_neither_erased_nor_closed_by_its_holder():
    agent = UserFactory(roles=[Role.TEACHER])
    with pytest.raises(RuleBroken):
        asking.ask_erasure(by=Actor(agent), user=agent)
    with pytest.raises(RuleBroken):
        closing.plan_closing(by=Actor(agent), user=agent)


@pytest.mark.django_db
def test_a_closing_waits_two_weeks_and_can_be_undone(client):
    parent = GuardianFactory()
    user = parent.user
    sign_in_client(client, user)
    client.post(reverse("rights:close"))
    client.post(reverse("rights:close"))
    assert AccountClosing.objects.count() == 1
    assert Message.objects.filter(kind="rights_closing_planned").count() == 1
    assert "va fermer" in client.get("/").content.decode()
    client.post(reverse("rights:close"), {"act": "undo"})
    assert closing.pending(user) is None
    client.post(reverse("rights:close"))
    with time_machine.travel(clock.now() + closing.GRACE - dt.timedelta(minutes=1)):
        assert closing.close_due() == 0
    with time_machine.travel(clock.now() + closing.GRACE + dt.timedelta(minutes=1)):
        assert closing.close_due() == 1
        assert closing.close_due() == 0
    user.refresh_from_db()
    parent.refresh_from_db()
    assert (user.email, user.is_active) == (None, False)
    assert parent.user is None
    assert parent.given_name == "Samira", "the family's file stays"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_agents_erase_once_and_an_undo_races_the_closing_cleanly():
    agents = [UserFactory(roles=[Role.ENROLMENT_AGENT]) for _ in range(2)]
    parent = GuardianFactory()
    made = ask_erasure(parent)

    def work(agent):
        asking.erase(by=Actor(agent), request=RightsRequest.objects.get(pk=made.pk))
        return "done"

    ended = told(*(partial(work, agent) for agent in agents))
    assert sorted(ended) == ["done", "state"]
    assert JournalEntry.objects.filter(verb="account.erase").count() == 1
    other = GuardianFactory()
    planned = closing.plan_closing(by=Actor(other.user), user=other.user)
    AccountClosing.objects.filter(pk=planned.pk).update(effective_at=clock.now())

    undo = partial(closing.undo_closing, by=Actor(other.user), user=other.user)
    undone, closed = together(undo, closing.close_due)
    assert [bool(undone), bool(closed)].count(True) == 1
    active = User.objects.get(pk=other.user_id).is_active
    assert active is bool(undone)


@pytest.mark.django_db
def test_the_queue_takes_the_same_queries_however_long(
    client, agent, django_assert_max_num_queries
):
    for _ in range(30):
        ask_erasure(GuardianFactory())
    sign_in_client(client, agent)
    url = reverse("rights_queue:list")
    client.get(url)
    with django_assert_max_num_queries(14):
        page = client.get(url)
    assert len(page.context["page_obj"]) == 25
