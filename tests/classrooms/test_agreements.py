"""Loan agreements: one signature for a batch, kept with the words agreed to, gone in time."""

import datetime as dt
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from classrooms.lending import rules, wording
from classrooms.lending.actions.agreements import sign
from classrooms.lending.collected import lending
from classrooms.lending.models import LoanAgreement
from classrooms.models import HandOut
from core import clock, retention
from core.accounts.roles import Role
from core.documents import Document
from core.errors import RuleBroken
from core.journal import Actor, JournalEntry
from tests.factories.accounts import UserFactory
from tests.factories.classrooms import HandOutFactory, HandOutItemFactory
from tests.factories.schools import ClassGroupFactory, SchoolFactory
from tests.people import sign_in_client

pytestmark = pytest.mark.django_db

#: A hand that wrote something.
DRAWN = json.dumps([[10, 20, 300, 150, 40, 90], [200, 20, 210, 160]])


class Loan:
    """Two hand-outs of one class, its teacher, and the technician of the school."""

    def __init__(self):
        self.group = ClassGroupFactory()
        self.school = self.group.school
        self.teacher = UserFactory(roles=[(Role.TEACHER, self.school.uai)])
        self.group.teachers.add(self.teacher)
        self.technician = UserFactory(roles=[(Role.IT_TECHNICIAN, self.school.uai)])
        self.outs = [HandOutFactory(class_group=self.group) for _ in range(2)]
        for out in self.outs:
            HandOutItemFactory(hand_out=out)
        self.page = reverse("lending:agreement_sign") + "?" + self.query

    @property
    def query(self):
        return "&".join(f"out={out.public_id}" for out in self.outs)

    def fingerprint(self):
        return wording.fingerprint(wording.agreed_text(self.outs))

    def form(self, **changes):
        given = {"name": "Claire Fontaine", "agreed": "on", "fingerprint": self.fingerprint()}
        return given | changes


@pytest.fixture
def loan():
    return Loan()


def test_one_signature_drawn_on_screen_covers_the_batch(client, loan):
    sign_in_client(client, loan.technician)
    shown = client.get(loan.page).content.decode()
    assert all(item.device.asset_tag in shown for out in loan.outs for item in out.items.all())
    assert client.post(loan.page, loan.form(drawn=DRAWN)).status_code == 302
    agreement = LoanAgreement.objects.get()
    assert (agreement.method, agreement.signer, agreement.recorded_by) == (
        "drawn",
        None,
        loan.technician,
    )
    assert agreement.lines.count() == 2
    assert agreement.fingerprint == wording.fingerprint(agreement.text)
    assert agreement.document.read_bytes().startswith(b"%PDF")
    assert JournalEntry.objects.get(verb="agreement.sign").facts["fingerprint"]
    again = client.post(loan.page, loan.form(drawn=DRAWN))
    assert again.status_code == 409
    assert LoanAgreement.objects.count() == 1


def test_only_those_who_take_a_signature_are_offered_to(client, loan):
    head = UserFactory(roles=[(Role.HEAD_TEACHER, loan.school.uai)])
    for person, offered in ((loan.teacher, True), (loan.technician, True), (head, False)):
        sign_in_client(client, person)
        page = client.get(reverse("lending:agreements")).content.decode()
        assert all(str(out.public_id) in page for out in loan.outs)
        assert (f"{reverse('lending:agreement_sign')}?out=" in page) is offered
        assert ("Signer ce qui est coché" in page) is offered
        assert client.get(loan.page).status_code == (200 if offered else 409)


def test_a_teacher_who_cannot_draw_signs_by_her_name_from_her_account(client, loan):
    sign_in_client(client, loan.teacher)
    assert client.post(loan.page, loan.form(agreed="")).status_code == 422
    assert client.post(loan.page, loan.form()).status_code == 302
    agreement = LoanAgreement.objects.get()
    assert (agreement.method, agreement.signer) == ("typed", loan.teacher)


def test_words_that_have_changed_are_read_again_before_they_are_signed(loan):
    shown = loan.fingerprint()
    HandOutItemFactory(hand_out=loan.outs[0])
    with pytest.raises(RuleBroken) as refused:
        sign(by=Actor(user=loan.teacher), hand_outs=loan.outs, name="Claire", fingerprint=shown)
    assert refused.value.code == "changed"
    loan.outs.append(HandOutFactory())
    with pytest.raises(RuleBroken) as refused:
        sign(by=Actor(user=loan.teacher), hand_outs=loan.outs, name="Claire", fingerprint=shown)
    assert refused.value.code == "holders"


def test_what_one_signature_cannot_cover_goes_back_to_the_list_with_its_ticks(client, loan):
    sign_in_client(client, loan.technician)
    page = reverse("lending:agreement_sign")
    nothing = client.get(page, follow=True)
    assert "Choisissez au moins une remise" in nothing.content.decode()
    other = HandOutFactory(class_group=ClassGroupFactory(school=loan.school))
    HandOutItemFactory(hand_out=other)
    mixed = client.get(f"{loan.page}&out={other.public_id}", follow=True)
    shown = mixed.content.decode()
    assert "Une signature vaut pour une seule personne" in shown
    assert shown.count(" checked>") == 3
    assert loan.query.replace("&", "&amp;") in shown, "one tap signs all that a class has"


def test_the_paper_names_before_whom_it_was_signed_but_not_the_borrower_twice(loan, monkeypatch):
    said = []

    def render(_template, data):
        said.append((data["name"], data["witness"]))
        return b"%PDF-"

    monkeypatch.setattr("core.pdf.render", render)
    for out, person in zip(loan.outs, (loan.technician, loan.teacher), strict=True):
        words = wording.fingerprint(wording.agreed_text([out]))
        sign(by=Actor(user=person), hand_outs=[out], name="Claire", fingerprint=words)
    assert said == [("Claire", loan.technician.get_full_name()), ("Claire", "")]


def test_devices_due_on_one_day_are_told_together(loan):
    text = wording.agreed_text(loan.outs)
    assert text.count("Le matériel, à rendre le") == 1
    assert " :" not in text, "no line begins with a colon"


@pytest.mark.parametrize(
    "drawn",
    [
        "null",
        "[]",
        "[[1]]",
        "[[1, 2]]",
        "[[0, 0, 5, 5]]",
        "[[0, 0, 900, 10]]",
        '[["0", 0, 100, 100]]',
        "[[true, 0, 100, 100]]",
        json.dumps([[0, 0, 300, 100] * 4_000]),
        "[" * 90_000,
        '"<svg onload=alert(1)>"',
    ],
)
def test_what_is_no_signature_is_refused(loan, drawn):
    with pytest.raises(RuleBroken) as refused:
        sign(
            by=Actor(user=loan.teacher),
            hand_outs=loan.outs,
            name="Claire",
            fingerprint=loan.fingerprint(),
            drawn=drawn,
        )
    assert refused.value.code == "drawn"
    assert not Document.objects.exists()


def test_a_drawing_is_made_of_numbers_only():
    svg = rules.drawing(rules.read_strokes(json.loads(DRAWN)))
    assert svg.count("<path") == 2
    assert "M10 20 L300 150 L40 90" in svg


def test_a_paper_is_printed_signed_and_its_scan_kept(client, loan):
    sign_in_client(client, loan.technician)
    blank = client.get(reverse("lending:agreement_blank") + "?" + loan.query)
    assert blank.content.startswith(b"%PDF")
    scan = SimpleUploadedFile("scan.pdf", blank.content, "application/pdf")
    url = reverse("lending:agreement_paper") + "?" + loan.query
    wrong = SimpleUploadedFile("scan.pdf", b"rien", "application/pdf")
    assert client.post(url, {"name": "Claire", "scan": wrong}).status_code == 422
    assert client.post(url, {"name": "Claire", "scan": scan}).status_code == 302
    assert LoanAgreement.objects.get().method == "paper"


def test_an_agreement_is_read_by_its_school_and_its_borrower_only(client, loan):
    agreement = sign(
        by=Actor(user=loan.technician),
        hand_outs=loan.outs,
        name="Claire",
        fingerprint=loan.fingerprint(),
    )
    pages = [
        reverse("lending:agreement", args=[agreement.public_id]),
        agreement.document.get_absolute_url(),
    ]
    elsewhere = SchoolFactory()
    for role in (Role.IT_TECHNICIAN, Role.HEAD_TEACHER, Role.TEACHER):
        sign_in_client(client, UserFactory(roles=[(role, elsewhere.uai)]))
        assert [client.get(page).status_code for page in pages] == [404, 404]
        listed = client.get(reverse("lending:agreements") + "?view=signed").content.decode()
        assert str(agreement) not in listed
        sent_back = client.get(loan.page).url
        assert sent_back.startswith(reverse("lending:agreements")), "nothing of theirs to sign"
        assert client.get(f"{reverse('lending:agreement_blank')}?{loan.query}").status_code == 302
    for person in (loan.teacher, UserFactory(roles=[(Role.HEAD_TEACHER, loan.school.uai)])):
        sign_in_client(client, person)
        assert [client.get(page).status_code for page in pages] == [200, 200]


def test_who_took_the_signature_reads_it_by_the_post_of_the_day_only(client, loan):
    agreement = sign(
        by=Actor(user=loan.technician),
        hand_outs=loan.outs,
        name="Claire",
        fingerprint=loan.fingerprint(),
    )
    assert agreement.document.uploaded_by == loan.technician
    page = agreement.document.get_absolute_url()
    sign_in_client(client, loan.technician)
    assert client.get(page).status_code == 200
    loan.technician.posts.update(scope_ref=SchoolFactory().uai)
    assert client.get(page).status_code == 404
    assert not Document.objects.owned_by(loan.technician).exists(), "nor among one's own data"
    sign_in_client(client, UserFactory(roles=[(Role.IT_TECHNICIAN, loan.school.uai)]))
    assert client.get(page).status_code == 200


def test_a_year_after_the_return_neither_teacher_nor_pupil_s_place_nor_agreement_is_left(loan):
    pupil = HandOutFactory(class_group=loan.group, holder=HandOut.Holder.PUPIL, pupil_slot=12)
    kept = HandOutFactory(class_group=loan.group, holder=HandOut.Holder.PUPIL, pupil_slot=3)
    sign(
        by=Actor(user=loan.technician),
        hand_outs=loan.outs,
        name="Claire",
        fingerprint=loan.fingerprint(),
    )
    long_ago = clock.now() - dt.timedelta(days=400)
    LoanAgreement.objects.update(signed_at=long_ago)
    apply_rules()
    assert LoanAgreement.objects.exists(), "it is kept as long as the loan lasts"
    for out in (pupil, *loan.outs):
        HandOut.objects.filter(pk=out.pk).update(
            state="closed", closed_at=long_ago, handed_by=loan.technician
        )
    HandOut.objects.filter(pk=kept.pk).update(state="closed", closed_at=clock.now())
    apply_rules()
    assert not LoanAgreement.objects.exists()
    pupil.refresh_from_db()
    kept.refresh_from_db()
    assert (pupil.holder, pupil.pupil_slot, pupil.handed_by) == ("class", None, None)
    assert kept.pupil_slot == 3


def apply_rules():
    """Apply the rules of loans as the night does."""
    for rule in retention.rules():
        if rule.name in {"fleet.agreements", "fleet.hand_outs"}:
            rows = rule.due(clock.now() - rule.keep)
            rule.erase(rows) if rule.erase else rows.delete()
            assert not rule.due(clock.now() - rule.keep).exists()


def test_one_s_data_hold_what_one_signed_not_whom_one_saw_sign(loan):
    own = HandOutFactory(
        school=loan.school,
        class_group=None,
        holder=HandOut.Holder.TEACHER,
        teacher=loan.technician,
    )
    HandOutItemFactory(hand_out=own)
    for outs in (loan.outs, [own]):
        words = wording.fingerprint(wording.agreed_text(outs))
        by = Actor(user=loan.technician)
        sign(by=by, hand_outs=outs, name=f"Signataire {outs[0].pk}", fingerprint=words)
    told = list(lending(loan.technician))[1]
    said = json.dumps([str(row) for row in told.entries])
    assert f"Signataire {own.pk}" in said
    assert f"Signataire {loan.outs[0].pk}" not in said
    assert told.documents == [LoanAgreement.objects.get(signer=loan.technician).document]
