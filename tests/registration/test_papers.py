"""One paper serves every application that needs it, until it expires."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core import clock, document_life
from core.documents import Document
from core.errors import RuleBroken
from core.journal import Actor
from enrolment.registration.actions import agents, family
from enrolment.registration.actions.papers import reuse_proof
from enrolment.registration.models import Proof, ProofKind
from tests.core.test_uploads import pdf, picture
from tests.factories.registration import build_town
from tests.together import told


@pytest.fixture(autouse=True)
def _private(settings, tmp_path):
    settings.PRIVATE_ROOT = tmp_path


def pieces(application):
    return reverse("registration:step", args=[application.reference, "pieces"])


def send(client, application, kind, *files):
    files = files or (SimpleUploadedFile("facture.pdf", pdf()),)
    return client.post(pieces(application), {"kind": kind, "file": list(files)})


@pytest.fixture
def parent(town):
    return town.parent()


@pytest.fixture
def two(town, parent):
    """The drafts of two children of one parent."""
    return [town.draft(parent, town.child(parent, given_name=name)) for name in ("Lina", "Noé")]


def test_a_paper_sent_for_one_child_serves_the_other(client, two, parent):
    first, second = two
    client.force_login(parent.user)
    pages = [SimpleUploadedFile(f"{n}.jpg", picture()) for n in range(3)]
    assert send(client, first, ProofKind.DOMICILE, *pages).status_code == 302
    document = Document.objects.get()
    assert (document.content_type, document.pages) == ("application/pdf", 3)
    page = client.get(pieces(second)).content.decode()
    assert "Utiliser ce document" in page
    assert client.post(pieces(second), {"reuse": document.public_id}).status_code == 302
    assert client.post(pieces(second), {"reuse": document.public_id}).status_code == 302
    assert Proof.objects.filter(document=document).count() == 2
    assert Document.objects.count() == 1
    mine = client.get(reverse("documents:mine")).content.decode()
    assert first.reference in mine
    assert second.reference in mine


def test_a_birth_certificate_serves_its_own_child_only(client, two, parent):
    first, second = two
    client.force_login(parent.user)
    send(client, first, ProofKind.CHILD_IDENTITY)
    assert "Utiliser ce document" not in client.get(pieces(second)).content.decode()
    with pytest.raises(RuleBroken) as caught:
        reuse_proof(
            by=Actor(parent.user),
            application=second,
            kind=ProofKind.CHILD_IDENTITY,
            document=Document.objects.get(),
        )
    assert caught.value.code == "not_reusable"


def test_nobody_uses_anothers_paper(client, town, two, parent):
    client.force_login(parent.user)
    send(client, two[0], ProofKind.DOMICILE)
    other = town.parent()
    foreign = town.draft(other, town.child(other))
    client.force_login(other.user)
    key = Document.objects.get().public_id
    assert client.post(pieces(foreign), {"reuse": key}).status_code == 404
    assert client.post(pieces(foreign), {"reuse": "x"}).status_code == 404
    assert "facture.pdf" not in client.get(pieces(foreign)).content.decode()


def test_an_old_bill_is_offered_no_more_but_blocks_nothing(client, town, two, parent, time_machine):
    first, second = two
    client.force_login(parent.user)
    send(client, first, ProofKind.DOMICILE)
    family.submit(by=Actor(parent.user), application=first)
    time_machine.move_to(clock.now() + dt.timedelta(days=100))
    assert Document.objects.get().is_expired
    client.force_login(parent.user)
    assert "Utiliser ce document" not in client.get(pieces(second)).content.decode()
    client.force_login(town.agent)
    sheet = client.get(reverse("registration:sheet", args=[first.reference])).content.decode()
    assert "plus de trois mois" in sheet
    assert agents.accept(by=Actor(town.agent), application=first).code


def test_taken_out_of_a_draft_it_stays_ones_own(client, two, parent, committed):
    client.force_login(parent.user)
    send(client, two[0], ProofKind.DOMICILE)
    send(client, two[0], ProofKind.OTHER)
    for proof in Proof.objects.all():
        with committed():
            client.post(pieces(two[0]), {"remove": proof.pk})
    assert [d.kind for d in Document.objects.all()] == ["proof.domicile"], "the other serves once"


def test_a_replacement_serves_what_is_open_and_leaves_what_is_decided(
    client, town, two, parent, committed
):
    first, second = two
    client.force_login(parent.user)
    send(client, first, ProofKind.DOMICILE)
    old = Document.objects.get()
    reuse_proof(by=Actor(parent.user), application=second, kind=ProofKind.DOMICILE, document=old)
    family.submit(by=Actor(parent.user), application=first)
    agents.accept(by=Actor(town.agent), application=first)
    url = reverse("documents:replace", args=[old.public_id])
    with committed():
        client.post(url, {"file": SimpleUploadedFile("neuf.pdf", pdf(pages=2))})
    new = Document.objects.exclude(pk=old.pk).get()
    assert Proof.objects.get(application=first).document == old, "decided on as it was"
    assert Proof.objects.get(application=second).document == new
    old.refresh_from_db()
    assert old.kept_until is None
    assert old not in Document.objects.kept_by(parent.user)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_deleting_and_using_at_once_leave_no_proof_without_its_paper(client):
    town = build_town()
    parent = town.parent()
    first, second = (town.draft(parent, town.child(parent)) for _ in range(2))
    by = Actor(parent.user)
    for _round in range(4):
        client.force_login(parent.user)
        send(client, first, ProofKind.DOMICILE)
        document = Document.objects.get()
        family.remove_proof(by=by, proof=Proof.objects.get())

        def delete(document=document):
            document_life.forget(document, by=by)
            return "done"

        def use(document=document):
            kind = ProofKind.DOMICILE
            reuse_proof(by=by, application=second, kind=kind, document=document)
            return "done"

        ends = dict(zip(("delete", "use"), told(delete, use), strict=True))
        assert ends in (
            {"delete": "done", "use": "not_reusable"},
            {"delete": "needed", "use": "done"},
        ), ends
        assert Proof.objects.count() == Document.objects.count() == (ends["use"] == "done")
        Proof.objects.all().delete()
        Document.objects.all().delete()
