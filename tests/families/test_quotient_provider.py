"""Quotients fetched from API Particulier: over real HTTP, from a stand-in process."""

from __future__ import annotations

import datetime as dt
import time

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse

from core import clock, documents
from core.accounts.roles import Role
from core.documents import Document
from core.errors import RuleBroken
from core.journal import Actor, JournalEntry
from core.outbox import Message
from families import queries, quotient_provider
from families.actions import quotients
from families.actions.income import check_income, declare_income
from families.models import IncomeFile, IncomeRule, QuotientRequest
from families.quotient_provider import (
    Identity,
    IdentityUnknown,
    NotAllowed,
    NotFound,
    ProviderDown,
    SlowDown,
    get_provider,
)
from tests.core.test_uploads import pdf
from tests.factories.accounts import UserFactory
from tests.factories.families import ChildFactory, GuardianFactory, HouseholdFactory

pytestmark = pytest.mark.django_db


def who(name="Benali", given="Nadia", **fields):
    facts = {"birth_date": "1987-06-27", "sex": "F", "commune": "Marseille", "department": "13"}
    return Identity(name, (given,), **(facts | fields))


@pytest.fixture
def mother():
    return GuardianFactory(
        user=UserFactory(roles=[Role.GUARDIAN]),
        household=HouseholdFactory(),
        given_name="Nadia",
        family_name="Benali",
    )


def ask(guardian, identity=None):
    return quotients.ask_quotient(
        by=Actor(guardian.user), guardian=guardian, identity=identity or who()
    )


def later(time_machine, **gap):
    time_machine.move_to(clock.now() + dt.timedelta(**gap))


class TestClient:
    def test_a_quotient_comes_with_its_month_and_fund(self, caf):
        caf.ask("files", **{"BENALI Nadia": 742})
        answer = get_provider().quotient(who())
        assert (answer.quotient, answer.fund) == (742, "CNAF")
        assert answer.year >= 2026
        assert 1 <= answer.month <= 12
        assert get_provider().quotient(who("bénali")).quotient == 742

    @pytest.mark.parametrize(
        ("identity", "error"),
        [
            (who("Absent"), NotFound),
            (who("Inconnu"), IdentityUnknown),
            (who(commune=""), IdentityUnknown),
            (who(given=""), IdentityUnknown),
        ],
    )
    def test_what_it_says_no_to_is_told_apart(self, caf, identity, error):
        with pytest.raises(error):
            get_provider().quotient(identity)

    @pytest.mark.parametrize("fault", ["down", "drop", "garbage"])
    def test_an_answer_that_says_nothing_is_a_provider_down(self, caf, fault):
        caf.ask("faults", **{fault: 1})
        with pytest.raises(ProviderDown):
            get_provider().quotient(who())
        assert get_provider().quotient(who()).quotient > 0

    def test_silence_ends(self, caf, monkeypatch):
        monkeypatch.setattr(quotient_provider, "PATIENCE", (1, 0.3))
        caf.ask("faults", slow=1)
        started = time.monotonic()
        with pytest.raises(ProviderDown):
            get_provider().quotient(who())
        assert time.monotonic() - started < 1
        while not caf.answered():
            time.sleep(0.1)

    def test_our_own_fault_is_logged_without_the_identity(self, caf, settings, caplog):
        settings.QUOTIENT_API_TOKEN = "perime"
        with pytest.raises(NotAllowed):
            get_provider().quotient(who())
        assert "token is refused" in caplog.text
        settings.QUOTIENT_API_BASE = "http://127.0.0.1:9"
        with pytest.raises(ProviderDown) as caught:
            get_provider().quotient(who("Secretissime"))
        assert "secretissime" not in (caplog.text + repr(caught.value)).lower()

    def test_we_keep_below_twenty_calls_a_second(self, caf):
        done, told = 0, 0
        for _ in range(36):
            try:
                get_provider().quotient(who())
                done += 1
            except SlowDown as slow:
                told += 1
                time.sleep(slow.wait)
        assert told
        assert done > 30
        assert caf.answered() == {"200": done}, "the provider never had to say it"

    def test_told_to_slow_down_nobody_calls_until_then(self, caf):
        caf.ask("faults", per_second=2)
        for _ in range(2):
            get_provider().quotient(who())
        for _ in range(3):
            with pytest.raises(SlowDown) as caught:
                get_provider().quotient(who())
        assert caught.value.wait > 0.5
        assert caf.answered() == {"200": 2, "429": 1}
        time.sleep(1.05)
        cache.delete(quotient_provider._CLOSED_UNTIL)
        assert get_provider().quotient(who())


class TestRequests:
    def test_asked_first_fetched_after_dated_and_without_its_identity(self, caf, mother, committed):
        IncomeRule.objects.create(valid_from=dt.date(2020, 1, 1), resolution="x", remind_days=0)
        caf.ask("files", **{"BENALI NADIA": 742})
        with committed():
            request = ask(mother)
            assert ask(mother) == request
            assert (request.state, caf.answered()) == ("asked", {})
        request.refresh_from_db()
        assert (request.state, request.identity) == ("found", None)
        file = IncomeFile.objects.get()
        assert (file.family_quotient, file.source, file.checked_by) == (742, "api", None)
        assert file.valid_from == clock.today()
        assert (file.valid_until.month, file.valid_until.day) == (8, 31)
        assert queries.quotient_of(mother.household, clock.today()) == 742
        entry = JournalEntry.objects.get(verb="quotient.ask")
        assert entry.facts["consent"] == quotients.CONSENT
        facts = str(list(JournalEntry.objects.values_list("facts", flat=True)))
        assert "742" not in facts
        assert "Benali" not in facts
        told = Message.objects.get(kind="family_quotient_found")
        assert told.recipient == mother.user
        assert "742" not in told.body

    @pytest.mark.parametrize(
        ("name", "state", "words"),
        [("Absent", "not_found", "pas de dossier"), ("Inconnu", "unknown", "pas reconnu")],
    )
    def test_no_quotient_leads_to_declaring(  # noqa: PLR0917
        self, caf, mother, client, committed, name, state, words
    ):
        with committed():
            request = ask(mother, who(name))
        request.refresh_from_db()
        assert (request.state, request.identity) == (state, None)
        assert Message.objects.filter(kind="family_quotient_missing").count() == 1
        client.force_login(mother.user)
        page = client.get(reverse("families:income")).content.decode()
        assert words in page
        assert reverse("families:income_declare") in page

    def test_a_provider_that_is_down_is_asked_again_then_the_family_declares(
        self, caf, mother, client, committed, time_machine
    ):
        caf.ask("faults", down=99)
        with committed():
            request = ask(mother)
        client.force_login(mother.user)
        page = client.get(reverse("families:income")).content.decode()
        assert "Nous demandons votre quotient" in page
        for gap in (25, 130):
            later(time_machine, seconds=gap)
            assert quotients.sweep() == 0
            assert quotients.sweep() == 0, "not before its time"
        client.force_login(mother.user)
        assert "ne répond pas" in client.get(reverse("families:income")).content.decode()
        later(time_machine, seconds=1000)
        assert quotients.sweep() == 1
        request.refresh_from_db()
        assert (request.state, request.error, request.attempts) == ("down", "503", 4)
        assert Message.objects.filter(kind="family_quotient_missing").count() == 1
        assert caf.answered() == {"503": 4}

    def test_being_told_to_slow_down_loses_nothing(self, caf, mother, committed, time_machine):
        caf.ask("faults", per_second=0)
        with committed():
            request = ask(mother)
        request.refresh_from_db()
        assert (request.state, request.attempts) == ("asked", 0)
        caf.ask("faults", per_second=20)
        later(time_machine, seconds=30)
        assert quotients.sweep() == 1
        request.refresh_from_db()
        assert request.state == "found"

    def test_the_sweep_finishes_what_a_dead_worker_left(self, caf, mother, time_machine):
        request = ask(mother)
        assert quotients.claim(request.pk) is not None, "a worker takes it, and dies"
        assert quotients.claim(request.pk) is None
        assert quotients.sweep() == 0, "its lease still holds"
        later(time_machine, seconds=61)
        assert quotients.sweep() == 1
        assert IncomeFile.objects.get().source == "api"

    def test_the_database_keeps_one_open_request_and_no_identity_after(self, caf, mother):
        request = ask(mother)
        with pytest.raises(IntegrityError), transaction.atomic():
            QuotientRequest.objects.create(
                household=mother.household, guardian=mother, consent="x", identity={}
            )
        with pytest.raises(IntegrityError), transaction.atomic():
            QuotientRequest.objects.filter(pk=request.pk).update(
                state="found", ended_at=clock.now()
            )

    def test_not_too_often(self, caf, mother):
        for _ in range(quotients.PER_DAY):
            quotients.end(ask(mother), "not_found")
        with pytest.raises(RuleBroken) as caught:
            ask(mother)
        assert caught.value.code == "too_many"


class TestBesideDeclarations:
    def test_an_answer_takes_the_place_of_the_declaration_that_waits(
        self, caf, mother, settings, tmp_path, committed
    ):
        settings.PRIVATE_ROOT = tmp_path
        caf.ask("files", **{"BENALI NADIA": 742})
        by = Actor(mother.user)
        request = ask(mother)
        upload = SimpleUploadedFile("a.pdf", pdf())
        proof = documents.store(upload, by=by, kind="families.income")
        waiting = declare_income(by=by, household=mother.household, quotient=900, proof=proof)
        with committed():
            assert quotients.fetch(request.pk) == "found"
        assert IncomeFile.objects.get().family_quotient == 742
        assert not Document.objects.exists()
        assert not proof.file.exists()
        with pytest.raises(RuleBroken) as caught:
            check_income(
                by=by, file=waiting, quotient=900, source="caf", valid_from=waiting.valid_from
            )
        assert caught.value.code == "state"

    def test_what_an_agent_checked_meanwhile_stands(self, caf, mother):
        by = Actor(UserFactory(roles=[Role.ENROLMENT_AGENT]))
        request = ask(mother)
        claimed = quotients.claim(request.pk)
        answer = get_provider().quotient(Identity.of_row(claimed.identity))
        file = declare_income(
            by=Actor(mother.user), household=mother.household, quotient=900, proof=None
        )
        check_income(by=by, file=file, quotient=900, source="caf", valid_from=file.valid_from)
        request.refresh_from_db()
        assert (request.state, request.identity) == ("superseded", None)
        assert quotients.settle(claimed, answer) == ""
        assert IncomeFile.objects.get().family_quotient == 900


class TestPages:
    def form(self, **fields):
        facts = {
            "given_names": "Nadia Leïla",
            "family_name": "Benali",
            "birth_date": "1987-06-27",
            "sex": "F",
            "born": "fr",
            "commune": "Marseille",
            "department": "13",
            "consent": "on",
        }
        return facts | fields

    def test_from_consent_to_a_price(self, caf, mother, client, committed):
        caf.ask("files", **{"BENALI NADIA": 742})
        client.force_login(mother.user)
        url = reverse("families:income_fetch")
        assert "s’efface dès la réponse" in client.get(url).content.decode()
        assert client.post(url, self.form(consent="")).status_code == 200
        assert client.post(url, self.form(commune="")).status_code == 200
        assert client.post(url, self.form(birth_date="2020-01-01")).status_code == 200
        assert not QuotientRequest.objects.exists()
        with committed():
            assert client.post(url, self.form()).status_code == 302
        page = client.get(reverse("families:income")).content.decode()
        assert "742" in page
        waited = client.get(
            reverse("families:income"), {"attente": "1"}, headers={"HX-Request": "true"}
        ).content.decode()
        assert "La réponse est arrivée" in waited
        assert "<html" not in waited

    def test_born_abroad_needs_no_commune(self, caf, mother, client):
        client.force_login(mother.user)
        data = self.form(born="abroad", country="99352", commune="x", department="zz")
        assert client.post(reverse("families:income_fetch"), data).status_code == 302
        identity = QuotientRequest.objects.get().identity
        assert (identity["country"], identity["commune"], identity["department"]) == (
            "99352",
            "",
            "",
        )

    def test_without_a_provider_one_declares(self, mother, client):
        client.force_login(mother.user)
        answer = client.get(reverse("families:income_fetch"))
        assert answer.url == reverse("families:income_declare")
        assert "Demander à la CAF" not in client.get(reverse("families:income")).content.decode()

    def test_one_parents_request_is_not_the_others(self, caf, mother, client, committed):
        father = GuardianFactory(
            user=UserFactory(roles=[Role.GUARDIAN]), household=HouseholdFactory()
        )
        ChildFactory(parents=[mother, father])
        with committed():
            ask(mother, who("Absent"))
        client.force_login(father.user)
        page = client.get(reverse("families:income")).content.decode()
        assert "pas de dossier" not in page
        assert not QuotientRequest.objects.visible_to(father.user).exists()
        assert not Message.objects.filter(recipient=father.user).exists()
