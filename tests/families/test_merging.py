"""Two files of one person become one, wholly, and can be taken apart again."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from core import clock, documents
from core.accounts.roles import Role
from core.errors import RuleBroken
from core.journal import Actor, JournalEntry
from core.outbox import Message
from enrolment.schools.models import RollEntry
from families.actions.children import add_pickup_contact
from families.actions.merging import default_choices, fingerprint, merge, plan_of, settle
from families.actions.unmerging import obstacles, undo
from families.merging.relations import relations_to
from families.models import (
    Child,
    Guardian,
    Guardianship,
    Household,
    IncomeFile,
    Merge,
    PayerShare,
    PickupContact,
)
from payments.actions.ledger import credit_of
from payments.models import Charge, Invoice, LedgerEntry
from tests.factories.accounts import UserFactory
from tests.factories.families import (
    ChildFactory,
    GuardianFactory,
    GuardianshipFactory,
    IncomeFileFactory,
)
from tests.factories.payments import ChargeFactory, InvoiceFactory
from tests.factories.schools import RollEntryFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def by():
    return Actor(UserFactory(roles=[Role.ENROLMENT_AGENT]))


def snapshot():
    """Everything that names a guardian, a child or a household, and these rows themselves."""
    seen = {}
    for target in (Guardian, Child, Household):
        seen[target.__name__] = list(target.objects.order_by("pk").values())
        for relation in relations_to(target):
            if relation.model in (Merge,) or relation.name.startswith("families.Search"):
                continue
            seen[relation.name] = list(relation.model._base_manager.order_by("pk").values())
    return seen


def test_every_relation_to_a_person_or_a_home_has_a_merge_rule():
    """A new model that names them must say what a merge does to its rows."""
    missing = []
    for target in (Guardian, Child, Household):
        for relation in relations_to(target):
            try:
                rule = relation.rule
            except LookupError:
                missing.append(relation.name)
            else:
                assert rule.how == "ignore" or rule.label, relation.name
    assert not missing, f"register_merge_rules for: {missing}"


def test_no_many_to_many_escapes_through_a_hidden_table():
    for target in (Guardian, Child, Household):
        names = {relation.name for relation in relations_to(target)}
        for field in target._meta.get_fields(include_hidden=True):
            if field.many_to_many:
                through = getattr(field, "through", None) or field.remote_field.through
                keys = [f for f in through._meta.fields if f.related_model is target]
                assert {f"{through._meta.label}.{f.name}" for f in keys} <= names


@pytest.fixture
def twice():
    """One mother known twice, each time with something the other file lacks."""
    first = GuardianFactory(given_name="Nadia", family_name="Benali", used_name="", phone="")
    other = GuardianFactory(
        user=None,
        given_name="Nadja",
        family_name="Benali",
        used_name="Roussel",
        phone="06 12 34 56 78",
        email="nadia@courriel.example",
    )
    lina = ChildFactory(given_name="Lina", parents=[first])
    noe = ChildFactory(given_name="Noé", parents=[other])
    GuardianshipFactory(child=lina, guardian=other)
    IncomeFileFactory(household=other.household)
    PickupContact.objects.create(child=noe, added_by=other, name="Mamie", phone="04 91 00 00 00")
    return first, other, lina, noe


def test_what_moves_is_what_the_preview_said(twice, by):
    first, other, lina, noe = twice
    lines = {line.relation.name: line for line in plan_of(first, other)}
    assert len(lines["families.Guardianship.guardian"].moving) == 1
    assert len(lines["families.Guardianship.guardian"].ending) == 1
    assert len(lines["families.PayerShare.guardian"].moving) == 1
    assert lines["families.PickupContact.added_by"].told() == ["Mamie"]
    done = merge(
        by=by,
        kept=first,
        merged=other,
        choices={"given_name": "kept", "used_name": "merged", "household": "kept"},
        seen=fingerprint(first, other, list(lines.values())),
    )
    first.refresh_from_db()
    assert (first.given_name, first.used_name, first.phone) == (
        "Nadia",
        "Roussel",
        "06 12 34 56 78",
    )
    assert set(Child.objects.of_guardian(first.user)) == {lina, noe}
    assert not Guardianship.objects.current(clock.today() + dt.timedelta(days=1)).filter(
        guardian=other
    )
    assert PayerShare.objects.get(rule__child=noe).guardian == first
    assert IncomeFile.objects.get().household == first.household
    other.refresh_from_db()
    assert other.merged_into == first
    assert Household.objects.get(pk=done.record["households"][0]).merged_into == first.household
    assert JournalEntry.objects.filter(verb="guardian.merge", subject_id=first.pk).exists()
    assert JournalEntry.objects.filter(verb="guardian.merged", subject_id=other.pk).exists()


def test_undoing_puts_every_row_back_as_it_was(twice, by):
    first, other, _lina, _noe = twice
    before = snapshot()
    done = merge(by=by, kept=first, merged=other, choices={"given_name": "merged"})
    assert snapshot() != before
    undo(by=by, done=done)
    assert snapshot() == before
    assert obstacles(Merge.objects.get()) == ["Cette fusion a déjà été annulée."]


def test_undoing_gives_back_either_direction_and_account(twice, by):
    first, other, _lina, _noe = twice
    other.user = UserFactory(roles=[Role.GUARDIAN], email="autre@essai.example")
    other.save()
    mine, theirs = first.user, other.user
    paper = documents.store_bytes(
        b"livret", by=Actor(mine), kind="proof", filename="l.txt", content_type="text/plain"
    )
    before = snapshot()
    done = merge(by=by, kept=first, merged=other, choices={"user": "merged", "household": "merged"})
    first.refresh_from_db()
    paper.refresh_from_db()
    assert paper.owner == theirs, "nobody could open it under the account that closed"
    mine.refresh_from_db()
    assert first.user == theirs
    assert first.household == other.household
    assert not mine.is_active
    closed = Message.objects.get(kind="family_account_closed")
    assert closed.address == mine.email
    assert theirs.email not in closed.body
    undo(by=by, done=done)
    mine.refresh_from_db()
    paper.refresh_from_db()
    assert (mine.is_active, paper.owner) == (True, mine)
    assert snapshot() == before


def test_an_account_that_does_other_work_stays_open(twice, by):
    first, other, _lina, _noe = twice
    other.user = UserFactory(roles=[Role.GUARDIAN, Role.TEACHER])
    other.save()
    merge(by=by, kept=first, merged=other)
    other.user.refresh_from_db()
    other.user.__dict__.pop("current_posts", None)
    assert other.user.is_active
    assert other.user.roles == {Role.TEACHER}


def test_the_account_of_the_merged_file_is_kept_when_it_is_the_only_one(twice, by):
    first, other, _lina, _noe = twice
    account = first.user
    merge(by=by, kept=other, merged=first)
    other.refresh_from_db()
    assert other.user == account


def test_two_shares_of_one_person_become_one(by):
    first, other = GuardianFactory(), GuardianFactory(user=None)
    child = ChildFactory(parents=[first])
    rule = child.payer_rules.get()
    rule.shares.update(percent=60)
    rule.shares.create(guardian=other, percent=40)
    before = snapshot()
    done = merge(by=by, kept=first, merged=other)
    assert list(rule.shares.values_list("guardian", "percent")) == [(first.pk, 100)]
    undo(by=by, done=done)
    assert snapshot() == before


def test_a_home_where_somebody_else_lives_is_left_alone(twice, by):
    first, other, _lina, _noe = twice
    GuardianFactory(household=other.household)
    merge(by=by, kept=first, merged=other)
    other.household.refresh_from_db()
    assert other.household.merged_into is None
    assert IncomeFile.objects.get().household == other.household


def test_bills_and_money_stay_in_the_books_and_follow_the_person(twice, by):
    first, other, _lina, noe = twice
    bill = InvoiceFactory(payer=other)
    LedgerEntry.objects.create(
        payer=other,
        kind="payment",
        method="card",
        amount_cents=500,
        provider="essai",
        object_id="1",
        part="credit",
    )
    taken = ChargeFactory(child=noe, guardian=other, billing_run=bill.run)
    free = ChargeFactory(child=noe, guardian=other, billing_run=None)
    done = merge(by=by, kept=first, merged=other)
    first.refresh_from_db()
    other.refresh_from_db()
    assert Invoice.objects.get().payer == other
    assert LedgerEntry.objects.get().payer == other
    assert list(Invoice.objects.visible_to(first.user)) == [bill]
    assert list(Invoice.objects.of_payer(first)) == [bill]
    assert credit_of(first) == credit_of(other) == 500
    assert Charge.objects.get(pk=free.pk).guardian == first
    if taken.billing_run_id is not None:
        assert Charge.objects.get(pk=taken.pk).guardian == other
    undo(by=by, done=done)
    assert not Invoice.objects.visible_to(first.user).exists()


def test_a_bill_made_since_forbids_undoing(twice, by):
    first, other, _lina, _noe = twice
    done = merge(by=by, kept=first, merged=other)
    InvoiceFactory(payer=first)
    with pytest.raises(RuleBroken, match="Factures"):
        undo(by=by, done=done)
    assert Guardian.objects.get(pk=other.pk).merged_into == first


@pytest.fixture
def child_twice():
    mother, father = GuardianFactory(), GuardianFactory()
    one = ChildFactory(given_name="Lina", family_name="Roussel", parents=[mother])
    two = ChildFactory(given_name="Lyna", family_name="Roussel", parents=[father])
    GuardianshipFactory(child=two, guardian=mother)
    return one, two, mother, father


def test_a_child_known_twice_becomes_one_for_both_parents(child_twice, by):
    one, two, mother, father = child_twice
    RollEntryFactory(child=two)
    paper = documents.store_bytes(
        b"%PDF-1.7",
        by=Actor(mother.user),
        kind="registration.identity",
        filename="livret.pdf",
        content_type="application/pdf",
        about=documents.about_child(two.pk),
    )
    before = snapshot()
    done = merge(by=by, kept=one, merged=two)
    for parent in (mother, father):
        assert list(Child.objects.of_guardian(parent.user)) == [one]
    paper.refresh_from_db()
    assert paper.about == documents.about_child(one.pk)
    assert RollEntry.objects.get().child == one
    told = Message.objects.filter(kind="family_files_merged").values_list("recipient", flat=True)
    assert set(told) == {mother.user.pk, father.user.pk}
    undo(by=by, done=done)
    assert snapshot() == before
    paper.refresh_from_db()
    assert paper.about == documents.about_child(two.pk)


def test_one_child_cannot_hold_two_places(child_twice, by):
    one, two, _mother, _father = child_twice
    entry = RollEntryFactory(child=two)
    RollEntryFactory(child=one, class_group=entry.class_group)
    before = snapshot()
    with pytest.raises(RuleBroken, match="inscrits dans une école"):
        merge(by=by, kept=one, merged=two)
    assert snapshot() == before


def test_an_agent_acts_on_what_was_seen_or_not_at_all(child_twice, by):
    one, two, mother, _father = child_twice
    seen = fingerprint(one, two, plan_of(one, two))
    add_pickup_contact(
        by=Actor(mother.user), guardian=mother, child=two, name="Papi", relation="", phone="0600"
    )
    with pytest.raises(RuleBroken) as broken:
        merge(by=by, kept=one, merged=two, seen=seen)
    assert broken.value.code == "changed"


def test_a_merged_file_is_not_merged_again_and_a_merge_is_undone_last_first(child_twice, by):
    one, two, _mother, _father = child_twice
    three = ChildFactory(given_name="Lina", family_name="Rousel")
    first = merge(by=by, kept=one, merged=two)
    with pytest.raises(RuleBroken) as broken:
        merge(by=by, kept=three, merged=two)
    assert broken.value.code == "state"
    before = snapshot()
    second = merge(by=by, kept=three, merged=one)
    assert Child.objects.get(pk=two.pk).merged_into == three
    with pytest.raises(RuleBroken, match="annulez d’abord"):
        undo(by=by, done=first)
    undo(by=by, done=second)
    assert snapshot() == before
    undo(by=by, done=first)
    assert Child.objects.filter(merged_into=None).count() == 3


def test_what_depends_on_a_merge_forbids_undoing_it(child_twice, by):
    one, two, _mother, father = child_twice
    done = merge(by=by, kept=one, merged=two)
    RollEntryFactory(child=one)
    with pytest.raises(RuleBroken, match="Places à l’école"):
        undo(by=by, done=done)
    RollEntry.objects.all().delete()
    Guardianship.objects.filter(guardian=father).update(child=ChildFactory())
    with pytest.raises(RuleBroken, match="Liens entre responsables"):
        undo(by=by, done=done)


def test_newer_words_of_the_owner_survive_undoing(twice, by):
    first, other, _lina, _noe = twice
    done = merge(by=by, kept=first, merged=other)
    Guardian.objects.filter(pk=first.pk).update(used_name="Nouvelle")
    undo(by=by, done=done)
    assert Guardian.objects.get(pk=first.pk).used_name == "Nouvelle"


def test_a_record_that_was_altered_undoes_nothing(child_twice, by):
    one, two, _mother, _father = child_twice
    done = merge(by=by, kept=one, merged=two)
    done.record["moved"][0]["ids"].append(999)
    done.save(update_fields=["record"])
    with pytest.raises(RuleBroken, match="n’est plus celui d’origine"):
        undo(by=by, done=done)


def test_thirty_days_and_not_one_more(child_twice, by):
    one, two, _mother, _father = child_twice
    done = merge(by=by, kept=one, merged=two)
    assert (done.undo_until - done.done_at).days == 30
    Merge.objects.filter(pk=done.pk).update(undo_until=timezone.now() - dt.timedelta(minutes=1))
    with pytest.raises(RuleBroken, match="trente jours"):
        undo(by=by, done=done)


def test_what_a_late_page_wrote_for_the_merged_file_is_brought_over(child_twice, by):
    one, two, mother, _father = child_twice
    done = merge(by=by, kept=one, merged=two)
    late = PickupContact.objects.create(
        child=two, added_by=mother, name="Tante", phone="0600000000"
    )
    assert settle(by=by, done=done) == 1
    assert settle(by=by, done=done) == 0
    late.refresh_from_db()
    assert late.child == one
    undo(by=by, done=Merge.objects.get())
    late.refresh_from_db()
    assert late.child == two


def test_what_is_said_stays_before_what_is_not(twice):
    first, other, _lina, _noe = twice
    choices = default_choices(first, other)
    assert choices["phone"] == "merged"
    assert choices["given_name"] == "kept"
    assert "user" not in choices
