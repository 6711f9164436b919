"""Messages leave once, after the commit, and failures are seen."""

from __future__ import annotations

import datetime as dt
from itertools import chain

import pytest
import time_machine
from django.db import transaction
from django.template.loader import render_to_string

from core import clock, outbox, transports
from core.mailbox import DeliveredMail
from core.outbox import BACK_OFF, Message
from tests.factories.accounts import UserFactory
from tests.together import at_once


def queue(**more):
    given = {"kind": "test.note", "subject": "Bonjour", "body": "Texte", "language": "fr"}
    return outbox.queue_words(**{**given, "address": "a@essai.example", **more})


@pytest.mark.django_db
def test_a_message_leaves_after_the_commit_and_once(committed, mailoutbox):
    with committed():
        message = queue()
        assert not mailoutbox
    message.refresh_from_db()
    assert (message.state, message.attempts) == (Message.SENT, 1)
    assert [m.to for m in mailoutbox] == [["a@essai.example"]]
    assert outbox.sweep() == 0
    assert not outbox.deliver(message.pk)
    assert len(mailoutbox) == 1


@pytest.mark.django_db(transaction=True)
def test_a_message_of_a_refused_act_never_existed(mailoutbox, run_tasks):
    def act():
        with transaction.atomic():
            queue()
            raise LookupError

    with pytest.raises(LookupError):
        act()
    assert run_tasks() == []
    assert not Message.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_broker_down_neither_breaks_the_act_nor_loses_the_message(monkeypatch, mailoutbox):
    from core.tasks import deliver_message

    def refuse(*args, **kwargs):
        raise ConnectionError

    monkeypatch.setattr(deliver_message, "apply_async", refuse)
    queue()
    assert not mailoutbox
    assert outbox.sweep() == 1
    assert len(mailoutbox) == 1


@pytest.mark.django_db
def test_a_mail_server_down_is_tried_again_ever_later_then_given_up(monkeypatch, mailoutbox):
    def refuse(message):
        raise OSError("no route to a@essai.example")

    message = queue()
    monkeypatch.setattr(transports, "send", refuse)
    at = clock.now()
    for wait in BACK_OFF:
        with time_machine.travel(at, tick=False):
            assert outbox.sweep() == 0
            assert outbox.sweep() == 0, "not before its time"
        at += wait + dt.timedelta(seconds=1)
    message.refresh_from_db()
    assert (message.state, message.attempts) == (Message.QUEUED, len(BACK_OFF))
    with time_machine.travel(at, tick=False):
        outbox.sweep()
    message.refresh_from_db()
    assert message.state == Message.FAILED
    assert message.last_error == "OSError", "without the address"
    monkeypatch.undo()
    outbox.retry(message)
    assert outbox.sweep() == 1


@pytest.mark.django_db
def test_a_dedupe_key_sends_once():
    first = queue(dedupe_key="invoice:7")
    assert queue(dedupe_key="invoice:7") == first
    assert Message.objects.count() == 1


@pytest.mark.django_db
def test_a_person_without_address_reads_it_on_the_portal():
    user = UserFactory(email=None)
    message = queue(to=user, address="")
    assert (message.channel, message.state) == ("in_app", Message.SENT)
    assert list(Message.objects.visible_to(user)) == [message]
    assert not Message.objects.visible_to(UserFactory()).exists()


@pytest.mark.django_db
def test_words_are_in_the_readers_language_and_apostrophes_stay(settings, tmp_path):
    folder = tmp_path / "messages"
    folder.mkdir()
    (folder / "test.hello.subject.txt").write_text("{{ city_name }} :\n{{ what }}")
    (folder / "test.hello.txt").write_text("{% load i18n %}{{ reader.given_name }} {{ what }}")
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]
    message = outbox.queue(
        kind="test.hello", to=UserFactory(given_name="Zoé"), context={"what": "l'école"}
    )
    assert message.subject == "Port-Mistral : l'école"
    assert message.body.startswith("Zoé l'école\n\nVille de Port-Mistral")


@pytest.mark.django_db
def test_the_letter_escapes_what_people_wrote():
    html = render_to_string(
        "messages/_letter.html",
        {
            "subject": "<b>",
            "body": "<script>x</script>",
            "language": "fr",
            "rtl": False,
            "service_name": "E",
            "city_name": "P",
        },
    )
    assert "<script>" not in html
    assert "&lt;b&gt;" in html


@pytest.mark.django_db
@time_machine.travel("2026-11-18T10:00:00+01:00")
def test_sms_go_by_the_transport_of_the_city(settings, committed):
    settings.SMS_TRANSPORT = "core.mailbox.keep_sms"
    with committed():
        queue(channel="sms", address="+33600000000")
    assert DeliveredMail.objects.get().address == "+33600000000"
    settings.SMS_TRANSPORT = ""
    lost = queue(channel="sms", address="+33600000000")
    outbox.deliver(lost.pk)
    lost.refresh_from_db()
    assert lost.last_error == "NoTransport"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_many_workers_one_sends(mailoutbox):
    pks = [queue().pk for _ in range(20)]

    def work(_number):
        return [pk for pk in pks if outbox.deliver(pk)]

    sent = list(chain(*at_once(4, work)))
    assert sorted(sent) == pks
    assert len(mailoutbox) == 20
    assert set(Message.objects.values_list("attempts", flat=True)) == {1}


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_acts_at_once_queue_one_message_of_a_key():

    found = at_once(3, lambda _number: queue(dedupe_key="same").pk)
    assert len(set(found)) == 1
