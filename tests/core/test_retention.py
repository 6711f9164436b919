"""What is past its time goes, by batches, and what the law keeps stays."""

from __future__ import annotations

import datetime as dt
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction
from django.urls import reverse

from core import clock, journal, retention
from core.accounts.models import Post, User
from core.accounts.roles import Role
from core.errors import RuleBroken
from core.journal import SYSTEM, JournalEntry
from core.keeping import PurgeKey, RetentionRun, RetentionTerm
from core.messaging.models import AddressHealth
from core.outbox import Message, queue_words
from core.views.retention import how_long
from enrolment.schools.models import RollEntry
from families.models import Child, Guardian, Guardianship, Household
from payments.models import Invoice, LedgerEntry
from tests.factories.accounts import UserFactory
from tests.factories.families import ChildFactory, GuardianFactory
from tests.factories.schools import RollEntryFactory
from tests.people import sign_in_client

pytestmark = pytest.mark.django_db


def rule(name):
    return next(rule for rule in retention.rules() if rule.name == name)


def counted(lines):
    return {line.rule.name: line.count for line in lines}


def old_message(days):
    message = queue_words(kind="x", subject="x", body="x", language="fr", address="a@b.example")
    Message.objects.filter(pk=message.pk).update(created_at=clock.now() - dt.timedelta(days=days))
    return message


def test_a_report_counts_and_changes_nothing_and_a_purge_does_what_it_said():
    gone, kept = old_message(400), old_message(300)
    line = next(line for line in retention.report() if line.rule.name == "messages")
    oldest = clock.today() - dt.timedelta(days=400)
    assert (line.count, line.oldest) == (1, oldest.isoformat())
    assert Message.objects.count() == 2
    assert counted(retention.apply())["messages"] == 1
    assert list(Message.objects.all()) == [kept]
    assert gone.pk != kept.pk
    assert not any(counted(retention.apply()).values()), "a second night has nothing to do"


def test_rows_go_by_batches(monkeypatch, django_assert_max_num_queries):
    monkeypatch.setattr(retention, "BATCH", 10)
    for _ in range(25):
        old_message(400)
    assert retention._apply_one(rule("messages"), clock.now() - dt.timedelta(days=365)) == 25
    assert not Message.objects.exists()


def test_a_rule_that_fails_is_noted_and_leaves_the_others_to_run(monkeypatch):
    old_message(400)

    def fail(before):
        raise LookupError

    broken = retention.Rule("aaa", "core.Message", dt.timedelta(0), "essai", fail, order=1)
    rules = {**retention._rules, "aaa": broken}
    monkeypatch.setattr(retention, "_rules", rules)
    with pytest.raises(LookupError):
        retention.report()
    broken = retention.Rule(
        "aaa",
        "core.Message",
        dt.timedelta(0),
        "essai",
        lambda before: Message.objects.all(),
        fail,
        order=1,
    )
    monkeypatch.setitem(rules, "aaa", broken)
    with pytest.raises(CommandError, match="aaa"):
        call_command("retention", apply=True, stdout=StringIO())
    run = RetentionRun.objects.get()
    lines = {line["rule"]: line for line in run.lines}
    assert lines["aaa"]["error"] == "LookupError"
    assert lines["messages"]["count"] == 1


def test_the_command_reports_unless_told_to_apply():
    old_message(400)
    out = StringIO()
    call_command("retention", dry_run=True, stdout=out)
    assert "messages" in out.getvalue()
    assert Message.objects.count() == 1
    assert RetentionRun.objects.get().dry_run


def test_the_city_decides_from_a_day_on_and_never_below_the_floor():
    by = journal.Actor(UserFactory(roles=[Role.ADMINISTRATOR]))
    tomorrow = clock.today() + dt.timedelta(days=1)
    given = {"by": by, "valid_from": tomorrow, "source": "Délibération 12"}
    with pytest.raises(RuleBroken, match="183"):
        retention.decide(rule=rule("journal.reads"), keep_days=30, **given)
    with pytest.raises(RuleBroken):
        retention.decide(
            rule=rule("messages"), keep_days=30, **{**given, "valid_from": clock.today()}
        )
    retention.decide(rule=rule("messages"), keep_days=30, **given)
    with pytest.raises(RuleBroken):
        retention.decide(rule=rule("messages"), keep_days=60, **given)
    old_message(40)
    assert counted(retention.report())["messages"] == 0
    with time_machine.travel(clock.now() + dt.timedelta(days=1)):
        assert counted(retention.report())["messages"] == 1
    assert RetentionTerm.objects.count() == 1


@pytest.mark.parametrize("table", ["ledger", "fleet"])
def test_only_the_key_opens_an_append_only_table(table, make_old_row):
    row, fresh = make_old_row(table)
    for broken in (row, fresh):
        with pytest.raises(DatabaseError), transaction.atomic():
            broken.delete()
    model = type(row)
    assert retention.purged(model.objects.filter(pk=row.pk)) == 1
    assert not PurgeKey.objects.exists()
    assert list(model.objects.all()) == [fresh]
    PurgeKey.objects.create(table=model._meta.db_table, before=fresh.at)
    with pytest.raises(DatabaseError), transaction.atomic():
        fresh.delete()


@pytest.fixture
def make_old_row():
    def make(table):
        old = clock.now() - dt.timedelta(days=4000)
        if table == "ledger":
            payer = GuardianFactory()
            given = {"payer": payer, "kind": "payment", "method": "card", "provider": "x"}
            return tuple(
                LedgerEntry.objects.create(
                    at=at, amount_cents=5, object_id=f"o{n}", part="credit", **given
                )
                for n, at in enumerate((old, clock.now()))
            )
        from classrooms.models import FleetEvent
        from tests.factories.classrooms import DeviceFactory

        device = DeviceFactory()
        return tuple(
            FleetEvent.objects.create(at=at, device=device, kind=FleetEvent.Kind.choices[0][0])
            for at in (old, clock.now())
        )

    return make


def test_a_departed_child_goes_but_the_register_and_the_other_child_stay():
    """Fifty years for the register; the rest goes a year after the last school year."""
    long_ago = clock.now() - dt.timedelta(days=3 * 365)
    parent = GuardianFactory(user=None, email="p@essai.example")
    pupil, departed, never = (ChildFactory(parents=[parent]) for _ in range(3))
    lonely = GuardianFactory(user=None, phone="0600000000")
    old_child = ChildFactory(parents=[lonely])
    for model in (Child, Guardian, Household):
        model.objects.update(created_at=long_ago)
    RollEntryFactory(child=pupil)
    day = clock.today() - dt.timedelta(days=500)
    entry = RollEntryFactory(child=departed, admitted_on=day, left_on=day)
    gone_entry = RollEntryFactory(child=old_child, admitted_on=day, left_on=day)
    retention.apply()
    left = set(Child.objects.values_list("pk", flat=True))
    assert left == {pupil.pk, departed.pk, old_child.pk}, "the register names two who left"
    assert never.pk not in left
    entry.refresh_from_db()
    assert entry.class_group is None, "reduced to name, dates and school"
    assert RollEntry.objects.filter(pk=gone_entry.pk).exists()
    assert list(Guardianship.objects.values_list("child", flat=True)) == [pupil.pk]
    assert Guardian.objects.filter(pk=parent.pk, email="p@essai.example").exists()
    assert not Guardian.objects.filter(pk=lonely.pk).exists()
    assert not Household.objects.filter(pk=lonely.household_id).exists()
    with time_machine.travel(clock.now() + dt.timedelta(days=51 * 365)):
        retention.apply()
        assert not Child.objects.exists()
        assert not Guardian.objects.exists()


def test_a_parent_who_still_comes_keeps_the_child():
    parent = GuardianFactory()
    User.objects.filter(pk=parent.user_id).update(last_login=clock.now())
    ChildFactory(parents=[parent])
    Child.objects.update(created_at=clock.now() - dt.timedelta(days=900))
    retention.apply()
    assert Child.objects.count() == 1


def settled_invoice(payer, issued, balance=0):
    from tests.factories.payments import InvoiceFactory

    invoice = InvoiceFactory(payer=payer, issued_on=issued, due_on=issued, balance_cents=balance)
    LedgerEntry.objects.create(
        at=dt.datetime.combine(issued, dt.time(12), tzinfo=clock.PARIS),
        payer=payer,
        invoice=invoice,
        kind="payment",
        method="card",
        provider="x",
        object_id=invoice.number,
        part=invoice.number,
        amount_cents=5,
    )
    return invoice


def test_bills_stay_ten_accounting_years_and_the_parent_named_on_them_too():
    issued = dt.date(clock.today().year - 10, 6, 1)
    payer, debtor = GuardianFactory(user=None), GuardianFactory(user=None)
    invoice = settled_invoice(payer, issued)
    owed = settled_invoice(debtor, issued, balance=100)
    for model in (Guardian, Household, Child):
        model.objects.update(created_at=clock.now() - dt.timedelta(days=12 * 365))
    retention.apply()
    assert Invoice.objects.count() == 2, "the year closed less than ten years ago"
    phones = dict(Guardian.objects.values_list("pk", "phone"))
    assert phones[payer.pk] == "", "no child, no bill to send: how to reach them goes"
    assert phones[debtor.pk], "who owes stays reachable"
    with time_machine.travel(clock.now() + dt.timedelta(days=366)):
        retention.apply()
        assert list(Invoice.objects.all()) == [owed], "what is owed stays"
        assert LedgerEntry.objects.filter(invoice=owed).exists()
        assert not LedgerEntry.objects.filter(object_id=invoice.number).exists()
        assert list(Guardian.objects.all()) == [debtor]


def test_credit_that_is_not_back_at_nil_keeps_its_movements():
    even, owed = GuardianFactory(user=None), GuardianFactory(user=None)
    old = clock.now() - dt.timedelta(days=12 * 365)
    for payer, amounts in ((even, (5, -5)), (owed, (5, -2))):
        for number, cents in enumerate(amounts):
            LedgerEntry.objects.create(
                at=old,
                payer=payer,
                kind="payment" if cents > 0 else "credit_used",
                method="card",
                provider="x",
                object_id=f"{payer.pk}-{number}",
                part="credit",
                amount_cents=cents,
            )
    retention.apply()
    assert set(LedgerEntry.objects.values_list("payer", flat=True)) == {owed.pk}


def test_an_account_nobody_needs_is_emptied_and_the_journal_still_points_to_it():
    silent, parent, agent = UserFactory(), GuardianFactory().user, UserFactory(roles=[Role.TEACHER])
    ChildFactory(parents=[parent.guardian])
    journal.record(journal.Actor(silent), "essai.fait", silent)
    years_ago = clock.now() - dt.timedelta(days=4 * 365)
    User.objects.update(created_at=years_ago, last_login=years_ago)
    Message.objects.filter(recipient=silent).delete()
    retention.apply()
    silent.refresh_from_db()
    assert (silent.email, silent.get_full_name(), silent.is_active) == (
        None,
        "Compte effacé",
        False,
    )
    assert JournalEntry.objects.filter(actor=silent).exists()
    agent.refresh_from_db()
    assert agent.is_active
    assert Post.objects.filter(user=agent).exists()
    assert counted(retention.report())["accounts.dormant"] == 0, "emptied once"


def test_the_administrators_page_shows_rules_runs_and_takes_decisions(
    client, run_tasks, django_assert_max_num_queries
):
    AddressHealth.objects.create(
        address="a@b.example", last_bounce_at=clock.now() - dt.timedelta(days=1000)
    )
    admin = UserFactory(roles=[Role.ADMINISTRATOR])
    sign_in_client(client, admin)
    client.post(reverse("retention:count"))
    assert "core.count_retention" in run_tasks()
    with django_assert_max_num_queries(12):
        page = client.get(reverse("retention:overview"))
    assert len(page.context["rows"]) == len(retention.rules())
    row = next(r for r in page.context["rows"] if r["rule"].name == "addresses.returns")
    assert row["would"]["count"] == 1
    run = RetentionRun.objects.get()
    assert run.started_by == admin
    assert client.get(reverse("retention:run", args=[run.pk])).status_code == 200
    url = reverse("retention:decide", args=["messages"])
    day = clock.today() + dt.timedelta(days=9)
    form = {"keep_days": "90", "valid_from": day.isoformat(), "source": "Délibération 12"}
    assert client.post(url, form).status_code == 302
    assert "Délibération 12" in client.get(url).content.decode()
    assert client.get(reverse("retention:decide", args=["rien"])).status_code == 404
    assert JournalEntry.objects.filter(verb="retention_term.decide").exists()
    assert SYSTEM.user is None


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (0, "dès leur terme"),
        (1, "1 jour"),
        (30, "30 jours"),
        (92, "3 mois"),
        (183, "6 mois"),
        (365, "1 an"),
        (400, "400 jours"),
        (1095, "3 ans"),
        (1826, "5 ans"),
        (3652, "10 ans"),
    ],
)
def test_a_duration_is_said_in_years_and_months(days, said):
    assert how_long(days) == said
