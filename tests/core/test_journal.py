"""The journal cannot be rewritten; what is past its time goes."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core.management import call_command
from django.db import DatabaseError, transaction

from core import clock, journal, outbox, retention
from core.accounts.models import User
from core.accounts.roles import Role
from core.journal import SYSTEM, Actor, JournalEntry
from core.outbox import Message
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db


def entry(age_days: int, verb: str = "thing.do") -> JournalEntry:
    user = UserFactory()
    with time_machine.travel(clock.now() - dt.timedelta(days=age_days)):
        journal.record(Actor(user), verb, user)
    return journal.for_subject(user).get()


@pytest.mark.parametrize(
    "rewrite",
    [
        lambda rows: rows.update(verb="thing.undo"),
        lambda rows: rows.delete(),
        lambda rows: rows._raw_delete(rows.db),
    ],
)
def test_the_journal_is_append_only(rewrite):
    written = entry(900)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        rewrite(JournalEntry.objects.all())
    assert JournalEntry.objects.get() == written


def test_the_purge_takes_what_is_old_and_nothing_else():
    old_read, old_act = entry(400, "read.income"), entry(400)
    older = entry(6 * 365 + 10)
    entry(10, "read.income")
    with pytest.raises(ValueError, match="six months"):
        journal.purge(JournalEntry.objects.all())
    assert {line.rule.name: line.count for line in retention.report()}["journal.reads"] == 1
    retention.apply()
    left = set(JournalEntry.objects.values_list("pk", flat=True))
    assert old_act.pk in left
    assert not {old_read.pk, older.pk} & left
    with pytest.raises(DatabaseError), transaction.atomic():
        JournalEntry.objects.filter(pk=old_act.pk).delete()


def test_who_read_what_is_told_of_a_subject():
    parent, agent = UserFactory(), UserFactory(roles=[Role.REVENUE_OFFICER])
    journal.record(SYSTEM, "household.create", parent)
    journal.record_read(Actor(agent), "income", parent, reason="billing")
    assert [e.actor for e in journal.reads_of(parent)] == [agent]
    assert journal.for_subject(parent).count() == 2


def test_accounts_never_confirmed_are_forgotten():
    with time_machine.travel(clock.now() - dt.timedelta(days=31)):
        stale, kept = UserFactory(), UserFactory()
        EmailAddress.objects.create(user=stale, email=stale.email, primary=True)
        EmailAddress.objects.create(user=kept, email=kept.email, primary=True, verified=True)
    recent = UserFactory()
    EmailAddress.objects.create(user=recent, email=recent.email, primary=True)
    retention.apply()
    gone = User.objects.get(pk=stale.pk)
    assert (gone.email, gone.is_active, str(gone)) == (None, False, "Compte effacé")
    assert User.objects.filter(email__isnull=False).count() == 2


def test_the_command_reports_before_it_erases(capsys):
    with time_machine.travel(clock.now() - dt.timedelta(days=400)):
        outbox.queue_words(
            kind="x", subject="s", body="b", language="fr", to=UserFactory(), channel="in_app"
        )
    call_command("retention")
    assert Message.objects.exists()
    assert "core.Message" in capsys.readouterr().out
    call_command("retention", "--apply")
    assert not Message.objects.exists()
