"""Short texts: to who asked, at decent hours, without a fact on a locked screen."""

from __future__ import annotations

import datetime as dt
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import time_machine

from core import clock, outbox
from core.journal import Actor
from core.messaging import http_sms, preferences, texting
from core.outbox import Message
from tests.factories.families import GuardianFactory

#: A Wednesday in November, ten in the morning in Paris.
MORNING = dt.datetime(2026, 11, 18, 10, 0, tzinfo=dt.timezone(dt.timedelta(hours=1)))


@pytest.fixture
def provider(settings):
    """A provider's stand-in, spoken to over HTTP; ``answers`` are given in turn."""
    seen, answers = [], []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            seen.append((dict(self.headers), json.loads(body)))
            self.send_response(answers.pop(0) if answers else 201)
            self.end_headers()

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    settings.SMS_TRANSPORT = "core.messaging.http_sms.send"
    settings.SMS_URL = f"http://127.0.0.1:{server.server_port}/v1/sms"
    settings.SMS_TOKEN = "jeton"
    yield seen, answers
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.django_db
def test_a_short_text_goes_to_who_asked_and_repeats_carry_the_same_reference(provider):
    seen, answers = provider
    guardian = GuardianFactory(phone="06 12 34 56 78")
    context = {"number": "F1", "amount": "3,00", "due_on": MORNING.date(), "path": "/"}
    with time_machine.travel(MORNING, tick=False):
        outbox.queue(kind="invoice_reminder", to=guardian.user, context=context)
        assert not Message.objects.filter(channel="sms").exists(), "nobody gets one unasked"
        preferences.choose(by=Actor(guardian.user), kind="invoice_reminder", email=True, sms=True)
        outbox.queue(kind="invoice_reminder", to=guardian.user, context=context, dedupe_key="k")
        outbox.queue(kind="invoice_reminder", to=guardian.user, context=context, dedupe_key="k")
        text = Message.objects.get(channel="sms")
        answers.append(503)
        assert not outbox.deliver(text.pk)
    with time_machine.travel(MORNING + dt.timedelta(minutes=2), tick=False):
        assert outbox.deliver(text.pk)
    assert [body["to"] for _headers, body in seen] == ["+33612345678"] * 2
    assert {headers["Idempotency-Key"] for headers, _body in seen} == {text.public_id.hex}
    assert "3,00" not in seen[0][1]["text"]
    assert len(seen[0][1]["text"]) <= texting.MAX_LENGTH


@pytest.mark.django_db
def test_a_refused_number_is_told_from_a_provider_away(provider):
    _seen, answers = provider
    answers.extend([422, 500])
    with pytest.raises(http_sms.SmsRefused):
        http_sms.send("+33600000000", "Essai", "a")
    with pytest.raises(http_sms.SmsUnavailable):
        http_sms.send("+33600000000", "Essai", "a")


@pytest.mark.parametrize(
    ("at", "allowed"),
    [
        ("2026-11-18T10:00", "2026-11-18T10:00"),
        ("2026-11-18T07:59", "2026-11-18T08:00"),
        ("2026-11-18T20:00", "2026-11-19T08:00"),
        ("2026-11-21T21:00", "2026-11-23T08:00"),  # Saturday evening: not on Sunday
        ("2026-11-11T09:00", "2026-11-12T08:00"),  # the Armistice
        ("2026-12-31T23:00", "2027-01-02T08:00"),
    ],
)
def test_no_telephone_rings_at_night_on_sundays_or_holidays(at, allowed):
    as_paris = [dt.datetime.fromisoformat(x).replace(tzinfo=clock.PARIS) for x in (at, allowed)]
    assert texting.allowed_from(as_paris[0]) == as_paris[1]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("06 12 34 56 78", "+33612345678"),
        ("+33 (7) 12.34.56.78", "+33712345678"),
        ("04 91 00 00 00", ""),
        ("0612", ""),
        ("", ""),
    ],
)
def test_only_mobiles_get_texts(given, kept):
    assert texting.international(given) == kept
