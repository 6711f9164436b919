"""The family quotient: computed, declared, dated, checked, refused, reminded of."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from core import clock, documents
from core.accounts.roles import Role
from core.documents import Document, Scan
from core.errors import RuleBroken
from core.journal import SYSTEM, Actor, JournalEntry
from families import queries
from families.actions.income import (
    add_income_rule,
    check_income,
    declare_income,
    declare_tax_income,
    refuse_income,
)
from families.income.rules import (
    DOWN,
    NEAREST,
    UP,
    Terms,
    computed_quotient,
    earliest_start,
    end_of_validity,
    year_to_remind_of,
)
from families.models import IncomeFile, IncomeRule
from tests.core.test_uploads import pdf, picture
from tests.factories.accounts import UserFactory
from tests.factories.families import (
    ChildFactory,
    GuardianFactory,
    HouseholdFactory,
    IncomeFileFactory,
)
from tests.factories.payments import TariffFactory

SHARES = st.integers(4, 40).map(lambda quarters: Decimal(quarters) / 4)


class TestRules:
    @given(st.integers(0, 2_000_000), SHARES)
    def test_roundings_enclose_the_exact_value(self, income, shares):
        exact = Fraction(income) / 12 / Fraction(shares)
        down, near, up = (computed_quotient(income, shares, r) for r in (DOWN, NEAREST, UP))
        assert down <= exact <= up
        assert up - down == (0 if exact.denominator == 1 else 1)
        assert abs(near - exact) <= Fraction(1, 2)
        assert near in (down, up)

    @given(st.integers(0, 500_000), st.integers(0, 500_000), SHARES, SHARES)
    def test_more_income_never_lowers_it_and_more_shares_never_raise_it(self, a, b, s, t):
        low, high = sorted((a, b))
        assert computed_quotient(low, s) <= computed_quotient(high, s)
        few, many = sorted((s, t))
        assert computed_quotient(high, many) <= computed_quotient(high, few)

    def test_as_written_by_hand(self):
        assert computed_quotient(18_450, Decimal("2.5")) == 615
        assert computed_quotient(18_451, Decimal("2.5"), UP) == 616
        assert computed_quotient(-4000, Decimal(2)) == 0
        for wrong in ("0", "0.5", "2.3", "31"):
            with pytest.raises(ValueError, match="shares"):
                computed_quotient(1000, Decimal(wrong))

    @given(st.dates(dt.date(2020, 1, 1), dt.date(2050, 12, 31)), st.integers(0, 200))
    def test_a_file_ends_on_the_voted_day_and_never_too_soon(self, day, remind):
        terms = Terms(remind_days=remind)
        end = end_of_validity(day, terms)
        assert (end.month, end.day) == (8, 31)
        assert remind <= (end - day).days < remind + 367
        starts = year_to_remind_of(day, terms)
        if starts is not None:
            assert end > starts, "whoever renews when reminded is covered for the year to come"

    @given(st.dates(dt.date(2020, 1, 1), dt.date(2050, 12, 31)), st.integers(1, 366))
    def test_nothing_is_retroactive_unless_voted(self, day, days):
        assert earliest_start(day, Terms()) == day
        assert earliest_start(day, Terms(max_days=days)) == day
        voted = Terms(retroactive=True, max_days=days)
        assert (day - earliest_start(day, voted)).days == days


pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _private(settings, tmp_path):
    settings.PRIVATE_ROOT = tmp_path


@pytest.fixture
def mother():
    return GuardianFactory(user=UserFactory(roles=[Role.GUARDIAN]), household=HouseholdFactory())


@pytest.fixture
def agent():
    return UserFactory(roles=[Role.ENROLMENT_AGENT])


def rule(valid_from=dt.date(2020, 1, 1), **fields):
    return IncomeRule.objects.create(valid_from=valid_from, resolution="2020-17", **fields)


def declared(guardian, quotient=640, proof=None):
    by = Actor(guardian.user)
    return declare_income(by=by, household=guardian.household, quotient=quotient, proof=proof)


def proof_of(guardian):
    upload = SimpleUploadedFile("attestation.pdf", pdf())
    return documents.store(upload, by=Actor(guardian.user), kind="families.income")


def checked(agent, file, **fields):
    facts = {"quotient": 640, "source": "caf", "valid_from": file.valid_from, "valid_until": None}
    return check_income(by=Actor(agent), file=file, **(facts | fields))


class TestChecking:
    def test_proof_and_income_go_the_value_stays(self, mother, agent, committed):
        rule()
        with committed():
            file = declare_tax_income(
                by=Actor(mother.user),
                household=mother.household,
                reference_income=18_450,
                shares=Decimal("2.5"),
                proof=proof_of(mother),
            )
        path = file.proof.file
        assert (file.family_quotient, file.basis, file.is_waiting) == (615, "tax", True)
        assert queries.quotient_of(mother.household, clock.today()) is None
        with committed():
            checked(agent, file, quotient=615, source="tax")
        file.refresh_from_db()
        assert (file.family_quotient, file.source, file.checked_by) == (615, "tax", agent)
        assert (file.proof, file.reference_income, file.tax_shares) == (None, None, None)
        assert not Document.objects.exists()
        assert not path.exists()
        assert queries.quotient_of(mother.household, clock.today()) == 615
        said = str(list(JournalEntry.objects.values_list("facts", flat=True)))
        assert "615" not in said
        assert "18450" not in said

    def test_the_database_refuses_a_settled_file_that_keeps_the_income(self, mother):
        file = IncomeFileFactory(household=mother.household)
        with pytest.raises(IntegrityError), transaction.atomic():
            IncomeFile.objects.filter(pk=file.pk).update(reference_income=1)

    def test_it_counts_from_the_day_it_was_declared_on_even_if_checked_later(
        self, mother, agent, time_machine
    ):
        file = declared(mother)
        day = clock.today()
        assert file.valid_from == day
        time_machine.move_to(clock.now() + dt.timedelta(days=12))
        with pytest.raises(RuleBroken) as caught:
            checked(agent, file, valid_from=day - dt.timedelta(days=1))
        assert (caught.value.code, caught.value.field) == ("retroactive", "valid_from")
        checked(agent, file)
        assert queries.quotient_of(mother.household, day) == 640
        assert queries.quotient_of(mother.household, day - dt.timedelta(days=1)) is None

    def test_a_vote_makes_it_retroactive_from_its_own_day_on(self, mother, agent):
        today = clock.today()
        rule()
        rule(today, retroactive=True, max_days=30)
        file = declared(mother)
        assert file.valid_from == today - dt.timedelta(days=30)
        with pytest.raises(RuleBroken):
            checked(agent, file, valid_from=today - dt.timedelta(days=31))
        checked(agent, file)
        assert queries.quotient_of(mother.household, today - dt.timedelta(days=30)) == 640

    def test_a_proof_the_antivirus_has_not_seen_is_not_checked(self, mother, agent):
        file = declared(mother, proof=proof_of(mother))
        Document.objects.update(scan=Scan.WAITING)
        file = IncomeFile.objects.get()
        with pytest.raises(RuleBroken) as caught:
            checked(agent, file)
        assert caught.value.code == "held"
        Document.objects.update(scan=Scan.INFECTED)
        refuse_income(by=Actor(agent), file=file, code="unreadable")
        assert not Document.objects.exists()

    def test_a_refusal_says_why_and_what_is_answered_replaces_it(self, mother, agent, client):
        file = declared(mother, proof=proof_of(mother))
        with pytest.raises(RuleBroken):
            refuse_income(by=Actor(agent), file=file, code="other")
        refuse_income(by=Actor(agent), file=file, code="old", reason="Celle de 2023.")
        assert not Document.objects.exists()
        client.force_login(mother.user)
        page = client.get(reverse("families:income")).content.decode()
        assert "trop ancienne" in page
        assert "Celle de 2023." in page
        assert reverse("families:income_declare") in page
        declared(mother, 655)
        page = client.get(reverse("families:income")).content.decode()
        assert "Un agent va vérifier" in page
        assert "est à refaire" not in page

    def test_settled_twice_the_second_agent_is_told(self, mother, agent):
        file = declared(mother)
        checked(agent, file)
        for again in (
            lambda: checked(agent, file),
            lambda: refuse_income(by=Actor(agent), file=file, code="old"),
        ):
            with pytest.raises(RuleBroken) as caught:
                again()
            assert caught.value.code == "state"


class TestVotes:
    def vote(self, **changed):
        fields = {
            "valid_from": clock.today() + dt.timedelta(days=10),
            "resolution": "2026-41",
            "rounding": "up",
            "retroactive": False,
            "max_days": 0,
            "end_month": 8,
            "end_day": 31,
            "remind_days": 60,
        }
        return add_income_rule(by=SYSTEM, **(fields | changed))

    @pytest.mark.parametrize(
        ("changed", "code"),
        [
            ({"valid_from": dt.date(2020, 1, 1)}, "past"),
            ({"resolution": " "}, "resolution"),
            ({"retroactive": True}, "max_days"),
            ({"max_days": 5}, "max_days"),
            ({"end_month": 2, "end_day": 30}, "end_day"),
            ({"end_month": 2, "end_day": 29}, "end_day"),
        ],
    )
    def test_what_cannot_be_voted(self, changed, code):
        with pytest.raises(RuleBroken) as caught:
            self.vote(**changed)
        assert caught.value.code == code

    def test_a_day_has_one_vote(self):
        self.vote()
        with pytest.raises(RuleBroken) as caught:
            self.vote(resolution="2026-42")
        assert caught.value.code == "taken"

    def test_the_page_adds_one_and_shows_which_is_in_force(self, client):
        rule(retroactive=True, max_days=15)
        client.force_login(UserFactory(roles=[Role.REVENUE_OFFICER]))
        url = reverse("families:income_rules")
        assert "15 jours au plus" in client.get(url).content.decode()
        day = clock.today() + dt.timedelta(days=40)
        data = {"valid_from": day.isoformat(), "resolution": "2026-9", "rounding": "down"}
        data |= {"max_days": 0, "end_day": 31, "end_month": 8, "remind_days": 60}
        assert client.post(url, data | {"retroactive": "on"}).status_code == 200
        assert client.post(url, data).status_code == 302
        page = client.get(url).content.decode()
        assert "à venir" in page
        client.force_login(UserFactory(roles=[Role.ENROLMENT_AGENT]))
        assert client.get(url).status_code == 403


class TestPages:
    def test_each_state_is_one_clear_page(self, mother, agent, client, time_machine):
        TariffFactory()
        client.force_login(mother.user)
        url = reverse("families:income")

        def page():
            return client.get(url).content.decode().replace("\u00a0", " ")

        assert "sans rattrapage" in page()
        assert "Donner votre quotient" in page()
        file = declared(mother, 300)
        assert "Un agent va vérifier votre déclaration" in page()
        assert "Donner votre quotient" not in page()
        assert "<form" not in page().split("<main")[1].split("</main")[0]
        assert "6,00" in page(), "what it costs without a quotient"
        end = clock.today() + dt.timedelta(days=100)
        checked(agent, file, quotient=300, valid_until=end)
        assert "Votre situation a changé" in page()
        assert "1,50" in page()
        assert "6,00" not in page()
        time_machine.move_to(clock.at(end, 12) + dt.timedelta(days=1))
        client.force_login(mother.user)
        assert "n’est plus valable" in page()

    def test_photos_of_a_tax_notice_become_its_proof(self, mother, client):
        rule()
        client.force_login(mother.user)
        url = reverse("families:income_compute")
        pages = [SimpleUploadedFile(f"{n}.jpg", picture()) for n in range(3)]
        data = {"reference_income": "18 450", "tax_shares": "2.5", "proof": pages}
        assert client.post(url, data, follow=True).status_code == 200
        file = IncomeFile.objects.get()
        assert (file.family_quotient, file.proof.pages) == (615, 3)
        wrong = client.post(url, {"reference_income": "x", "tax_shares": "2,3"}).content.decode()
        assert "nombre de parts" in wrong
        assert IncomeFile.objects.get() == file

    def test_a_new_declaration_replaces_the_one_that_waits_with_its_proof(
        self, mother, client, committed
    ):
        client.force_login(mother.user)
        url = reverse("families:income_declare")
        for quotient in (640, 655):
            with committed():
                client.post(
                    url, {"quotient": quotient, "proof": SimpleUploadedFile("a.pdf", pdf())}
                )
        assert IncomeFile.objects.get().family_quotient == 655
        assert Document.objects.count() == 1

    def test_the_other_parent_sees_nothing_of_it(self, mother, client):
        father = GuardianFactory(
            user=UserFactory(roles=[Role.GUARDIAN]), household=HouseholdFactory()
        )
        ChildFactory(parents=[mother, father])
        file = declared(mother, 4321, proof_of(mother))
        client.force_login(father.user)
        for name in ("income", "income_declare", "income_compute", "overview"):
            assert "4321" not in client.get(reverse(f"families:{name}")).content.decode()
        assert client.get(file.proof.get_absolute_url()).status_code == 404
        assert client.get(reverse("families:income_check", args=[file.pk])).status_code == 403

    def test_the_queue_is_searched_filtered_and_cheap(
        self, agent, client, django_assert_max_num_queries
    ):
        for n in range(30):
            name = "Benhaddou" if n == 29 else f"Essai{n}"
            guardian = GuardianFactory(given_name="Aïcha", family_name=name)
            declared(guardian, 400 + n)
        last = IncomeFile.objects.order_by("-pk").first()
        IncomeFile.objects.filter(pk=last.pk).update(
            basis="tax", declared_at=clock.now() - dt.timedelta(days=9)
        )
        client.force_login(agent)
        url = reverse("families:income_queue")
        with django_assert_max_num_queries(18):
            page = client.get(url).content.decode()
        assert page.count('data-label="Foyer"') == 25
        assert client.get(url, {"page": 2}).content.decode().count('data-label="Foyer"') == 5
        for query in ({"piece": "tax"}, {"attente": "7"}, {"q": "aicha benhaddou"}):
            found = client.get(url, query).content.decode()
            assert last.household.reference in found, query
            assert found.count('data-label="Foyer"') == 1, query
        assert "Aucune déclaration ne répond" in client.get(url, {"q": "Zzyzx"}).content.decode()

    def test_an_agents_reading_is_journalled(self, mother, agent, client):
        file = declared(mother, proof=proof_of(mother))
        client.force_login(agent)
        client.get(reverse("families:income_check", args=[file.pk]))
        entry = JournalEntry.objects.get(verb="read.income")
        assert (entry.actor, entry.subject_id) == (agent, str(file.pk))
