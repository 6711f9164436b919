"""Collections: rights on rows and counts, order, sizes, copies, the bin, class spaces."""

from __future__ import annotations

import datetime as dt
import random
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
from resources.catalogue.models import Favourite
from resources.curation import rules
from resources.curation.actions import collections as actions
from resources.curation.actions import sharing
from resources.curation.models import ClassShare, Collection, CollectionItem
from tests.factories.accounts import UserFactory
from tests.factories.collections import filled, item, titles
from tests.factories.resources import PupilAccountFactory, ResourceFactory
from tests.people import sign_in_client
from tests.together import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> Any:
    """A pupil's account, in a class."""
    return PupilAccountFactory()


@pytest.fixture
def teacher(account: Any) -> Any:
    """The teacher of that class."""
    found = UserFactory(roles=[(Role.TEACHER, account.class_group.school.uai)])
    account.class_group.teachers.add(found)
    return found


@pytest.fixture
def colleague(account: Any) -> Any:
    """Somebody of the same school, with another class."""
    return UserFactory(roles=[(Role.TEACHER, account.class_group.school.uai)])


@pytest.fixture
def stranger() -> Any:
    """A teacher of another school."""
    return UserFactory(roles=[(Role.TEACHER, "0990001A")])


@pytest.fixture
def editor() -> Any:
    return UserFactory(roles=[Role.CATALOGUE_EDITOR])


@given(st.lists(st.integers(), unique=True, min_size=1), st.integers(-3, 70), st.data())
def test_moving_changes_one_place_and_loses_nothing(
    order: list[int], to: int, data: st.DataObject
) -> None:
    key = data.draw(st.sampled_from(order))
    after = rules.moved(order, key, to)
    assert sorted(after) == sorted(order)
    assert [other for other in after if other != key] == [other for other in order if other != key]
    assert after.index(key) == min(max(to, 0), len(order) - 1)


def test_order_follows_every_move_and_gaps_do_no_harm(teacher: Any) -> None:
    by, made = Actor(user=teacher), filled(teacher, 4)
    for title, where, order in (
        ("R3", "up", "R0 R1 R3 R2"),
        ("R0", "down", "R1 R0 R3 R2"),
        ("R1", "up", "R1 R0 R3 R2"),
        ("R2", "first", "R2 R1 R0 R3"),
        ("R2", "last", "R1 R0 R3 R2"),
    ):
        actions.move(by=by, collection=made, item=item(made, title), where=where)
        assert titles(made) == order.split()
    actions.remove(by=by, collection=made, item=item(made, "R0"))
    actions.move(by=by, collection=made, item=item(made, "R3"), where="up")
    assert titles(made) == ["R3", "R1", "R2"]
    keys = {row.resource.title: row.resource_id for row in made.items.select_related("resource")}
    actions.reorder(by=by, collection=made, resources=[keys["R2"], keys["R3"], keys["R1"]])
    assert titles(made) == ["R2", "R3", "R1"]
    with pytest.raises(RuleBroken) as refused:
        actions.reorder(by=by, collection=made, resources=[keys["R2"], keys["R3"]])
    assert refused.value.code == "order"


def test_a_collection_holds_each_once_and_no_more_than_fit(
    teacher: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    by, made = Actor(user=teacher), filled(teacher, rules.MAX_ITEMS - 1)
    first = item(made, "R0")
    assert actions.add(by=by, collection=made, resources=[first.resource]) == 0
    extra = ResourceFactory(title="Dernière")
    assert actions.add(by=by, collection=made, resources=[extra]) == 1
    with pytest.raises(RuleBroken) as refused:
        actions.add(by=by, collection=made, resources=[ResourceFactory()])
    assert refused.value.code == "full"
    actions.remove(by=by, collection=made, item=first)
    assert actions.add(by=by, collection=made, resources=[ResourceFactory(title="À la fin")]) == 1
    assert titles(made)[-2:] == ["Dernière", "À la fin"], "the gap is closed, the order kept"
    # The database itself refuses what a forgotten rule would let through.
    for wrong in (
        {"position": rules.MAX_ITEMS + 1, "resource": ResourceFactory()},
        {"position": 5, "resource": ResourceFactory()},
        {"position": 0, "resource": extra},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            CollectionItem.objects.create(collection=made, **wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        {"reach": "private", "owner": None},
        {"reach": "school"},
        {"reach": "city"},
        {"title": ""},
    ],
)
def test_a_collection_belongs_where_it_is_seen(teacher: Any, wrong: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Collection.objects.create(**{"title": "T", "owner": teacher, "school": None, **wrong})


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_adding_and_moving_at_the_same_time_keeps_every_place_its_own(teacher: Any) -> None:
    made = filled(teacher, 6)
    fresh = [ResourceFactory(title=f"N{number}") for number in range(8)]

    def work(seed: int) -> None:
        chance = random.Random(seed)
        by = Actor(user=teacher)
        for number in range(4):
            if seed % 2:
                rows = list(CollectionItem.objects.filter(collection=made).order_by("pk"))
                actions.move(
                    by=by,
                    collection=made,
                    item=chance.choice(rows),
                    where=chance.choice(["up", "down", "first", "last"]),
                )
            else:
                actions.add(by=by, collection=made, resources=[fresh[number + (4 if seed else 0)]])

    assert at_once(4, work) == [None] * 4, "nobody is refused"

    rows = list(CollectionItem.objects.filter(collection=made).order_by("position"))
    assert len(rows) == 14
    assert len({row.position for row in rows}) == 14
    assert min(row.position for row in rows) > rules.IN_HAND
    assert len({row.resource_id for row in rows}) == 14


def test_who_reads_and_who_changes_which_collection(
    teacher: Any, colleague: Any, stranger: Any, editor: Any, account: Any
) -> None:
    group = account.class_group
    head = UserFactory(roles=[(Role.HEAD_TEACHER, group.school.uai)])
    parent = UserFactory(roles=[Role.GUARDIAN])
    private = filled(teacher)
    school = filled(teacher, reach="school", school=group.school)
    shown = filled(colleague, reach="school", school=group.school)
    sharing.show_in_classes(by=Actor(user=teacher), collection=shown, class_groups=[group])
    city = filled(editor, reach="city")
    deleted = filled(teacher, reach="school", school=group.school)
    actions.delete(by=Actor(user=teacher), collection=deleted)
    for person, reads, changes in (
        (teacher, {private, school, shown, city}, {private, school}),
        (colleague, {school, shown, city}, {shown}),
        (head, {school, shown, city}, {school, shown}),
        (stranger, {city}, set()),
        (editor, {city}, {city}),
        (account.user, {shown}, set()),
        (parent, set(), set()),
    ):
        assert set(Collection.objects.visible_to(person)) == reads, person.roles
        assert set(Collection.objects.editable_by(person)) == changes, person.roles
    assert set(Collection.objects.of_city()) == {city}
    account.state = "closed"
    account.closed_at = clock.now()
    account.save()
    assert not Collection.objects.visible_to(account.user).exists()


def test_what_a_reader_may_not_open_is_neither_shown_nor_counted(
    client: Client, teacher: Any, colleague: Any, account: Any
) -> None:
    today = clock.today()
    made = actions.create(
        by=Actor(user=teacher), title="Ensemble", reach="school", school=account.class_group.school
    )
    kept = [
        ResourceFactory(title="Ouverte"),
        ResourceFactory(title="Pour le maître", audience="teacher"),
        ResourceFactory(title="Celle du CP", level_codes=["CP"]),
        ResourceFactory(title="Retirée", state="withdrawn"),
        ResourceFactory(title="Finie", open_to=today - dt.timedelta(days=1)),
        ResourceFactory(title="Ailleurs"),
    ]
    kept[-1].schools.set([PupilAccountFactory().class_group.school])
    actions.add(by=Actor(user=teacher), collection=made, resources=kept)
    group = account.class_group
    sharing.show_in_classes(by=Actor(user=teacher), collection=made, class_groups=[group])
    page = reverse("curation:collection", args=[made.public_id])
    hidden = ("Retirée", "Finie", "Ailleurs")
    for person, shown, count in (
        (teacher, {"Ouverte", "Pour le maître", "Celle du CP"}, 3),
        (colleague, {"Ouverte", "Pour le maître", "Celle du CP"}, 3),
        (account.user, {"Ouverte"}, 1),
    ):
        sign_in_client(client, person)
        html = client.get(page).content.decode()
        assert {found.title for found in kept if found.title in html} == shown
        assert not any(title in html for title in hidden)
        assert ("Les lecteurs ne la voient pas" in html) is (person is teacher)
        lines = client.get(page).context["lines"]
        assert len(lines) == (6 if person is teacher else count)
        items = CollectionItem.objects.visible_to(person).filter(collection=made)
        assert {row.resource.title for row in items.select_related("resource")} == shown
    sign_in_client(client, teacher)
    html = client.get(page).content.decode()
    assert "Elle n’est plus au catalogue." in html
    assert "réservée à d’autres écoles" in html
    assert "n’est plus ouverte depuis" in html
    row = client.get(reverse("curation:index")).context["rows"][0]
    assert row["collection"].shown_count == 3
    sign_in_client(client, account.user)
    shown = client.get(reverse("workspace:my_class")).content.decode()
    assert "Tout voir (1)" in shown
    assert "Celle du CP" not in shown


def test_pages_cost_the_same_however_long_the_collection(
    client: Client, teacher: Any, account: Any, django_assert_max_num_queries: Any
) -> None:
    short, long = filled(teacher, 2), filled(teacher, 25)
    sign_in_client(client, teacher)
    counts = []
    for made in (short, long):
        url = reverse("curation:collection", args=[made.public_id])
        client.get(url)
        with django_assert_max_num_queries(30) as seen:
            client.get(url)
        counts.append(len(seen.captured_queries))
    assert counts[0] == counts[1]
    with django_assert_max_num_queries(24):
        client.get(reverse("curation:index"))


def test_a_teacher_makes_fills_orders_and_notes_a_collection_without_script(
    client: Client, teacher: Any
) -> None:
    sign_in_client(client, teacher)
    first, second = ResourceFactory(title="La pizza"), ResourceFactory(title="Le gâteau")
    page = client.get(reverse("catalogue:resource", args=[first.identifier])).content.decode()
    add = reverse("curation:add", args=[first.identifier])
    assert add in page
    refused = client.post(add, {"collection": "new", "title": " "})
    assert refused.status_code == 200
    assert not Collection.objects.exists()
    client.post(add, {"collection": "new", "title": "Partager", "note": "Le lundi"})
    made = Collection.objects.get()
    here = reverse("curation:collection", args=[made.public_id])
    results = "/ressources/?q=gateau"
    back = client.post(
        reverse("curation:add", args=[second.identifier]),
        {"collection": str(made.public_id), "next": results},
    )
    assert back.headers["Location"] == results
    away = client.post(
        reverse("curation:add", args=[ResourceFactory(title="Tarte").identifier]),
        {"collection": str(made.public_id), "next": "https://ailleurs.example/"},
    )
    assert away.headers["Location"] == here
    move = reverse("curation:move", args=[made.public_id])
    gateau = item(made, "Le gâteau")
    moved = client.post(move, {"item": gateau.pk, "where": "up"})
    assert titles(made) == ["Le gâteau", "La pizza", "Tarte"]
    html = client.get(moved.headers["Location"]).content.decode()
    assert html.count("autofocus") == 1, "first now, its other button has the focus"
    note = reverse("curation:annotate", args=[made.public_id, item(made, "Le gâteau").pk])
    client.post(note, {"note": "Pour commencer"})
    html = client.get(here).content.decode()
    assert "Pour commencer" in html
    assert "Le lundi" in html
    again = client.get(add).content.decode()
    assert "Elle y est déjà" in again
    client.post(move, {"item": item(made, "Tarte").pk, "where": "out"})
    assert titles(made) == ["Le gâteau", "La pizza"]


def test_deleting_can_be_undone_and_a_copy_says_where_it_comes_from(
    client: Client, teacher: Any, colleague: Any, stranger: Any, account: Any
) -> None:
    made = filled(teacher, reach="school", school=account.class_group.school)
    here = reverse("curation:collection", args=[made.public_id])
    sign_in_client(client, colleague)
    assert client.post(reverse("curation:delete", args=[made.public_id])).status_code == 404
    copied = client.post(reverse("curation:duplicate", args=[made.public_id]))
    copy = Collection.objects.get(owner=colleague)
    assert copied.headers["Location"] == reverse("curation:collection", args=[copy.public_id])
    assert (copy.reach, copy.based_on, titles(copy)) == ("private", made, titles(made))
    assert here in client.get(copied.headers["Location"]).content.decode()
    sign_in_client(client, teacher)
    gone = client.post(reverse("curation:delete", args=[made.public_id]), follow=True)
    assert "Annuler la suppression" in gone.content.decode()
    assert client.get(here).status_code == 404
    sign_in_client(client, stranger)
    restore = reverse("curation:restore", args=[made.public_id])
    assert client.post(restore).status_code == 404
    sign_in_client(client, teacher)
    client.post(restore)
    assert client.get(here).status_code == 200
    sign_in_client(client, colleague)
    actions.edit(
        by=Actor(user=teacher), collection=made, title="A", introduction="", reach="private"
    )
    html = client.get(copied.headers["Location"]).content.decode()
    assert "d’après une autre collection" in html
    assert here not in html


def test_favourites_become_a_collection(client: Client, teacher: Any) -> None:
    kept = [ResourceFactory(title=f"Favori {number}") for number in range(3)]
    closed = ResourceFactory(state="withdrawn")
    for found in [*kept, closed]:
        Favourite.objects.create(user=teacher, resource=found)
    sign_in_client(client, teacher)
    url = reverse("curation:from_favourites")
    assert url in client.get(reverse("catalogue:favourites")).content.decode()
    chosen = {"resources": [kept[0].pk, kept[2].pk], "collection": "new", "title": "Ma sélection"}
    client.post(url, {**chosen, "resources": [closed.pk]})
    assert not Collection.objects.exists(), "what one may not open is not offered"
    client.post(url, chosen)
    assert set(titles(Collection.objects.get())) == {"Favori 0", "Favori 2"}


def test_leaving_the_school_shelf_ends_what_colleagues_show(
    teacher: Any, colleague: Any, account: Any
) -> None:
    group = account.class_group
    made = filled(colleague, reach="school", school=group.school)
    sharing.show_in_classes(by=Actor(user=teacher), collection=made, class_groups=[group])
    assert Collection.objects.visible_to(account.user).get() == made
    actions.edit(
        by=Actor(user=colleague), collection=made, title="T", introduction="", reach="private"
    )
    assert not ClassShare.objects.exists()
    assert not Collection.objects.visible_to(account.user).exists()


def test_a_class_that_is_not_ones_own_is_refused(teacher: Any, stranger: Any, account: Any) -> None:
    made = filled(stranger)
    with pytest.raises(RuleBroken) as refused:
        sharing.show_in_classes(
            by=Actor(user=stranger), collection=made, class_groups=[account.class_group]
        )
    assert refused.value.code == "class"
