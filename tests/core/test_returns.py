"""Returned mail is noticed, believed only where it fits, and its owner is told."""

from __future__ import annotations

from email.message import EmailMessage
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.urls import reverse

from core import clock, outbox
from core.accounts.roles import Role
from core.messaging import kinds, returns
from core.messaging.kinds import Kind
from core.messaging.models import AddressHealth, Bounce
from core.outbox import Message
from tests.factories.accounts import UserFactory
from tests.people import sign_in_client


@pytest.fixture(autouse=True)
def _kinds(monkeypatch):
    must = Kind("test_must", "Obligatoire", "Essais", "On attend une réponse.")
    monkeypatch.setattr(kinds, "_kinds", {**kinds._kinds, "test_must": must})


def write(kind="test_must", **more):
    given = {"subject": "Bonjour", "body": "Texte", "language": "fr"}
    return outbox.queue_words(**{"kind": kind, **given, **more})


def report(
    message, status="5.1.1", action="failed", to="ne-pas-repondre@localhost", *, headers=True
):
    """Return a delivery report as a mail server writes it."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "MAILER-DAEMON@mx.example", to, "Undelivered"
    mail.set_content("I'm sorry.")
    mail.make_mixed()
    mail.set_type("multipart/report")
    mail.set_param("report-type", "delivery-status")
    fields = (
        "Reporting-MTA: dns; mx.example\n\n"
        f"Final-Recipient: rfc822; {message.address}\nAction: {action}\nStatus: {status}\n"
        "Diagnostic-Code: smtp; 550 no such user\n\n"
    )
    raw = mail.as_string()
    boundary = mail.get_boundary()
    returned = f"Message-ID: {returns.message_id_of(message.public_id)}\nSubject: x\n\n"
    parts = f"--{boundary}\nContent-Type: message/delivery-status\n\n{fields}"
    if headers:
        parts += f"--{boundary}\nContent-Type: text/rfc822-headers\n\n{returned}"
    end = raw.rindex(f"--{boundary}--")
    return (raw[:end] + parts + raw[end:]).encode()


@pytest.mark.django_db
def test_an_address_that_returns_mail_is_set_aside_and_its_owner_told(client, mailoutbox):
    user = UserFactory(roles=[Role.GUARDIAN])
    first, second, waiting = (write("test_must", to=user) for _ in range(3))
    assert returns.ingest(report(first)) == "counted"
    assert returns.ingest(report(first)) == "repeated"
    assert not returns.is_failing(user.email)
    assert returns.ingest(report(second)) == "failing"
    waiting.refresh_from_db()
    assert (waiting.channel, waiting.state) == ("in_app", Message.SENT)
    assert write("test_must", to=user).channel == "in_app"
    assert write("test_must", to=user, secret=True).channel == "email", "signing in must work"
    orphan = write("test_must", address=user.email.upper())
    assert (orphan.state, orphan.last_error) == (Message.FAILED, returns.FAILING)
    sign_in_client(client, user)
    assert "Vos messages n’arrivent plus" in client.get("/messages/").content.decode()
    client.post(reverse("messages:trust_address"))
    assert "Vos messages n’arrivent plus" not in client.get("/messages/").content.decode()
    assert write("test_must", to=user).channel == "email"


@pytest.mark.django_db
def test_a_message_already_queued_is_not_sent_to_an_address_set_aside(mailoutbox):
    user = UserFactory()
    message = write("test_must", to=user)
    AddressHealth.objects.create(address=user.email, hard_bounces=2, failing_since=clock.now())
    assert not outbox.deliver(message.pk)
    message.refresh_from_db()
    assert message.channel == "in_app"
    assert not mailoutbox


@pytest.mark.django_db
@pytest.mark.parametrize("status", ["5.2.2", "5.7.1", "4.4.1", "5.4.7", ""])
def test_a_full_box_or_a_server_away_says_nothing_of_the_address(status):
    user = UserFactory()
    for _ in range(4):
        assert returns.ingest(report(write("test_must", to=user), status=status)) == "passing"
    assert not returns.is_failing(user.email)


@pytest.mark.django_db
def test_a_report_is_matched_by_the_address_it_comes_back_to(settings, mailoutbox):
    settings.BOUNCE_ADDRESS = "retours@ville.example"
    message = write("test_must", to=UserFactory())
    outbox.deliver(message.pk)
    sender = mailoutbox[0].from_email
    assert sender == f"retours+{message.public_id.hex}@ville.example"
    assert mailoutbox[0].message()["From"] == settings.DEFAULT_FROM_EMAIL
    assert returns.ingest(report(message, to=sender, headers=False)) == "counted"
    assert Bounce.objects.get().message == message


@pytest.mark.django_db
def test_what_is_no_report_on_our_mail_has_no_effect(tmp_path):
    message = write("test_must", to=UserFactory())
    stranger = Message(public_id="00000000-0000-4000-8000-000000000000", address=message.address)
    stranger.public_id = type(message.public_id)(stranger.public_id)
    assert returns.ingest(report(stranger)) == "unmatched"
    assert returns.ingest(b"Subject: hello\n\nhello") == "unmatched"
    assert returns.ingest(b"\xff\x00garbage") == "unmatched"
    assert returns.ingest(report(message, action="delayed", status="4.4.1")) == "passing"
    assert not Bounce.objects.exists()
    for name in ("new", "cur", "tmp"):
        (tmp_path / name).mkdir()
    (tmp_path / "new" / "1").write_bytes(report(message))
    out = StringIO()
    call_command("ingest_bounces", maildir=Path(tmp_path), stdout=out)
    assert out.getvalue().strip() == "counted 1"
    assert [p.name for p in (tmp_path / "cur").iterdir()] == ["1:2,S"]
