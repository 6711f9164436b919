"""From draft to class: what is allowed, what is refused and why, and what families are told."""

import datetime as dt
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from core import documents
from core.errors import RuleBroken
from core.journal import JournalEntry
from core.outbox import Message
from enrolment.registration.actions import agents, family, heads
from enrolment.registration.certificates import certificate_pdf, find_certificate
from enrolment.registration.models import Certificate, Waiver
from enrolment.schools.actions import roll
from enrolment.schools.models import StreetSegment
from families.actions.household import Address
from families.actions.moves import change_address

pytestmark = pytest.mark.django_db


def code_of(act, **arguments):
    with pytest.raises(RuleBroken) as caught:
        act(**arguments)
    return caught.value.code


def upload(town, parent):
    out = io.BytesIO()
    Image.new("RGB", (60, 40), "teal").save(out, "PNG")
    file = SimpleUploadedFile("edf.png", out.getvalue())
    return documents.store(file, by=town.by(parent.user), kind="registration.proof")


def test_the_level_follows_from_birth_and_the_school_from_the_address(town):
    parent = town.parent()
    draft = town.draft(parent, town.child(parent))
    assert (draft.level, draft.outcome) == ("CP", "found")
    assert draft.catchment_school == draft.requested_school == town.school
    assert family.level_choices(draft) == ["GS", "CP", "CE1"]


def test_an_address_without_segment_goes_to_an_agent_who_chooses(town):
    StreetSegment.objects.all().delete()
    made = town.sent()
    assert (made.outcome, made.requested_school) == ("none", None)
    by = town.by(town.agent)
    assert code_of(agents.accept, by=by, application=made) == "no_school"
    assert agents.accept(by=by, application=made, school=town.other).school_name == town.other.name


def test_another_school_needs_a_motive_and_a_refusal_needs_reasons(town):
    parent = town.parent()
    draft, by = town.draft(parent, town.child(parent)), town.by(parent.user)
    args = {"by": by, "application": draft, "school": town.other}
    assert code_of(family.choose_school, **args) == "motive"
    family.choose_school(**args, motive="work")
    made = family.submit(by=by, application=draft)
    agent = town.by(town.agent)
    assert code_of(agents.accept, by=agent, application=made) == "waiver_pending"
    waiver = Waiver.objects.get()
    assert code_of(agents.decide_waiver, by=agent, waiver=waiver, granted=False) == "ground"
    agents.decide_waiver(by=agent, waiver=waiver, granted=False, ground="full", reasons="Complet.")
    # The registration itself is not refused: the catchment school remains.
    assert agents.accept(by=agent, application=made).school_name == town.school.name


def test_missing_documents_never_block_but_can_be_asked_for(town):
    made = town.sent()
    by, agent = town.by(made.applicant.user), town.by(town.agent)
    first = agents.ask_proof(by=agent, application=made, kind="domicile", message="Il manque.")
    again = agents.ask_proof(by=agent, application=made, kind="domicile", message="Encore.")
    assert first == again
    made.refresh_from_db()
    assert made.state == "incomplete"
    assert Message.objects.filter(kind="registration_proof_asked").count() == 1
    document = upload(town, made.applicant)
    family.add_proof(by=by, application=made, kind="domicile", document=document)
    made.refresh_from_db()
    assert made.state == "submitted"
    assert documents.can_open(town.agent, document)
    assert not documents.can_open(town.head, document)


def test_a_child_of_school_age_cannot_be_refused(town):
    made = town.sent()
    by = town.by(town.agent)
    assert code_of(agents.refuse, by=by, application=made, ground="no_room_tps") == "not_refusable"
    agents.refuse(by=by, application=made, ground="duplicate")


def test_what_was_sent_keeps_the_address_of_that_day(town):
    parent = town.parent()
    made = town.sent(parent, town.child(parent))
    address = Address(None, street_text="3 quai Neuf", postcode="13002", city="Ailleurs")
    change_address(by=town.by(parent.user), guardian=parent, address=address, city="X", alone=False)
    made.refresh_from_db()
    assert "Tamaris" in made.address
    assert made.catchment_school == town.school


def test_the_certificate_is_checked_by_its_code_until_it_is_revoked(town):
    made = town.accepted()
    certificate = Certificate.objects.get()
    data = certificate_pdf(certificate)
    assert data.startswith(b"%PDF")
    assert b"/MarkInfo" in data
    assert find_certificate(certificate.code.lower().replace("-", " ")) == certificate
    last = "2" if certificate.code[-1] != "2" else "3"
    assert find_certificate(certificate.code[:-1] + last) is None
    family.withdraw(by=town.by(made.applicant.user), application=made)
    assert find_certificate(certificate.code) is None


def test_admission_without_vaccination_is_provisional_then_final(town):
    made = town.accepted()
    by = town.by(town.head)
    admission = heads.admit(by=by, application=made, vaccination_seen=False, class_group=town.group)
    assert heads.admit(by=by, application=made, vaccination_seen=True) == admission
    assert admission.provisional_until > dt.date.today()  # noqa: DTZ011
    heads.vaccination_shown(by=by, admission=admission)
    admission.refresh_from_db()
    assert admission.provisional_until is None
    assert JournalEntry.objects.filter(verb="admission.final").count() == 1


def test_a_child_on_another_roll_is_admitted_only_once_let_go(town):
    made = town.accepted()
    by = town.by(town.head)
    entry = roll.enter_roll(
        by=by, child=made.child, school=town.other, school_year=town.year, level="CP"
    )
    args = {"by": by, "application": made, "vaccination_seen": True}
    assert code_of(heads.admit, **args) == "on_other_roll"
    roll.leave(by=by, entry=entry, day=entry.admitted_on)
    assert heads.admit(**args).roll_entry.school == town.school


def test_both_parents_are_told_but_only_the_household_that_applied_is_asked(town):
    mother, father = town.parent(), town.parent()
    made = town.sent(mother, town.child(mother, father))
    agents.ask_proof(by=town.by(town.agent), application=made, kind="other", message="x")
    told = Message.objects.filter(kind="registration_submitted").values_list("recipient", flat=True)
    assert set(told) == {mother.user_id, father.user_id}
    asked = Message.objects.filter(kind="registration_proof_asked")
    assert [m.recipient_id for m in asked] == [mother.user_id]


def test_a_draft_opens_again_where_it_was_left(town):
    parent = town.parent()
    by = town.by(parent.user)
    made = family.start(by=by, guardian=parent, child=town.child(parent))
    assert family.resume_at(made) == "annee"
    made = family.choose_year(by=by, application=made, school_year=town.year)
    assert family.resume_at(made) == "adresse"
    family.locate(by=by, application=made)
    made.refresh_from_db()
    assert family.resume_at(made) == "pieces"
