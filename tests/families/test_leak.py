"""Nothing of one parent's address, money, people or papers reaches the other, by any door.

The walk takes every URL pattern and every operation of the API with every key that exists,
reads pages, PDF files, workbooks and archives, headers and file names, and looks for words
that only the mother's rows hold.
"""

from __future__ import annotations

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from core import clock
from core.outbox import Message
from core.rights.exports import archive
from core.rights.registry import sections_for
from families.models import Guardian, Household
from tests.families.leak_walk import Answer, Walker, leaks, read
from tests.families.leak_world import SECRETS, build_world
from tests.people import sign_in_client

pytestmark = pytest.mark.django_db

#: Where such words are public knowledge: schools, the streets of their areas, voted prices.
PUBLIC = {
    "catchment school": ("/ecoles/", "/api/v1/schools"),
    "street": ("/ecoles/",),
    "district": ("/ecoles/",),
    "postcode": ("/ecoles/",),
    "tariff": ("/factures/tarifs/",),
    "tariff in cents": ("/api/v1/payments/price",),
    "tariff band": ("/factures/tarifs/", "/api/v1/payments/price"),
}


@pytest.fixture
def world(db):
    return build_world()


def of_page(answer: Answer) -> list[str]:
    """Return the secrets an answer tells: not those it was asked with, nor public ones."""
    path = answer.call.split(" ", 1)[1]
    return [
        what
        for what in leaks(answer.text, SECRETS)
        if not path.startswith(PUBLIC.get(what, ("§",))) and SECRETS[what] not in path
    ]


def test_no_door_leads_the_other_parent_to_her_secrets(client, world):
    sign_in_client(client, world.father.user)
    answers = list(Walker(client, world.father.user).everything())
    seen = {answer.call for answer in answers if answer.status == 200}
    found = {answer.call: told for answer in answers if (told := of_page(answer))}
    assert not found, "\n".join(f"{call}: {what}" for call, what in found.items())
    faults = [answer.call for answer in answers if answer.status >= 500]
    assert not faults, faults
    # The walk went where a parent goes: otherwise it proves nothing.
    made = world.child.applications.get()
    today = clock.today()
    for name, args in (
        ("families:child", [world.child.reference]),
        ("families:objections", [world.child.reference]),
        ("registration:application", [made.reference]),
        ("registration:departure", [world.child.departures.get().reference]),
        ("canteen:printable", [world.child.reference, today.year, today.month]),
        ("payments:invoice_pdf", [world.father.invoices.get().public_id]),
    ):
        assert f"GET {reverse(name, args=args)}" in seen, name
    assert f"GET /api/v1/registrations/applications/{made.reference}" in seen
    assert len(seen) > 80


def test_nor_do_searches(client, world):
    sign_in_client(client, world.father.user)
    words = ["Zanzibar", "Quatrebarbes", "777123", "Xantrailles", "mere.cachee", "secret"]
    for word, answer in Walker(client, world.father.user).searches(words):
        found = [
            what for what in of_page(answer) if word.casefold() not in SECRETS[what].casefold()
        ]
        assert not found, f"{answer.call}: {found}"


def test_nor_do_messages_and_letters(world, mailoutbox):
    for message in Message.objects.exclude(recipient=world.mother.user):
        if message.address == SECRETS["new partner's e-mail"]:
            continue
        assert not leaks(f"{message.subject}\n{message.body}", SECRETS), message.kind
    assert Message.objects.filter(recipient=world.father.user).count() >= 4
    assert mail.outbox == mailoutbox


def test_nor_does_the_archive_of_all_we_hold_about_him(world):
    """Made by a task, and so out of the walk's reach: his rows, his documents, his readings."""
    his = read(archive(world.father.user, sections_for(world.father.user)))
    assert world.child.given_name in his
    assert not leaks(his, SECRETS)
    hers = read(archive(world.mother.user, sections_for(world.mother.user)))
    assert {"street", "telephone", "quotient", "words of the objection"} <= set(
        leaks(hers, SECRETS)
    )


def test_refusals_do_not_tell_a_right_guess_from_a_wrong_one(client, world):
    sign_in_client(client, world.father.user)
    walker = Walker(client, world.father.user)
    form = "application/x-www-form-urlencoded"
    noted = Guardian.objects.create(
        household=Household.objects.create(reference="F-GUESS"), given_name="X", family_name="Y"
    )
    noted.guardianships.create(child=world.child, kind="guardian")
    for url, field in (
        (reverse("families:invite", args=[noted.pk]), "email"),
        (reverse("account_reset_password"), "email"),
        (reverse("account_signup"), "email"),
    ):
        answers = []
        for guess in (SECRETS["e-mail"], "mere.cachex@essai.example"):
            answer = walker.call("POST", url, f"{field}={guess}&password1=un-long-mot-42!", form)
            answers.append((answer.status, len(answer.text.replace(guess, ""))))
        (first, size), (second, other) = answers
        assert first == second, url
        assert abs(size - other) < 200, url


def test_her_own_pages_do_show_them(client, world):
    sign_in_client(client, world.mother.user)
    agents_only = {"court", "ruling", "employer", "bank account"}
    missing = set(SECRETS) - agents_only
    for answer in Walker(client, world.mother.user).everything(writing=False):
        missing -= set(leaks(answer.text, SECRETS))
        if not missing:
            break
    assert not missing
    desk = Client()
    sign_in_client(desk, world.town.agent)
    walker = Walker(desk, world.town.agent)
    made = world.child.applications.get()
    found = {
        what
        for url in (
            reverse("registration:sheet", args=[made.reference]),
            reverse("families:rulings", args=[world.child.reference]),
            world.child.rulings.get().document.get_absolute_url(),
        )
        for what in leaks(walker.call("GET", url).text, SECRETS)
    }
    assert agents_only <= found


@pytest.mark.parametrize(
    ("secret", "plant"),
    [
        ("telephone", lambda self: f"{self.given_name} {self.phone}"),
        ("street", lambda self: ", ".join(self.household.address_lines)),
        ("e-mail", lambda self: self.email or self.given_name),
    ],
)
def test_a_leak_planted_on_purpose_is_found(client, world, monkeypatch, secret, plant):
    """The walk must be able to fail: a name that carries more than a name is caught."""
    monkeypatch.setattr(Guardian, "full_name", property(plant))
    sign_in_client(client, world.father.user)
    page = Walker(client, world.father.user).call(
        "GET", reverse("families:child", args=[world.child.reference])
    )
    assert secret in leaks(page.text, SECRETS)


def test_files_of_every_kind_are_read(world):
    from core.pdf import render
    from core.spreadsheets import Column, write_xlsx

    sheet = write_xlsx("Essai", [Column("A")], [[SECRETS["street"]]])
    assert leaks(read(sheet), SECRETS) == ["street"]
    words = {"title": "T", "service": "S", "hello": SECRETS["complement"], "intro": "i"}
    words |= {"hidden": "h", "steps_title": "s", "steps": ["a"], "code": "c", "until": "u"}
    words |= {"qr_alt": "q", "not_you": "n"}
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"></svg>'
    letter = render(
        "families/invitation.typ", {"words": words, "code": "x", "page": "p", "qr": svg}
    )
    assert "complement" in leaks(read(letter), SECRETS)
    assert leaks('{"street": "Impasse du Secret"}', SECRETS) == ["street"]
    assert leaks("Tél. 0666778899", SECRETS) == ["telephone"]
    assert leaks("987,60\u00a0€", SECRETS) == ["invoice amount"]
