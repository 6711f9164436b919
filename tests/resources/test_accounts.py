"""Pupil accounts: activation, cards, picture codes, the lock, the end of the year."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from core import clock
from core.accounts.models import User
from core.accounts.roles import Role
from core.errors import RuleBroken
from core.journal import SYSTEM, Actor
from enrolment.schools.models import RollEntry
from resources.workspace import actions, rules
from resources.workspace.models import ClassNote, PupilAccount
from tests.factories.accounts import UserFactory
from tests.factories.resources import PupilAccountFactory, ResourceFactory
from tests.factories.schools import ClassGroupFactory, RollEntryFactory
from tests.together import at_once

CODE = ("chat", "bateau", "soleil")
WRONG = ("lune", "lune", "chat")


@pytest.fixture
def taught() -> tuple[Any, Any, list[RollEntry]]:
    """A teacher, the class, its roll."""
    group = ClassGroupFactory()
    teacher = UserFactory(roles=[(Role.TEACHER, group.school.uai)])
    group.teachers.add(teacher)
    return teacher, group, [RollEntryFactory(class_group=group) for _ in range(9)]


def activate(teacher: Any, group: Any, entries: list[RollEntry]) -> list[PupilAccount]:
    return actions.activate_accounts(
        by=Actor(user=teacher),
        class_group=group,
        children=[entry.child_id for entry in entries],
        charter=True,
    )


@pytest.mark.django_db
def test_activation_needs_the_charter_and_opens_each_account_once(taught: Any) -> None:
    teacher, group, entries = taught
    keys = [entry.child_id for entry in entries]
    with pytest.raises(RuleBroken) as refused:
        actions.activate_accounts(
            by=Actor(user=teacher), class_group=group, children=keys, charter=False
        )
    assert refused.value.code == "charter"
    assert len(activate(teacher, group, entries)) == 9
    assert activate(teacher, group, entries) == []
    account = PupilAccount.objects.order_by("pk").first()
    assert account is not None
    assert account.user.has_role(Role.PUPIL)
    assert not account.user.has_usable_password()


@pytest.mark.django_db
def test_a_child_of_another_class_is_left_alone(taught: Any) -> None:
    teacher, group, entries = taught
    stranger = RollEntryFactory()
    opened = activate(teacher, group, [entries[0], stranger])
    assert [account.child_id for account in opened] == [entries[0].child_id]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_teachers_who_press_at_once_open_each_account_once(taught: Any) -> None:
    teacher, group, entries = taught

    counts = at_once(2, lambda _number: len(activate(teacher, group, entries)))
    assert sorted(counts) == [0, 9]
    assert PupilAccount.objects.count() == 9
    assert User.objects.filter(posts__role=Role.PUPIL).count() == 9


@pytest.mark.django_db
def test_a_new_card_ends_the_old_one_and_no_secret_is_kept(taught: Any) -> None:
    teacher, group, entries = taught
    (account,) = activate(teacher, group, entries[:1])
    by = Actor(user=teacher)
    (first,) = actions.issue_cards(by=by, accounts=[account])
    assert actions.account_of_card(first.token) == account
    (second,) = actions.issue_cards(by=by, accounts=[account])
    assert actions.account_of_card(first.token) is None
    assert actions.account_of_card(second.token) == account
    account.refresh_from_db()
    kept = " ".join(str(value) for value in vars(account).values())
    assert second.token not in kept


@pytest.mark.django_db
def test_five_wrong_codes_lock_and_the_teacher_opens() -> None:
    account = PupilAccountFactory(pictures=CODE)
    for _ in range(rules.MAX_TRIES - 1):
        assert not actions.check_code(account=account, pictures=WRONG)
    assert actions.check_code(account=account, pictures=CODE), "a right one starts over"
    for _ in range(rules.MAX_TRIES):
        actions.check_code(account=account, pictures=WRONG)
    with pytest.raises(RuleBroken) as refused:
        actions.check_code(account=account, pictures=CODE)
    assert refused.value.code == "locked"
    actions.reset_code(by=SYSTEM, account=account)
    actions.choose_code(account=account, pictures=CODE)
    assert actions.check_code(account=account, pictures=CODE)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_tries_at_once_are_all_counted() -> None:
    account = PupilAccountFactory(pictures=CODE)

    at_once(8, lambda _number: actions.check_code(account=account, pictures=WRONG))
    account.refresh_from_db()
    assert account.wrong_tries == rules.MAX_TRIES
    assert account.is_locked


@pytest.mark.django_db
def test_a_code_is_chosen_once_and_in_time() -> None:
    account = PupilAccountFactory()
    for bad in (("chat", "chat", "chat"), ("chat", "lune"), ("chat", "lune", "dragon")):
        with pytest.raises(RuleBroken):
            actions.choose_code(account=account, pictures=bad)
    actions.choose_code(account=account, pictures=CODE)
    with pytest.raises(RuleBroken) as refused:
        actions.choose_code(account=account, pictures=CODE)
    assert refused.value.code == "chosen"
    late = PupilAccountFactory(code_choice_until=clock.now() - dt.timedelta(minutes=1))
    with pytest.raises(RuleBroken) as refused:
        actions.choose_code(account=late, pictures=CODE)
    assert refused.value.code == "late"


@pytest.mark.django_db
def test_two_pupils_with_one_code_share_no_digest() -> None:
    digests = {PupilAccountFactory(pictures=CODE).code_digest for _ in range(3)}
    assert len(digests) == 3


def pick(client: Client, pictures: tuple[str, ...]) -> Any:
    answer = None
    for picture in pictures:
        answer = client.post(reverse("workspace:code"), {"pick": picture})
    return answer


@pytest.mark.django_db
def test_a_pupil_chooses_a_code_with_the_card_and_comes_back_with_it(client: Client) -> None:
    PupilAccountFactory(token="carte-de-lina")
    card = reverse("workspace:card", kwargs={"token": "carte-de-lina"})
    answer = client.get(card)
    assert answer.headers["Location"] == reverse("workspace:code"), "the secret leaves the bar"
    pick(client, CODE)
    different = pick(client, WRONG)
    assert "On recommence" in different.content.decode()
    pick(client, CODE)
    assert pick(client, CODE).headers["Location"] == reverse("workspace:my_class")
    assert client.get(reverse("workspace:my_class")).status_code == 200
    assert client.session.get_expiry_age() <= 2 * 3600
    again = Client()
    again.get(card)
    assert "pas ton code" in pick(again, WRONG).content.decode()
    assert pick(again, CODE).headers["Location"] == reverse("workspace:my_class")


@pytest.mark.django_db
def test_without_a_card_in_hand_no_code_is_taken(client: Client) -> None:
    PupilAccountFactory(token="carte", pictures=CODE)
    assert client.post(reverse("workspace:code"), {"pick": "chat"}).status_code == 404
    unknown = client.get(reverse("workspace:card", kwargs={"token": "inconnue"}))
    assert unknown.status_code == 404
    assert "Cette carte ne marche plus" in unknown.content.decode()


@pytest.mark.django_db
def test_leaving_the_class_closes_the_account_and_its_session(client: Client) -> None:
    staying, leaving = PupilAccountFactory(), PupilAccountFactory(token="carte", pictures=CODE)
    client.get(reverse("workspace:card", kwargs={"token": "carte"}))
    pick(client, CODE)
    assert client.get(reverse("workspace:my_class")).status_code == 200
    entry = RollEntry.objects.get(child=leaving.child)
    entry.left_on = max(clock.today(), entry.admitted_on)
    entry.save()
    assert actions.close_departed() == 1
    assert actions.close_departed() == 0
    staying.refresh_from_db()
    assert staying.state == "active"
    assert client.get(reverse("workspace:my_class")).status_code == 302
    assert actions.account_of_card("carte") is None
    leaving.refresh_from_db()
    assert (leaving.card_digest, leaving.code_digest) == ("", "")


@pytest.mark.django_db
def test_next_year_the_same_account_opens_in_the_new_class(taught: Any) -> None:
    teacher, group, entries = taught
    (account,) = activate(teacher, group, entries[:1])
    actions.close_account(by=SYSTEM, account=account, reason="year_over")
    (again,) = activate(teacher, group, entries[:1])
    assert (again.pk, again.state) == (account.pk, "active")
    again.user.refresh_from_db()
    assert again.user.is_active
    assert User.objects.get(pk=again.user_id).has_role(Role.PUPIL)


@pytest.mark.django_db
def test_a_teacher_reaches_only_the_classes_taught(
    client: Client, taught: Any, django_assert_max_num_queries: Any
) -> None:
    teacher, group, entries = taught
    activate(teacher, group, entries)
    other = PupilAccountFactory()
    client.force_login(teacher)
    page = reverse("workspace:class_page", kwargs={"pk": group.pk})
    client.get(page)
    with django_assert_max_num_queries(18):
        assert client.get(page).status_code == 200
    elsewhere = {"pk": other.class_group_id}
    for name in ("class_page", "activate", "print_cards", "write_note"):
        assert client.get(reverse(f"workspace:{name}", kwargs=elsewhere)).status_code == 404
    reset = reverse("workspace:reset_code", kwargs={"pk": other.pk})
    assert client.post(reset).status_code == 404
    head = UserFactory(roles=[(Role.HEAD_TEACHER, group.school.uai)])
    client.force_login(head)
    assert client.get(page).status_code == 200
    assert client.get(reverse("workspace:class_page", kwargs=elsewhere)).status_code == 404


@pytest.mark.django_db
def test_cards_are_printed_eight_to_a_sheet(client: Client, taught: Any) -> None:
    teacher, group, entries = taught
    accounts = activate(teacher, group, entries)
    client.force_login(teacher)
    answer = client.post(reverse("workspace:print_cards", kwargs={"pk": group.pk}))
    assert answer.headers["Content-Type"] == "application/pdf"
    from io import BytesIO

    reader = PdfReader(BytesIO(answer.content))
    assert len(reader.pages) == 2
    text = " ".join(page.extract_text() for page in reader.pages)
    assert text.count("Scanne le carré") == 9
    assert accounts[0].user.given_name in text


@pytest.mark.django_db
def test_a_card_already_given_lasts_unless_it_is_asked_for_again(
    client: Client, taught: Any
) -> None:
    teacher, group, entries = taught
    accounts = activate(teacher, group, entries)
    client.force_login(teacher)
    page = reverse("workspace:print_cards", kwargs={"pk": group.pk})
    client.post(page)
    digests = {a.pk: a.card_digest for a in PupilAccount.objects.all()}
    assert all(digests.values())
    html = client.get(page).content.decode()
    assert html.count('name="refaire"') == 9
    assert "checked" not in html
    assert client.post(page).status_code == 302
    assert {a.pk: a.card_digest for a in PupilAccount.objects.all()} == digests
    answer = client.post(page, {"refaire": [accounts[0].child_id]})
    assert answer.headers["Content-Type"] == "application/pdf"
    after = {a.pk: a.card_digest for a in PupilAccount.objects.all()}
    assert [pk for pk in after if after[pk] != digests[pk]] == [accounts[0].pk]


@pytest.mark.django_db
def test_a_word_reaches_the_class_and_nobody_else(client: Client, taught: Any) -> None:
    teacher, group, entries = taught
    (account,) = activate(teacher, group, entries[:1])
    for_all = ResourceFactory(title="Pour tous")
    reserved = ResourceFactory(title="Pour l'enseignante", audience="teacher")
    actions.post_note(
        by=Actor(user=teacher),
        class_group=group,
        title="Bonjour la classe",
        text="",
        resources=[for_all, reserved],
    )
    client.force_login(account.user)
    html = client.get(reverse("workspace:my_class")).content.decode()
    assert "Bonjour la classe" in html
    assert "Pour tous" in html
    assert "Pour l&#x27;enseignante" not in html
    stranger = PupilAccountFactory().user
    client.force_login(stranger)
    assert "Bonjour la classe" not in client.get(reverse("workspace:my_class")).content.decode()
    assert not ClassNote.objects.visible_to(stranger).exists()
