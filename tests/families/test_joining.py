"""Invitations by e-mail and on paper, and children claimed with proof."""

from __future__ import annotations

import datetime as dt
import io
import re

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PdfReader

from core import clock
from core.accounts.roles import Role
from core.documents import Document
from core.errors import RuleBroken
from core.journal import Actor, JournalEntry
from core.outbox import Message
from families.actions import invitations
from families.actions.codes_on_paper import Answers, code_hashes, invite_on_paper, redeem
from families.actions.objections import object_to
from families.models import Child, ChildClaim, Guardian, Guardianship, Invitation
from tests.factories.accounts import UserFactory
from tests.factories.families import (
    EmptyHouseholdFactory,
    GuardianFactory,
    GuardianshipFactory,
    HouseholdFactory,
)
from tests.families.test_objections import PNG
from tests.people import sign_in_client

pytestmark = pytest.mark.django_db


@pytest.fixture
def letter(town):
    """A mother, the guest she names, their child, and a letter with a code."""
    mother = town.parent()
    child = town.child(mother)
    guest = GuardianFactory(
        user=None,
        household=EmptyHouseholdFactory(),
        phone="",
        given_name="Aïcha",
        family_name="Le Gall",
    )
    GuardianshipFactory(child=child, guardian=guest, kind="mother")
    return mother, guest, child, invite_on_paper(by=Actor(mother.user), guardian=guest)


def newcomer(**fields):
    return UserFactory(roles=[Role.GUARDIAN], **fields)


def answers(letter, **changes):
    _mother, _guest, child, made = letter
    facts = {
        "code": made.code.lower(),
        "given_name": "aicha",
        "family_name": "LE GALL",
        "birth_date": child.birth_date,
    }
    return Answers(**facts | changes)


def fails(user, given):
    with pytest.raises(RuleBroken) as broken:
        redeem(by=Actor(user), answers=given)
    assert broken.value.code == "invitation"
    return broken.value.message


def test_a_code_with_name_and_birth_date_opens_once(letter):
    _mother, guest, child, _made = letter
    user = newcomer()
    assert redeem(by=Actor(user), answers=answers(letter)) == guest
    assert list(Child.objects.of_guardian(user)) == [child]
    fails(newcomer(), answers(letter))


def test_only_a_keyed_hash_of_the_code_is_kept(letter, settings):
    made = letter[3]
    assert made.code not in made.invitation.token_hash
    here = code_hashes(made.code)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-secret-of-another-city"
    moved = code_hashes(made.code)
    assert moved[0] != here[0]
    assert moved[1] == here[0]


def test_every_failure_says_the_same_and_the_fifth_wrong_answer_closes(letter):
    made = letter[3]
    said = {fails(newcomer(), answers(letter, code="AAAAA-AAAAA"))}
    said.add(fails(newcomer(), answers(letter, code="pas un code")))
    assert Invitation.objects.get().wrong_tries == 0
    wrong = {"birth_date": dt.date(2001, 1, 1)}
    for _ in range(4):
        said.add(fails(newcomer(), answers(letter, **wrong)))
    assert Invitation.objects.get().revoked_at is None
    said.add(fails(newcomer(), answers(letter, family_name="Autre")))
    closed = Invitation.objects.get()
    assert (closed.wrong_tries, closed.revoked_at is not None) == (5, True)
    said.add(fails(newcomer(), answers(letter)))
    assert len(said) == 1
    assert made.code not in said.pop()


def test_after_seven_days_a_code_opens_nothing(letter):
    with time_machine.travel(clock.now() + dt.timedelta(days=7, minutes=1), tick=False):
        fails(newcomer(), answers(letter))


def test_who_invites_cannot_use_the_code(letter):
    fails(letter[0].user, answers(letter))


def test_a_letter_and_an_e_mail_replace_each_other(letter):
    mother, guest, _child, _made = letter
    invitations.invite(by=Actor(mother.user), guardian=guest, email="aicha@essai.example")
    fails(newcomer(), answers(letter))
    assert Invitation.objects.open().count() == 1


def test_a_code_is_no_link(client, letter):
    made = letter[3]
    assert client.get(reverse("families:invitation", args=[made.code])).status_code == 410


def test_the_letter_is_a_pdf_that_names_neither_child_nor_address(client, letter):
    mother, guest, child, _made = letter
    sign_in_client(client, mother.user)
    paper = client.post(reverse("families:invitation_letter", args=[guest.pk]))
    assert paper["Content-Disposition"].startswith("attachment")
    text = PdfReader(io.BytesIO(paper.content)).pages[0].extract_text()
    code = re.search(r"\b[2-9A-Z]{5}-[2-9A-Z]{5}\b", text)[0]
    assert "Aïcha Le Gall" in text
    assert child.given_name not in text
    assert "Tamaris" not in text
    redeem(by=Actor(newcomer()), answers=answers(letter, code=code))


def test_the_page_answers_alike_and_slows_down(client, letter):
    user = newcomer()
    sign_in_client(client, user)
    page = reverse("families:join")
    form = {
        "code": "AAAAA-AAAAA",
        "given_name": "A",
        "family_name": "B",
        "birth_date": "2019-01-01",
    }
    statuses = [client.post(page, form).status_code for _ in range(12)]
    assert statuses == [409] * 10 + [429] * 2


def test_open_invitations_are_listed_and_taken_back(client, letter):
    mother, guest, _child, made = letter
    sign_in_client(client, mother.user)
    page = reverse("families:invitations")
    assert "Lettre avec un code" in client.get(page).content.decode()
    client.post(reverse("families:invitation_revoke", args=[made.invitation.pk]))
    assert "Inviter de nouveau" in client.get(page).content.decode()
    fails(newcomer(), answers(letter))
    other = newcomer()
    GuardianFactory(user=other)
    sign_in_client(client, other)
    revoke = reverse("families:invitation_revoke", args=[made.invitation.pk])
    assert client.post(revoke).status_code == 404
    assert guest.full_name not in client.get(page).content.decode()


def test_sending_again_begins_from_the_address_one_has_given(client, letter):
    mother, guest, child, _code = letter
    invitations.invite(by=Actor(mother.user), guardian=guest, email="aicha@essai.example")
    sign_in_client(client, mother.user)
    page = reverse("families:invite", args=[guest.pk])
    assert client.get(page).context["form"].initial == {"email": "aicha@essai.example"}
    other = GuardianFactory()
    GuardianshipFactory(child=child, guardian=other, kind="guardian")
    sign_in_client(client, other.user)
    assert client.get(page).context["form"].initial == {"email": ""}, "another's words stay theirs"


def claim(client, child, **changes):
    facts = {
        "given_name": child.given_name,
        "family_name": child.family_name,
        "birth_date": child.birth_date.isoformat(),
        "kind": "father",
        "proof": SimpleUploadedFile("livret.png", PNG, "image/png"),
    }
    return client.post(reverse("families:claims"), facts | changes, follow=True)


def neutral(response):
    """Return the page without what the claimant typed."""
    text = response.content.decode()
    own = r"LIEN-[\w-]+|value=\"[^\"]*\"|<strong>[^<]*</strong>|CSRFToken\": \"\w+|nonce=\S+"
    return re.sub(own, "", text)


def test_a_family_record_book_is_photographed_page_by_page(client, town):
    claimant = town.parent(given_name="Thomas")
    sign_in_client(client, claimant.user)
    page = client.get(reverse("families:claims")).content.decode()
    assert "image/heic" in page
    assert "js/pages.js" in page
    photos = [SimpleUploadedFile(f"{n}.png", PNG, "image/png") for n in range(3)]
    claim(client, town.child(town.parent()), proof=photos)
    proof = ChildClaim.objects.get().proof
    assert (proof.content_type, proof.pages) == ("application/pdf", 3)


def test_the_answer_is_the_same_whether_or_not_the_child_exists(client, town):
    child = town.child(town.parent())
    claimant = town.parent(given_name="Thomas")
    sign_in_client(client, claimant.user)
    claim(client, child, given_name="Avant")  # the first request of a session does more
    ChildClaim.objects.all().delete()
    with CaptureQueriesContext(connection) as asked:
        known = neutral(claim(client, child))
    ChildClaim.objects.all().delete()
    with CaptureQueriesContext(connection) as asked_again:
        unknown = neutral(claim(client, child, given_name="Personne", family_name="Nulle-Part"))
    assert known == unknown
    assert len(asked) == len(asked_again)


def test_an_agent_links_the_claimant_and_the_others_are_told_nothing_of_them(client, town):
    mother = town.parent()
    child = town.child(mother)
    claimant = town.parent(given_name="Thomas", phone="06 66 77 88 99")
    sign_in_client(client, claimant.user)
    claim(client, child)
    made = ChildClaim.objects.get()
    assert not Child.objects.of_guardian(claimant.user).exists()
    sign_in_client(client, town.agent)
    page = reverse("families:claim", args=[made.reference])
    shown = client.get(page)
    assert mother.full_name in shown.content.decode()
    assert not shown.context["form"]["rights"].value(), "rights are read on the proof"
    assert client.get(made.proof.get_absolute_url()).status_code == 200
    answer = client.post(
        page,
        {"child": child.reference, "kind": "father", "rights": ["parental_authority"]},
    )
    assert answer.status_code == 302
    link = Guardianship.objects.get(child=child, guardian=claimant)
    assert (link.kind, link.parental_authority, link.lives_with) == ("father", True, False)
    assert list(Child.objects.of_guardian(claimant.user)) == [child]
    assert not Document.objects.filter(kind="families.claim").exists()
    told = Message.objects.get(kind="family_claim_told")
    assert told.recipient == mother.user
    assert "Thomas" not in told.subject + told.body
    assert claimant.phone not in told.body
    assert Message.objects.get(kind="family_claim_linked").recipient == claimant.user


def test_a_name_noted_by_the_other_parent_becomes_the_claimant(client, town):
    mother = town.parent()
    child = town.child(mother)
    noted = GuardianFactory(user=None, household=HouseholdFactory(), given_name="Tomas")
    GuardianshipFactory(child=child, guardian=noted, kind="father")
    claimant = town.parent(given_name="Thomas")
    sign_in_client(client, claimant.user)
    claim(client, child)
    sign_in_client(client, town.agent)
    page = reverse("families:claim", args=[ChildClaim.objects.get().reference])
    facts = {"child": child.reference, "kind": "father", "rights": ["parental_authority"]}
    client.post(page, facts | {"replaces": str(noted.pk)})
    current = Guardianship.objects.current().filter(child=child)
    assert {link.guardian_id for link in current} == {mother.pk, claimant.pk}
    assert not Guardian.objects.filter(pk=noted.pk).exists()


def test_a_claim_is_refused_with_a_reason_and_made_once(client, town):
    child = town.child(town.parent())
    claimant = town.parent()
    sign_in_client(client, claimant.user)
    claim(client, child)
    assert "déjà en cours" in claim(client, child).content.decode()
    made = ChildClaim.objects.get()
    sign_in_client(client, town.agent)
    page = reverse("families:claim", args=[made.reference])
    client.post(page, {"ground": "unreadable"})
    made.refresh_from_db()
    assert (made.state, made.proof) == ("refused", None)
    sign_in_client(client, claimant.user)
    assert "illisible" in client.get(reverse("families:claims")).content.decode()
    assert child.given_name not in str(list(JournalEntry.objects.values_list("facts", flat=True)))


def test_lists_ask_the_same_number_of_questions_whatever_their_length(client, town):
    sign_in_client(client, town.agent)

    def grow():
        mother, father = town.parent(), town.parent()
        child = town.child(mother, father)
        ChildClaim.objects.create(
            reference=f"LIEN-{father.pk}",
            guardian=father,
            given_name="A",
            family_name="B",
            birth_date=child.birth_date,
            kind="father",
        )
        object_to(
            by=Actor(father.user), guardian=father, child=child, act="waiver", text="Non merci."
        )

    for name in ("families:claim_queue", "families:objection_queue", "registration:departures"):
        grow()
        client.get(reverse(name))
        with CaptureQueriesContext(connection) as few:
            client.get(reverse(name))
        for _ in range(4):
            grow()
        with CaptureQueriesContext(connection) as many:
            client.get(reverse(name))
        assert len(many) == len(few), name


def test_queues_forgive_accents_and_slips_as_the_search_of_families_does(client, town):
    mother = town.parent(given_name="Hélène", family_name="Müller")
    father = town.parent(given_name="Zoltán", family_name="Kovač")
    child = town.child(mother, father, given_name="Loïc", family_name="Müller-Kovač")
    object_to(by=Actor(father.user), guardian=father, child=child, act="waiver", text="Non.")
    claimant = town.parent(given_name="Éléonore", family_name="Šimić")
    made = ChildClaim.objects.create(
        reference="LIEN-7K4M-29QX",
        guardian=claimant,
        given_name="Loïc",
        family_name="Müller",
        birth_date=child.birth_date,
        kind="mother",
    )
    Guardian.objects.filter(pk=claimant.pk).update(phone="06 71 00 22 33")
    sign_in_client(client, town.agent)
    for name, found, missed in (
        ("families:objection_queue", ("loic", "mueler helene", "kovac"), ("simic",)),
        (
            "families:claim_queue",
            ("simic eleonore", "22 33", made.reference, "loic muller"),
            ("kovac",),
        ),
        ("families:desk_accounts", ("helene muller", "71 00 22 33"), ("zzyx",)),
    ):
        for query in found:
            page = client.get(reverse(name), {"q": query})
            assert page.context["page_obj"].paginator.count, (name, query)
        for query in missed:
            page = client.get(reverse(name), {"q": query})
            assert not page.context["page_obj"].paginator.count, (name, query)


def test_a_parents_lists_ask_the_same_number_of_questions_too(client, letter):
    mother, guest, child, _made = letter
    father = GuardianFactory()
    GuardianshipFactory(child=child, guardian=father, kind="father")
    sign_in_client(client, mother.user)
    pages = [
        reverse("families:invitations"),
        reverse("families:objections", args=[child.reference]),
        reverse("registration:mine"),
    ]

    def counts():
        found = []
        for page in pages:
            client.get(page)
            with CaptureQueriesContext(connection) as asked:
                assert client.get(page).status_code == 200
            found.append(len(asked))
        return found

    object_to(by=Actor(father.user), guardian=father, child=child, act="waiver", text="Non.")
    few = counts()
    for act in ("deregistration", "change_of_school"):
        object_to(by=Actor(father.user), guardian=father, child=child, act=act, text="Non.")
        object_to(by=Actor(mother.user), guardian=mother, child=child, act=act, text="Non.")
        invite_on_paper(by=Actor(mother.user), guardian=guest)
    assert counts() == few


def test_nobody_invites_themselves_into_a_file_the_other_parent_filled_at_a_desk(client, letter):
    mother, guest, _child, made = letter
    assert guest.household_id != mother.household_id
    sign_in_client(client, mother.user)
    # The letter is out when an agent notes his telephone: its code opens nothing any more.
    Guardian.objects.filter(pk=guest.pk).update(phone="06 71 00 22 33")
    fails(newcomer(), answers(letter))
    assert made.invitation.wrong_tries == 0
    for url, data in (
        (reverse("families:invite", args=[guest.pk]), {"email": "moi.aussi@essai.example"}),
        (reverse("families:invitation_letter", args=[guest.pk]), {}),
    ):
        page = client.post(url, data, follow=True).content.decode()
        assert "Un guichet ouvre l’accès de cette personne" in page
        assert "71 00" not in page
    assert Invitation.objects.count() == 1
    # Neither is an institution's account somebody's to give.
    Guardian.objects.filter(pk=guest.pk).update(phone="", organisation="Aide sociale")
    with pytest.raises(RuleBroken, match="guichet"):
        invitations.invite(by=Actor(mother.user), guardian=guest, email="moi@essai.example")
    overview = client.get(reverse("families:overview")).content.decode()
    assert reverse("families:invite", args=[guest.pk]) not in overview
