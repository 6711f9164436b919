"""Stars and comments: one each, counted, moderated, never by pupils."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from core.accounts.roles import Role
from core.errors import RuleBroken
from core.journal import Actor
from core.outbox import Message
from resources.catalogue import rules as catalogue_rules
from resources.catalogue import terms
from resources.catalogue.models import Resource
from resources.curation.actions import reviews as actions
from resources.curation.models import Review, ReviewReport
from tests.factories.accounts import UserFactory
from tests.factories.resources import PupilAccountFactory, ResourceFactory
from tests.factories.schools import SchoolFactory
from tests.people import sign_in_client
from tests.together import together

pytestmark = pytest.mark.django_db


@pytest.fixture
def resource() -> Resource:
    return ResourceFactory(title="La pizza des fractions", quality=3)


def teachers(count: int) -> list[Any]:
    school = SchoolFactory(name="École du Môle")
    return [UserFactory(roles=[(Role.TEACHER, school.uai)]) for _ in range(count)]


@given(st.integers(0, 5), st.lists(st.integers(1, 5), max_size=200))
def test_standing_stays_in_range_and_follows_the_stars(quality: int, stars: list[int]) -> None:
    found = catalogue_rules.standing(quality, sum(stars), len(stars))
    assert 0 <= found <= 5
    assert stars or found == quality
    better = catalogue_rules.standing(quality, sum(stars) + 5, len(stars) + 1)
    if stars or quality:
        assert better >= found, "five stars never lower a resource"


def test_one_enthusiast_does_not_lift_a_resource_above_the_good_ones() -> None:
    assert catalogue_rules.standing(0, 5, 1) < 5
    assert catalogue_rules.standing(0, 5 * 20, 20) == 5
    assert catalogue_rules.standing(5, 20, 20) == 2, "twenty teachers outweigh one editor"


def test_the_average_follows_every_review(resource: Resource) -> None:
    people = teachers(4)
    version = terms.current_version()
    for person, stars in zip(people, (5, 5, 5, 1), strict=True):
        actions.write(by=Actor(user=person), resource=resource, stars=stars, comment="Bien")
    resource.refresh_from_db()
    assert (resource.rating_stars, resource.rating_count) == (16, 4)
    assert terms.current_version() > version, "its standing has changed: search follows"
    actions.write(by=Actor(user=people[3]), resource=resource, stars=5)
    resource.refresh_from_db()
    assert (resource.rating_stars, resource.rating_count, resource.standing) == (20, 4, 4)
    editor = UserFactory(roles=[Role.CATALOGUE_EDITOR])
    review = Review.objects.get(author=people[0])
    actions.hide(by=Actor(user=editor), review=review, reason="Nomme une élève")
    resource.refresh_from_db()
    assert (resource.rating_stars, resource.rating_count) == (15, 3)
    actions.write(by=Actor(user=people[0]), resource=resource, stars=4, comment="Corrigé")
    resource.refresh_from_db()
    assert resource.rating_count == 3, "changed, it stays hidden until an editor shows it"
    actions.show(by=Actor(user=editor), review=Review.objects.get(pk=review.pk))
    actions.remove(by=Actor(user=people[1]), review=Review.objects.get(author=people[1]))
    resource.refresh_from_db()
    assert (resource.rating_stars, resource.rating_count) == (14, 3)
    for stars in (0, 6):
        with pytest.raises(RuleBroken):
            actions.write(by=Actor(user=people[0]), resource=resource, stars=stars)
        with pytest.raises(IntegrityError), transaction.atomic():
            Review.objects.filter(author=people[0]).update(stars=stars)
    with pytest.raises(IntegrityError), transaction.atomic():
        Resource.objects.filter(pk=resource.pk).update(rating_stars=99)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_reviews_at_once_are_all_counted_and_one_each() -> None:
    resource, people = ResourceFactory(), teachers(3)

    def work(person: Any) -> None:
        actions.write(by=Actor(user=person), resource=resource, stars=4)

    assert together(*(partial(work, person) for person in people * 2)) == [None] * 6

    assert Review.objects.count() == 3
    resource.refresh_from_db()
    assert (resource.rating_stars, resource.rating_count) == (12, 3)


def test_a_teacher_reviews_colleagues_read_it_without_a_name_pupils_see_nothing(
    client: Client, resource: Resource, django_assert_max_num_queries: Any
) -> None:
    author, reader = teachers(2)
    sign_in_client(client, author)
    page = reverse("catalogue:resource", args=[resource.identifier])
    write = reverse("curation:review", args=[resource.identifier])
    assert write in client.get(page).content.decode()
    assert client.post(write, {"comment": "Sans étoile"}).status_code == 200
    assert not Review.objects.exists()
    client.post(write, {"stars": "4", "comment": "Très bien avec des pizzas en carton."})
    client.post(write, {"stars": "5", "comment": "Parfait avec des pizzas en carton."})
    assert Review.objects.get().stars == 5
    sign_in_client(client, reader)
    html = client.get(page).content.decode().replace("\u00a0", " ")
    assert "Parfait avec des pizzas" in html
    assert "Enseignant·e, École du Môle" in html
    assert author.family_name not in html
    assert "5 étoiles sur 5" in html
    report = reverse("curation:report_review", args=[Review.objects.get().pk])
    assert client.post(report, {"kind": "rude"}).status_code == 302
    client.post(report, {"kind": "advert"})
    assert ReviewReport.objects.count() == 1
    pupil = PupilAccountFactory()
    sign_in_client(client, pupil.user)
    html = client.get(page).content.decode()
    assert "pizzas en carton" not in html
    assert "étoiles sur 5" not in html
    assert client.get(write).status_code == 403
    for person in teachers(12):
        actions.write(by=Actor(user=person), resource=resource, stars=3, comment="Bien")
    sign_in_client(client, reader)
    client.get(page)
    with django_assert_max_num_queries(40):
        client.get(page)


def test_editors_hide_keep_and_show_again(client: Client, resource: Resource) -> None:
    author, reader = teachers(2)
    editor = UserFactory(roles=[Role.CATALOGUE_EDITOR])
    review = actions.write(
        by=Actor(user=author), resource=resource, stars=1, comment="Kévin n’y arrive pas"
    )
    with pytest.raises(RuleBroken) as refused:
        actions.report(by=Actor(user=author), review=review, kind="rude")
    assert refused.value.code == "own"
    actions.report(by=Actor(user=reader), review=review, kind="personal")
    sign_in_client(client, editor)
    queue, moderate = reverse("curation:reviews"), reverse("curation:moderate", args=[review.pk])
    assert "Kévin n’y arrive pas" in client.get(queue).content.decode()
    client.post(moderate, {"do": "hide", "reason": " "})
    review.refresh_from_db()
    assert review.state == "shown", "hiding says why"
    client.post(moderate, {"do": "hide", "reason": "Il nomme un élève"})
    assert not client.get(queue).context["page_obj"].object_list
    assert "Kévin" in client.get(queue + "?etat=masques").content.decode()
    told = Message.objects.get(kind="review_hidden")
    assert told.recipient == author
    assert "Kévin" not in told.body
    page = reverse("catalogue:resource", args=[resource.identifier])
    sign_in_client(client, reader)
    assert "Kévin" not in client.get(page).content.decode()
    sign_in_client(client, author)
    html = client.get(page).content.decode()
    assert "Kévin" in html
    assert "Il nomme un élève" in html
    sign_in_client(client, editor)
    client.post(moderate, {"do": "show"})
    sign_in_client(client, reader)
    assert "Kévin" in client.get(page).content.decode()
    assert client.post(moderate, {"do": "hide", "reason": "x"}).status_code == 403
