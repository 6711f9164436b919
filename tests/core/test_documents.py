"""Private files held for the antivirus, kept to serve again, replaced, deleted."""

from __future__ import annotations

import datetime as dt
import threading
import time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core import clock, document_kinds, document_life, documents
from core.accounts.roles import Role
from core.clock import months_later
from core.document_kinds import Kind, Use
from core.documents import Document, Scan
from core.errors import RuleBroken
from core.journal import Actor, JournalEntry
from core.outbox import Message
from families.models import IncomeFile
from tests.core.clamd import EICAR, Clamd
from tests.core.test_uploads import pdf, picture
from tests.factories.accounts import UserFactory
from tests.factories.families import HouseholdFactory, IncomeFileFactory
from tests.together import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _private(settings, tmp_path, monkeypatch):
    settings.PRIVATE_ROOT = tmp_path
    monkeypatch.setattr(document_kinds, "_kinds", {})
    monkeypatch.setattr(document_kinds, "_uses", {})
    document_kinds.register_document_kinds(
        Kind("test.kept", "Justificatif", valid_months=3, kept=True, max_pages=3),
        Kind("test.once", "Autre", max_bytes=2000),
    )


@pytest.fixture
def clamd(settings):
    server = Clamd()
    settings.CLAMD_URL = server.url
    yield server
    server.stop()


def upload(data=None, name="facture.pdf"):
    return SimpleUploadedFile(name, data or pdf(), "text/html")


def stored(user, data=None, name="facture.pdf", kind="test.kept", **more):
    return documents.store(upload(data, name), by=Actor(user), kind=kind, **more)


def infected() -> bytes:
    return pdf() + b"\n%" + EICAR


class TestAntivirus:
    def test_a_clean_file_is_kept_and_opened(self, clamd, client):
        owner = UserFactory()
        document = stored(owner)
        assert document.scan == Scan.CLEAN
        assert clamd.seen == [len(pdf())]
        client.force_login(owner)
        assert client.get(document.get_absolute_url()).content == pdf()

    def test_an_infected_file_is_refused_and_journalled_before_anything_opens_it(
        self, clamd, monkeypatch
    ):
        def never(*args, **kwargs):
            raise AssertionError("opened before it was looked at")

        monkeypatch.setattr(documents.uploads, "join", never)
        owner = UserFactory()
        with pytest.raises(RuleBroken) as caught:
            stored(owner, infected())
        assert caught.value.code == "file_infected"
        assert not Document.objects.exists()
        entry = JournalEntry.objects.get(verb="document.infected")
        assert entry.facts == {"kind": "test.kept", "signature": "Eicar-Test-Signature"}

    def test_every_page_is_looked_at(self, clamd):
        pages = [upload(), upload(infected(), "b.pdf")]
        with pytest.raises(RuleBroken) as caught:
            documents.store(pages, by=Actor(UserFactory()), kind="test.kept")
        assert caught.value.code == "file_infected"

    @pytest.mark.parametrize("how", ["down", "limit", "hangs_up"])
    def test_without_a_verdict_it_is_held_and_never_served(self, how, clamd, client, settings):
        if how == "down":
            settings.CLAMD_URL = "tcp://127.0.0.1:9"
        elif how == "limit":
            clamd.limit = 10
        else:
            clamd.RequestHandlerClass = type("Deaf", (), {"__init__": lambda self, *a: None})
        owner = UserFactory()
        document = stored(owner)
        assert document.scan == Scan.WAITING
        client.force_login(owner)
        page = client.get(document.get_absolute_url())
        assert page.status_code == 409
        assert "en cours de vérification" in page.content.decode()
        assert document_life.sweep_held() == 0

    def test_the_sweep_releases_what_was_held(self, clamd, settings, client):
        settings.CLAMD_URL = "tcp://127.0.0.1:9"
        owner = UserFactory()
        document = stored(owner)
        settings.CLAMD_URL = clamd.url
        assert document_life.sweep_held() == 1
        assert document_life.sweep_held() == 0
        client.force_login(owner)
        assert client.get(document.get_absolute_url()).status_code == 200

    def test_what_turns_out_infected_loses_its_bytes_and_its_owner_is_told(
        self, clamd, settings, client, committed
    ):
        settings.CLAMD_URL = "tcp://127.0.0.1:9"
        owner = UserFactory()
        document = stored(owner, infected())
        settings.CLAMD_URL = clamd.url
        with committed():
            assert document_life.sweep_held() == 1
        document.refresh_from_db()
        assert document.is_infected
        assert not document.file.exists()
        assert Message.objects.get(kind="document_infected").recipient == owner
        client.force_login(owner)
        assert client.get(document.get_absolute_url()).status_code == 410
        assert not Document.objects.kept_by(owner).exists()
        assert not document_life.settle(document, documents.antivirus.Verdict("again"))

    def test_a_socket_file_does_as_well(self, settings, tmp_path):
        import socketserver

        from tests.core import clamd as fake

        path = str(tmp_path / "clamd.ctl")
        server = socketserver.UnixStreamServer(path, fake._Session)
        server.limit, server.marker, server.seen = 10**6, b"\xff none", []
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        settings.CLAMD_URL = f"unix://{path}"
        try:
            assert stored(UserFactory()).scan == Scan.CLEAN
        finally:
            server.shutdown()
            server.server_close()


class TestKinds:
    def test_a_kind_sets_size_and_pages(self):
        with pytest.raises(RuleBroken) as caught:
            stored(UserFactory(), pdf(pages=4))
        assert caught.value.code == "file_pages"
        with pytest.raises(RuleBroken) as caught:
            stored(UserFactory(), b"%PDF-" + b"x" * 3000, kind="test.once")
        assert caught.value.code == "file_too_big"

    def test_the_family_owns_what_an_agent_uploads_for_it(self):
        agent, parent = UserFactory(roles=[Role.ENROLMENT_AGENT]), UserFactory()
        by = Actor(agent, on_behalf_of=parent)
        document = documents.store(upload(), by=by, kind="test.kept")
        assert (document.owner, document.uploaded_by) == (parent, agent)
        assert document in Document.objects.kept_by(parent)
        assert document not in Document.objects.kept_by(agent)

    def test_it_serves_until_it_expires_and_only_what_it_is_about(self, time_machine):
        owner, today = UserFactory(), clock.today()
        document = stored(owner, about="child:1")
        assert document.expires_on == document.kept_until == months_later(today, 3)
        serving = Document.objects.kept_by(owner)
        assert serving.serving("test.kept", "child:1").exists()
        assert not serving.serving("test.kept", "child:2").exists()
        assert not serving.serving("test.once").exists()
        time_machine.move_to(clock.at(document.expires_on, 12))
        assert serving.serving("test.kept", "child:1").exists()
        time_machine.shift(24 * 3600)
        assert not serving.serving("test.kept", "child:1").exists()

    def test_the_sweep_leaves_what_is_kept_until_its_day(self, time_machine):
        kept, once = stored(UserFactory()), stored(UserFactory(), kind="test.once")
        time_machine.move_to(clock.now() + dt.timedelta(days=3))
        document_life.sweep_orphans()
        assert list(Document.objects.all()) == [kept]
        time_machine.shift(95 * 24 * 3600)
        document_life.sweep_orphans()
        assert not Document.objects.exists()
        assert once.pk != kept.pk


def test_the_sweep_leaves_a_proof_of_income_that_still_awaits_its_check(time_machine):
    household = HouseholdFactory()
    document = stored(UserFactory(), kind="test.once")
    IncomeFileFactory(household=household, proof=document, checked_at=None)
    time_machine.move_to(clock.now() + dt.timedelta(days=10))
    assert document_life.sweep_orphans() == 0
    assert IncomeFile.objects.get().proof == document


class TestMyDocuments:
    def test_one_sees_ones_own_and_what_they_serve(self, client, django_assert_max_num_queries):
        owner = UserFactory(roles=[Role.GUARDIAN])
        for number in range(6):
            stored(owner, name=f"piece{number}.pdf")
        stored(UserFactory(), name="a-autrui.pdf")
        stored(owner, name="sans-suite.pdf", kind="test.once")
        document_kinds.register_document_uses(
            "test",
            lambda rows: {row.pk: [Use("Inscription de Lina", "/x/", needed=True)] for row in rows},
            lambda by, old, new: None,
        )
        client.force_login(owner)
        with django_assert_max_num_queries(15):
            page = client.get(reverse("documents:mine")).content.decode()
        assert page.count("Inscription de Lina") == 6
        assert "a-autrui" not in page
        assert "sans-suite" not in page
        assert "/supprimer/" not in page

    def test_what_nothing_needs_is_deleted_by_its_owner_only(self, client, committed):
        owner = UserFactory(roles=[Role.GUARDIAN])
        document = stored(owner)
        url = reverse("documents:delete", args=[document.public_id])
        client.force_login(UserFactory(roles=[Role.GUARDIAN]))
        assert client.post(url).status_code == 404
        client.force_login(UserFactory(roles=[Role.ADMINISTRATOR]))
        assert client.post(url).status_code == 404
        client.force_login(owner)
        with committed():
            assert client.post(url).status_code == 302
        assert not Document.objects.exists()
        assert not document.file.exists()

    def test_what_a_request_needs_stays(self, client):
        owner = UserFactory(roles=[Role.GUARDIAN])
        document = stored(owner)
        document_kinds.register_document_uses(
            "test",
            lambda rows: {row.pk: [Use("x", "/x/", needed=True)] for row in rows},
            lambda by, old, new: None,
        )
        client.force_login(owner)
        answer = client.post(reverse("documents:delete", args=[document.public_id]), follow=True)
        assert "remplacez-le" in answer.content.decode()
        assert Document.objects.exists()

    def test_a_new_one_takes_the_old_ones_place(self, client, committed):
        owner = UserFactory(roles=[Role.GUARDIAN])
        old = stored(owner, about="child:7")
        taken = []
        document_kinds.register_document_uses(
            "test", lambda rows: {}, lambda by, one, two: taken.append((one.pk, two.pk))
        )
        client.force_login(owner)
        url = reverse("documents:replace", args=[old.public_id])
        assert "image" in client.post(url, {"file": upload(picture(), "x.pdf")}).content.decode()
        assert Document.objects.get() == old
        with committed():
            pages = [upload(picture(), "1.jpg"), upload(picture(), "2.jpg")]
            assert client.post(url, {"file": pages}).status_code == 302
        new = Document.objects.get()
        assert (new.kind, new.about, new.pages) == ("test.kept", "child:7", 2)
        assert taken == [(old.pk, new.pk)]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_sweeps_settle_a_file_once(settings):
    settings.CLAMD_URL = "tcp://127.0.0.1:9"
    owner = UserFactory()
    document = stored(owner, infected())

    def settle(_number):
        mine = Document.objects.get(pk=document.pk)
        return document_life.settle(mine, documents.antivirus.Verdict("Eicar"))

    ends = at_once(2, settle)
    assert sorted(ends) == [False, True]
    assert JournalEntry.objects.filter(verb="document.infected").count() == 1
    assert Message.objects.filter(kind="document_infected").count() == 1
    limit = time.monotonic() + 5
    while document.file.exists() and time.monotonic() < limit:
        time.sleep(0.05)
    assert not document.file.exists()
