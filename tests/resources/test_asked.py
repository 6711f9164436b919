"""Suggestions and reports of problems: known addresses, one each, answered."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from core import clock
from core.accounts.roles import Role
from core.errors import RuleBroken
from core.journal import Actor
from core.outbox import Message
from resources.catalogue.models import Resource
from resources.curation import rules
from resources.curation.actions import asked as actions
from resources.curation.models import Problem, Suggestion
from tests.factories.accounts import UserFactory
from tests.factories.resources import PupilAccountFactory, ResourceFactory, term
from tests.people import sign_in_client
from tests.together import told

pytestmark = pytest.mark.django_db
URL = "https://www.jeux-de-maths.example/parts?niveau=2&mode=a"


@pytest.fixture
def teacher() -> Any:
    return UserFactory(roles=[(Role.TEACHER, "0990001A")])


@pytest.fixture
def editor() -> Any:
    return UserFactory(roles=[Role.CATALOGUE_EDITOR])


def suggest(by: Any, url: str = URL, **more: Any) -> Suggestion:
    facts = {
        "url": url,
        "title": "Le jeu des parts",
        "why": "Mes élèves l’adorent.",
        "levels": [term("level", "CM1")],
        "domain": term("domain", "maths.nombres"),
    }
    return actions.suggest(by=Actor(user=by), **{**facts, **more})


@pytest.mark.parametrize(
    "same",
    [
        "http://jeux-de-maths.example/parts?mode=a&niveau=2",
        "https://WWW.Jeux-de-Maths.example:443/parts/?niveau=2&mode=a#haut",
        "https://jeux-de-maths.example/parts?niveau=2&utm_source=lettre&mode=a",
    ],
)
def test_writings_of_one_address_are_one(same: str) -> None:
    assert rules.address_key(same) == rules.address_key(URL)


@pytest.mark.parametrize(
    "other",
    [
        "https://jeux-de-maths.example/parts?niveau=3&mode=a",
        "https://jeux-de-maths.example/Parts?niveau=2&mode=a",
        "https://autre.example/parts?niveau=2&mode=a",
    ],
)
def test_other_addresses_are_others(other: str) -> None:
    assert rules.address_key(other) != rules.address_key(URL)


@given(st.text(max_size=200))
def test_a_key_is_made_of_anything_and_of_itself(text: str) -> None:
    key = rules.address_key(text)
    assert len(key) <= rules.KEY_LENGTH
    assert rules.host_of(key) in key


def test_what_is_here_already_is_said_at_once(client: Client, teacher: Any) -> None:
    here = ResourceFactory(
        title="Déjà là", url="http://jeux-de-maths.example/parts/?mode=a&niveau=2"
    )
    sign_in_client(client, teacher)
    form = reverse("curation:suggest")
    html = client.post(form, {"url": URL}).content.decode()
    assert reverse("catalogue:resource", args=[here.identifier]) in html
    Resource.objects.filter(pk=here.pk).update(state="withdrawn")
    html = client.post(form, {"url": URL}).content.decode()
    assert "connaissent déjà cette adresse" in html
    assert "Déjà là" not in html, "what one may not open is not named"
    with pytest.raises(RuleBroken) as refused:
        suggest(teacher)
    assert refused.value.code == "known"
    assert not Suggestion.objects.exists()


def test_an_accepted_suggestion_becomes_a_proposed_resource_and_its_author_is_told(
    client: Client, teacher: Any, editor: Any
) -> None:
    sign_in_client(client, teacher)
    client.post(
        reverse("curation:suggest"),
        {
            "url": URL,
            "title": "Le jeu des parts",
            "why": "Mes élèves l’adorent.",
            "levels": [term("level", "CM1").pk],
            "domain": term("domain", "maths.nombres").pk,
        },
    )
    found = Suggestion.objects.get()
    with pytest.raises(RuleBroken) as refused:
        suggest(UserFactory(roles=[(Role.TEACHER, "0990002B")]), URL + "#autre")
    assert refused.value.code == "waiting"
    page = reverse("curation:suggestion", args=[found.public_id])
    assert client.get(page).status_code == 403
    sign_in_client(client, editor)
    assert "Le jeu des parts" in client.get(reverse("curation:suggestions")).content.decode()
    assert "Mes élèves l’adorent." in client.get(page).content.decode()
    client.post(page, {"do": "accept"})
    found.refresh_from_db()
    made = found.resource
    assert made is not None
    assert (made.state, made.url, made.title) == ("proposed", URL, "Le jeu des parts")
    assert [level.code for level in made.levels.all()] == ["CM1"]
    client.post(page, {"do": "accept"})
    assert Resource.objects.count() == 1, "accepting twice makes one"
    assert Message.objects.get(kind="suggestion_accepted").recipient == teacher


def test_declining_says_why(client: Client, teacher: Any, editor: Any) -> None:
    found = suggest(teacher)
    page = reverse("curation:suggestion", args=[found.public_id])
    sign_in_client(client, editor)
    client.post(page, {"do": "decline", "reason": ""})
    found.refresh_from_db()
    assert found.state == "waiting"
    client.post(page, {"do": "decline", "reason": "Le site affiche de la publicité."})
    assert Message.objects.get(kind="suggestion_declined").recipient == teacher
    sign_in_client(client, teacher)
    html = client.get(reverse("curation:suggest")).content.decode()
    assert "Le site affiche de la publicité." in html
    suggest(teacher)
    with pytest.raises(IntegrityError), transaction.atomic():
        Suggestion.objects.filter(pk=found.pk).update(reason="")


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_teachers_who_suggest_the_same_at_once_make_one() -> None:
    people = [UserFactory(roles=[(Role.TEACHER, "0990001A")]) for _ in range(2)]
    term("level", "CM1")

    def work(person: Any) -> str:
        suggest(person)
        return "made"

    answers = told(*(partial(work, person) for person in people))
    assert sorted(answers) == ["made", "waiting"]


def test_a_problem_is_open_once_a_person_and_its_end_is_told(
    client: Client, teacher: Any, editor: Any
) -> None:
    account = PupilAccountFactory()
    resource = ResourceFactory(title="La pizza", url="https://pizza.example/")
    report = reverse("curation:problem", args=[resource.identifier])
    for person, data in (
        (teacher, {"kind": "link", "text": "Page blanche"}),
        (teacher, {"kind": "broken", "text": "Plus de son"}),
        (account.user, {"kind": "broken", "text": "Je m’appelle Lina"}),
    ):
        sign_in_client(client, person)
        assert (
            report
            in client.get(
                reverse("catalogue:resource", args=[resource.identifier])
            ).content.decode()
        )
        assert client.post(report, data).status_code == 302
    rows = {row.reporter_id: row for row in Problem.objects.all()}
    assert set(rows) == {teacher.pk, account.user.pk}
    assert (rows[teacher.pk].kind, rows[teacher.pk].text) == ("broken", "Plus de son")
    assert rows[account.user.pk].text == "", "a child writes nothing"
    with pytest.raises(IntegrityError), transaction.atomic():
        Problem.objects.create(resource=resource, reporter=teacher, kind="link")
    settle = reverse("curation:settle", args=[resource.identifier])
    assert client.post(settle, {"do": "mended"}).status_code == 403
    sign_in_client(client, editor)
    html = client.get(reverse("curation:problems")).content.decode()
    assert "Plus de son" in html
    assert "un élève" in html
    assert account.user.family_name not in html
    client.post(settle, {"do": "dismissed", "answer": " "})
    assert Problem.objects.waiting().count() == 2, "nothing to mend says why"
    client.post(settle, {"do": "mended", "answer": "Le site a changé d’adresse."})
    client.post(settle, {"do": "mended"})
    assert not Problem.objects.waiting().exists()
    told = {message.recipient: message for message in Message.objects.filter(kind="problem_mended")}
    assert set(told) == {teacher, account.user}
    assert "Tu avais signalé" in told[account.user].body
    assert "Le site a changé d’adresse." in told[teacher].body
    actions.report(by=Actor(user=teacher), resource=resource, kind="link")
    assert Problem.objects.waiting().count() == 1, "what breaks again is told again"


def test_an_address_that_changed_and_answers_mends_what_did_not_open(teacher: Any) -> None:
    resource = ResourceFactory(title="La pizza", url="https://ancien.example/")
    early, late = teacher, UserFactory(roles=[(Role.TEACHER, "0990001A")])
    wrong = UserFactory(roles=[(Role.TEACHER, "0990001A")])
    actions.report(by=Actor(user=early), resource=resource, kind="link")
    actions.report(by=Actor(user=wrong), resource=resource, kind="wrong")
    rows = Resource.objects.filter(pk=resource.pk)
    rows.update(link_state="fine")
    assert actions.settle_moved() == 0, "the same address answers: somebody must look"
    rows.update(url="https://nouveau.example/", link_state="unchecked")
    assert actions.settle_moved() == 0, "not yet asked"
    resource.refresh_from_db()
    actions.report(by=Actor(user=late), resource=resource, kind="link")
    rows.update(link_state="fine")
    assert actions.settle_moved() == 1
    assert actions.settle_moved() == 0
    assert set(Problem.objects.waiting().values_list("reporter", flat=True)) == {late.pk, wrong.pk}
    assert Message.objects.get(kind="problem_mended").recipient == early


def test_a_pupil_reports_only_what_may_be_opened(client: Client) -> None:
    account = PupilAccountFactory()
    sign_in_client(client, account.user)
    for hidden in (ResourceFactory(audience="teacher"), ResourceFactory(state="draft")):
        url = reverse("curation:problem", args=[hidden.identifier])
        assert client.get(url).status_code == 404
        assert client.post(url, {"kind": "link"}).status_code == 404
    open_one = ResourceFactory()
    url = reverse("curation:problem", args=[open_one.identifier])
    assert client.post(url, {"kind": "wrong"}).status_code == 200, "not among a pupil's choices"
    assert not Problem.objects.exists()


def test_queues_cost_the_same_however_long(
    client: Client, editor: Any, django_assert_max_num_queries: Any
) -> None:
    counts: dict[str, set[int]] = {}
    sign_in_client(client, editor)
    for number in range(2):
        for place in range(1 + 5 * number):
            person = UserFactory(roles=[(Role.TEACHER, "0990001A")])
            suggest(person, f"https://site{number}-{place}.example/")
            actions.report(by=Actor(user=person), resource=ResourceFactory(), kind="wrong")
        for name in ("suggestions", "problems"):
            url = reverse(f"curation:{name}")
            client.get(url)
            with django_assert_max_num_queries(25) as seen:
                client.get(url)
            counts.setdefault(name, set()).add(len(seen.captured_queries))
    assert all(len(found) == 1 for found in counts.values()), counts
    assert Suggestion.objects.waiting().first().suggested_at <= clock.now()
