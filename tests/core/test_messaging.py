"""People choose what they are told; the day's news come together; returned mail is noticed."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.urls import reverse

from core import clock, document_life, documents, outbox
from core.accounts.roles import Role
from core.inbox import mail_of
from core.journal import SYSTEM, Actor
from core.messaging import digests, kinds, preferences
from core.messaging.kinds import Kind
from core.messaging.models import MessageChoice
from core.outbox import Message
from tests.factories.accounts import UserFactory
from tests.people import sign_in_client
from tests.together import at_once

PARIS = dt.timezone(dt.timedelta(hours=1))
#: A Wednesday in November, ten in the morning in Paris.
MORNING = dt.datetime(2026, 11, 18, 10, 0, tzinfo=PARIS)
NEWS = ("test_news", "test_other")


@pytest.fixture(autouse=True)
def _kinds(monkeypatch):
    own = dict(kinds._kinds)
    for code in NEWS:
        own[code] = Kind(code, f"Nouvelle {code}", "Essais", grouped=True)
    own["test_plain"] = Kind("test_plain", "Simple", "Essais")
    own["test_must"] = Kind("test_must", "Obligatoire", "Essais", "On attend une réponse.")
    monkeypatch.setattr(kinds, "_kinds", own)


def write(kind="test_plain", **more):
    given = {"subject": "Bonjour", "body": "Texte", "language": "fr"}
    return outbox.queue_words(**{"kind": kind, **given, **more})


# --- choices ------------------------------------------------------------------------------


@pytest.mark.django_db
def test_what_is_switched_off_stays_on_the_portal_and_essentials_still_leave():
    user = UserFactory()
    for kind in ("test_plain", "test_must"):
        preferences.choose(by=Actor(user), kind=kind, email=False, sms=False)
    kept, sent = write(to=user), write("test_must", to=user)
    assert (kept.channel, kept.state) == ("in_app", Message.SENT)
    assert (sent.channel, sent.state) == ("email", Message.QUEUED)


@pytest.mark.django_db
def test_the_link_of_a_mail_stops_its_kind_without_signing_in(client, mailoutbox, committed):
    user = UserFactory(roles=[Role.GUARDIAN])
    with committed():
        write(to=user)
    mail = mailoutbox[0]
    link = mail.extra_headers["List-Unsubscribe"].strip("<>")
    assert mail.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert link in mail.body
    path = link.split("/", 3)[-1]
    assert client.get(f"/{path}").status_code == 200
    assert preferences.wants_email(kinds.kind_of("test_plain"), user=user, address="")
    answer = client.post(f"/{path}", {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert write(to=user).channel == "in_app"
    client.post(f"/{path}", {"act": "again"})
    assert write(to=user).channel == "email"
    assert client.get(f"/{path[:-4]}xxx/").status_code == 404


@pytest.mark.django_db
def test_an_essential_mail_carries_no_such_link_and_a_forged_one_stops_nothing(
    client, mailoutbox, committed
):
    user = UserFactory()
    with committed():
        write("test_must", to=user)
    assert "List-Unsubscribe" not in mailoutbox[0].extra_headers
    token = preferences.leaving_token(["test_must"], user=user, address="")
    assert client.post(reverse("messages:leave", args=[token])).status_code == 404
    assert not MessageChoice.objects.exists()


@pytest.mark.django_db
def test_a_reader_without_account_chooses_by_address(client):
    first = write(address="sans.compte@essai.example")
    token = preferences.leaving_token(["test_plain"], user=None, address=first.address)
    client.post(reverse("messages:leave", args=[token]))
    assert write(address="Sans.Compte@essai.example").state == Message.DECLINED
    assert write("test_must", address="sans.compte@essai.example").state == Message.QUEUED
    assert write(address="autre@essai.example").state == Message.QUEUED


@pytest.mark.django_db
def test_the_page_of_choices_keeps_what_was_ticked(client):
    user = UserFactory(roles=[Role.GUARDIAN])
    sign_in_client(client, user)
    url = reverse("messages:preferences")
    page = client.get(url).content.decode()
    table, settled = page.split("Les messages toujours envoyés")
    assert "On attend une réponse." in settled, "what cannot be chosen is folded, with its reason"
    assert "email-test_must" not in page
    assert "email-test_news" in table
    client.post(url, {"email-test_news": "on", "sms-test_plain": "on"})
    kept = preferences.choices_of(user)
    assert not kept["test_plain"].email
    assert not kept["test_plain"].sms, "a kind without a short text has none"
    assert "test_must" not in kept
    assert "test_news" not in kept, "unchanged, so not written"


# --- the page of messages -----------------------------------------------------------------


@pytest.mark.django_db
def test_unread_messages_are_counted_shown_and_marked(client, django_assert_max_num_queries):
    user = UserFactory(roles=[Role.GUARDIAN])
    for number in range(30):
        write("test_must", to=user, subject=f"Objet {number}")
    write("test_must", to=user, secret=True)
    assert mail_of(user).unread == 30
    sign_in_client(client, user)
    url = reverse("messages:list")
    client.get(url)
    with django_assert_max_num_queries(10):
        page = client.get(url)
    assert len(page.context["page_obj"]) == 25
    one = page.context["page_obj"][0]
    client.get(reverse("messages:read", args=[one.public_id]))
    assert mail_of(user).unread == 29
    assert one not in client.get(f"{url}?lus=non").context["page_obj"].object_list
    other = UserFactory()
    theirs = write("test_must", to=other)
    assert client.get(reverse("messages:read", args=[theirs.public_id])).status_code == 404
    client.post(reverse("messages:read_all"))
    assert (mail_of(user).unread, mail_of(other).unread) == (0, 1)


# --- digests ------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_news_of_a_day_come_in_one_mail_a_person(mailoutbox, committed):
    first, second = UserFactory(), UserFactory(language="en")
    with time_machine.travel(MORNING, tick=False), committed():
        for number, code in enumerate(NEWS):
            write(code, to=first, subject=f"Objet {number}", body=f"Corps {number}\n\n")
        write(NEWS[0], to=second, subject="Seul")
        write(to=first, subject="Tout de suite")
        assert outbox.sweep() == 1, "only what does not wait"
    assert [m.subject for m in mailoutbox] == ["Tout de suite"]
    evening = clock.at(MORNING.date(), preferences.EVENING_HOUR)
    with time_machine.travel(evening, tick=False):
        with committed():
            assert outbox.sweep() == 2
        assert outbox.sweep() == 0
    subjects = {tuple(m.to): m for m in mailoutbox[1:]}
    assert len(mailoutbox) == 3
    digest = subjects[(first.email,)]
    assert "Corps 0" in digest.body
    assert "Corps 1" in digest.body
    assert subjects[(second.email,)].subject == "Seul"
    readable = Message.objects.visible_to(first).readable()
    assert sorted(readable.values_list("subject", flat=True)) == [
        "Objet 0",
        "Objet 1",
        "Tout de suite",
    ]
    link = digest.extra_headers["List-Unsubscribe"]
    leaving = preferences.read_leaving(link.strip("<>/").rsplit("/", 1)[-1])
    assert {kind.code for kind in leaving.kinds} == set(NEWS)


@pytest.mark.django_db
def test_what_comes_after_the_evening_waits_for_the_next(mailoutbox):
    user = UserFactory()
    late = clock.at(MORNING.date(), preferences.EVENING_HOUR, 30)
    with time_machine.travel(late, tick=False):
        message = write(NEWS[0], to=user)
        assert outbox.sweep() == 0
    assert message.grouped_for == MORNING.date() + dt.timedelta(days=1)


@pytest.mark.django_db
def test_a_worker_that_dies_loses_and_doubles_nothing(monkeypatch, mailoutbox):
    user = UserFactory()
    with time_machine.travel(MORNING, tick=False):
        for code in NEWS:
            write(code, to=user)
    evening = clock.at(MORNING.date(), preferences.EVENING_HOUR)

    def die(*args, **kwargs):
        raise KeyboardInterrupt

    with time_machine.travel(evening, tick=False):
        with monkeypatch.context() as patch:
            patch.setattr(digests, "_compose", die)
            with pytest.raises(KeyboardInterrupt):
                outbox.sweep()
        assert not Message.objects.filter(state=Message.GROUPED).exists()
        outbox.sweep()
        outbox.sweep()
    assert len(mailoutbox) == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_two_workers_each_digest_is_made_once(mailoutbox):
    users = [UserFactory() for _ in range(6)]
    with time_machine.travel(MORNING, tick=False):
        for user in users:
            for code in (*NEWS, *NEWS):
                write(code, to=user)
    evening = clock.at(MORNING.date(), preferences.EVENING_HOUR)

    at_once(2, lambda _number: digests.gather(evening))
    made = Message.objects.filter(kind=kinds.DIGEST)
    assert made.count() == 6
    assert Message.objects.filter(state=Message.GROUPED, grouped_into__isnull=False).count() == 24
    assert {digest.parts.count() for digest in made} == {4}


# --- documents ----------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_document_leaves_with_a_message_and_is_not_copied(mailoutbox):
    document = documents.store_bytes(
        b"%PDF-1.7 essai",
        by=SYSTEM,
        kind="essai",
        filename="bon.pdf",
        content_type="application/pdf",
    )
    message = write("test_must", to=UserFactory(), documents=[document])
    assert outbox.deliver(message.pk)
    assert mailoutbox[0].attachments[0][0] == "bon.pdf"
    assert message.attachments.get().document == document
    with time_machine.travel(clock.now() + dt.timedelta(days=5)):
        document_life.sweep_orphans()
    assert documents.Document.objects.filter(pk=document.pk).exists(), (
        "the message still refers to it"
    )
