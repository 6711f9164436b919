"""Core's own pages: documents, mailbox, partners, people, messages, health, limits."""

from __future__ import annotations

import io
import time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect
from django.test import Client, RequestFactory
from django.urls import reverse

from core import clock, document_life, documents, outbox
from core.accounts.models import Post
from core.accounts.roles import Role
from core.documents import Document
from core.errors import RuleBroken
from core.journal import SYSTEM, Actor, JournalEntry
from core.mailbox import DeliveredMail
from core.once import OnceUse, once
from core.outbox import Message
from core.partners import PartnerToken
from core.pdf import content_disposition
from core.scopes import code_of
from tests.core.test_uploads import pdf, picture
from tests.factories.accounts import UserFactory
from tests.factories.schools import SchoolFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _private(settings, tmp_path):
    settings.PRIVATE_ROOT = tmp_path


@pytest.fixture
def admin(client):
    user = UserFactory(roles=[Role.ADMINISTRATOR])
    client.force_login(user)
    return user


def stored(user, data=None, name="acte de naissance.pdf"):
    upload = SimpleUploadedFile(name, data or pdf(), "application/x-whatever")
    return documents.store(upload, by=Actor(user), kind="test.proof")


class TestDocuments:
    def test_the_owner_opens_it_and_others_hear_404(self, client):
        owner = UserFactory(roles=[Role.GUARDIAN])
        document = stored(owner)
        url = document.get_absolute_url()
        assert client.get(url).status_code == 302
        client.force_login(owner)
        answer = client.get(url)
        assert answer.content == pdf()
        assert answer["Content-Type"] == "application/pdf"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Security-Policy"].startswith("default-src 'none'")
        assert "acte%20de%20naissance.pdf" in answer["Content-Disposition"]
        assert not JournalEntry.objects.filter(verb="read.document").exists()
        client.force_login(UserFactory(roles=[Role.ADMINISTRATOR]))
        assert client.get(url).status_code == 404

    def test_what_agents_open_is_journalled(self, client, monkeypatch):
        monkeypatch.setattr(documents, "_readers", [])
        agent = UserFactory(roles=[Role.ENROLMENT_AGENT])
        documents.register_document_reader(lambda user, document: user == agent)
        document = stored(UserFactory(), picture("PNG"), "x.png")
        client.force_login(agent)
        answer = client.get(document.get_absolute_url())
        assert "sandbox" in answer["Content-Security-Policy"]
        entry = JournalEntry.objects.get(verb="read.document")
        assert (entry.actor, entry.subject_id) == (agent, str(document.pk))

    def test_a_refused_file_leaves_nothing(self, tmp_path):
        with pytest.raises(RuleBroken):
            stored(UserFactory(), b"nonsense")
        assert not Document.objects.exists()
        assert not [f for f in tmp_path.rglob("*") if f.is_file()]

    def test_a_big_file_is_not_read_to_its_end(self):
        upload = SimpleUploadedFile("x.pdf", b"%PDF-" + b"x" * 5000)
        with pytest.raises(RuleBroken) as caught:
            documents.store(upload, by=SYSTEM, kind="x", max_bytes=1000)
        assert caught.value.code == "file_too_big"

    def test_the_sweep_takes_orphans_after_their_grace(self, tmp_path):
        import os

        document = stored(UserFactory())
        lost = documents.root() / "ab" / "ab00"
        lost.parent.mkdir(exist_ok=True)
        lost.write_bytes(b"left by a rolled-back transaction")
        assert document_life.sweep_orphans() == 0
        old = time.time() - 3 * 24 * 3600
        os.utime(lost, (old, old))
        assert document_life.sweep_orphans() == 1
        assert document.file.exists()

    def test_a_lost_file_is_said_so(self, client):
        owner = UserFactory()
        document = stored(owner)
        document.file.unlink()
        client.force_login(owner)
        page = client.get(document.get_absolute_url())
        assert page.status_code == 409
        assert "plus disponible" in page.content.decode()

    @pytest.mark.parametrize("name", ['a"b\r\nX: y.pdf', "é ü.pdf", "مستند.pdf"])
    def test_names_cannot_break_the_header(self, name):
        header = content_disposition(name, inline=True)
        assert "\r" not in header
        assert "\n" not in header
        assert header.count('"') == 2
        header.encode("ascii")


class TestMailbox:
    def test_mails_are_kept_shown_and_their_links_followed(self, client, settings, committed):
        settings.EMAIL_BACKEND = "core.mailbox.EmailBackend"
        with committed():
            outbox.queue_words(
                kind="x",
                subject="Bonjour",
                body="Suivez http://testserver/compte/connexion/ <script>",
                language="fr",
                address="a@essai.example",
            )
        assert DeliveredMail.objects.get().address == "a@essai.example"
        page = client.get(reverse("mailbox:list"), {"a": "A@essai.example"}).content.decode()
        assert "Bonjour" in page
        assert "Aucun message" in client.get(reverse("mailbox:list"), {"a": "b@x"}).content.decode()
        mail = client.get(reverse("mailbox:mail", args=[DeliveredMail.objects.get().pk]))
        assert 'href="http://testserver/compte/connexion/"' in mail.content.decode()
        assert "<script>x" not in mail.content.decode()

    def test_it_exists_in_the_demo_only(self, client, settings):
        settings.DEMO = False
        assert client.get(reverse("mailbox:list")).status_code == 404


class TestPartners:
    def test_a_token_is_shown_once_then_revoked(self, client, admin):
        url = reverse("partners:list")
        from core.api import SCOPES

        scope = sorted(SCOPES)[0]
        page = client.post(
            url,
            {
                "name": "Cantine+",
                "scopes": [scope],
                "role": "",
                "expires_on": clock.today().replace(day=1),
            },
        )
        assert "deux ans à venir" in page.content.decode()
        until = clock.today().replace(year=clock.today().year + 1, day=1)
        page = client.post(
            url, {"name": "Cantine+", "scopes": [scope], "role": "", "expires_on": until}
        ).content.decode()
        token = PartnerToken.objects.get()
        assert f"escale_{token.prefix}_" in page
        assert f"escale_{token.prefix}_" not in client.get(url).content.decode()
        client.post(reverse("partners:revoke", args=[token.pk]))
        assert "Révoqué" in client.get(url).content.decode()

    def test_others_stay_out(self, client):
        client.force_login(UserFactory(roles=[Role.HEAD_TEACHER]))
        assert client.get(reverse("partners:list")).status_code == 403
        assert client.get(reverse("people:list")).status_code == 403


class TestPeople:
    def test_people_are_found_by_name_and_role(self, client, admin, django_assert_max_num_queries):
        for n in range(30):
            UserFactory(given_name="Zoé", family_name=f"Durand{n:02}", roles=[Role.GUARDIAN])
        url = reverse("people:list")
        with django_assert_max_num_queries(12):
            page = client.get(url, {"q": "durand zoé", "role": "guardian"}).content.decode()
        assert "30 personnes" in page
        assert page.count("Zoé</a>") == 25
        nobody = client.get(url, {"q": "durand", "role": "teacher"})
        assert "Personne ne correspond" in nobody.content.decode()

    def test_a_post_is_said_with_the_name_of_its_school(self, client, admin):
        school = SchoolFactory(name="École des Tamaris")
        user = UserFactory(roles=[(Role.TEACHER, school.uai), Role.GUARDIAN])
        for url in (
            reverse("people:list") + f"?q={user.family_name}",
            reverse("people:person", args=[user.public_id]),
        ):
            html = client.get(url).content.decode()
            assert "Enseignant·e, École des Tamaris" in html
            assert "Soi-même" not in html.split("Donner un poste")[0]

    def test_a_place_is_picked_by_its_name_and_must_exist(self, client, admin):
        school = SchoolFactory(name="École des Tamaris")
        url = reverse("people:person", args=[UserFactory().public_id])
        given = {"role": "teacher", "scope_kind": "school", "starts_on": clock.today()}
        unknown = client.post(url, {**given, "scope_ref": "École des Mimosas", "once": "1"})
        assert "ne connaissons pas ce lieu" in unknown.content.decode()
        assert not Post.objects.filter(role="teacher").exists()
        offered = f"{school.uai} — École des Tamaris"
        assert offered in client.get(url).content.decode()
        client.post(url, {**given, "scope_ref": offered, "once": "2"})
        assert Post.objects.get(role="teacher").scope_ref == school.uai
        assert code_of("school", " école des tamaris") == school.uai

    def test_a_post_is_given_and_ended_with_a_trace(self, client, admin):
        SchoolFactory(uai="0990001A")
        user = UserFactory()
        url = reverse("people:person", args=[user.public_id])
        given = {
            "role": "teacher",
            "scope_kind": "school",
            "scope_ref": "0990001A",
            "starts_on": clock.today(),
            "once": "one-sending",
        }
        assert client.post(url, given).url == url
        assert client.post(url, given).url == url, "a second sending is led to the same place"
        post = Post.objects.get(user=user)
        again = client.post(url, {**given, "once": "another"})
        assert "tient déjà" in again.content.decode()
        end = reverse("people:end", args=[user.public_id, post.pk])
        assert "Mettre fin" in client.get(end).content.decode()
        assert client.post(end).url == url
        page = client.get(url).content.decode()
        assert "post.give" in page
        assert "post.end" in page

    def test_the_last_administrator_cannot_leave(self, client, admin):
        post = admin.posts.get()
        answer = client.post(reverse("people:end", args=[admin.public_id, post.pk]))
        assert answer.status_code == 409
        assert "dernier poste" in answer.content.decode()


class TestMessages:
    def test_ones_own_messages_and_nobody_elses(self, client):
        user, other = UserFactory(), UserFactory()
        given = {"kind": "x", "body": "Texte", "language": "fr", "channel": "in_app"}
        mine = outbox.queue_words(subject="Pour moi", to=user, **given)
        theirs = outbox.queue_words(subject="Pour elle", to=other, **given)
        client.force_login(user)
        assert "Un message vous attend" in client.get("/").content.decode()
        page = client.get(reverse("messages:list")).content.decode()
        assert "Pour moi" in page
        assert "Pour elle" not in page
        assert client.get(reverse("messages:read", args=[theirs.public_id])).status_code == 404
        assert client.get(reverse("messages:read", args=[mine.public_id])).status_code == 200
        mine.refresh_from_db()
        assert mine.read_at is not None

    def test_failed_ones_are_seen_and_tried_again(self, client, admin, mailoutbox, committed):
        message = outbox.queue_words(
            kind="x", subject="s", body="b", language="fr", address="a@essai.example"
        )
        Message.objects.update(state=Message.FAILED, last_error="OSError")
        assert "Messages non partis" in client.get("/").content.decode()
        assert "OSError" in client.get(reverse("outbox:list")).content.decode()
        with committed():
            client.post(reverse("outbox:retry", args=[message.public_id]))
        assert len(mailoutbox) == 1
        assert "Tout est parti" in client.get(reverse("outbox:list")).content.decode()


class TestOnce:
    def send(self, view, user, token="t"):  # noqa: S107
        request = RequestFactory().post("/x/", {"once": token})
        request.user = user
        return once(view)(request)

    def test_the_second_sending_does_nothing_and_ends_at_the_same_place(self):
        done = []

        def act(request):
            done.append(1)
            return redirect(f"/result/{len(done)}/")

        user = UserFactory()
        assert self.send(act, user).url == "/result/1/"
        assert self.send(act, user).url == "/result/1/"
        assert self.send(act, UserFactory()).url == "/result/2/", "tokens are each person's own"
        assert self.send(act, user, "other").url == "/result/3/"

    def test_a_form_with_errors_may_be_sent_again(self):
        user = UserFactory()
        assert self.send(lambda request: HttpResponse("errors"), user).status_code == 200
        assert not OnceUse.objects.exists()
        assert self.send(lambda request: redirect("/done/"), user).url == "/done/"

    def test_a_broken_rule_gives_the_token_back(self):
        def refuse(request):
            raise RuleBroken("x", "Non.")

        user = UserFactory()
        with pytest.raises(RuleBroken):
            self.send(refuse, user)
        assert self.send(lambda request: redirect("/done/"), user).url == "/done/"


class TestHealth:
    def test_alive_and_ready(self, client):
        assert client.get("/healthz").json() == {"ok": True}
        answer = client.get("/readyz")
        assert answer.json()["parts"].keys() == {"database", "migrations", "broker", "search"}

    def test_a_missing_part_is_named_without_its_cause(self, client, monkeypatch):
        from core.views import health

        def broken():
            raise OSError("amqp://secret@host")

        monkeypatch.setitem(health.CHECKS, "broker", broken)
        answer = client.get("/readyz")
        assert answer.status_code == 503
        assert answer.json()["parts"]["broker"] is False
        assert "secret" not in answer.content.decode()


class TestLimits:
    def test_a_huge_request_is_refused_before_it_is_read(self, client):
        page = client.post("/compte/connexion/", {"x": io.BytesIO(b"x")}, CONTENT_LENGTH="40000000")
        assert page.status_code == 413
        answer = client.post("/api/v1/nothing", CONTENT_LENGTH="40000000")
        assert answer.json()["code"] == "too_big"

    def test_a_long_form_is_refused(self, client):
        page = client.post("/compte/connexion/", {f"f{n}": "x" for n in range(2100)})
        assert page.status_code == 413

    def test_a_nul_byte_is_refused_before_it_reaches_the_database(self, client):
        assert client.get("/personnes/", {"q": "a\x00b"}).status_code == 400

    def test_a_wrong_method_gets_a_page(self, client, admin):
        page = client.get(reverse("partners:revoke", args=[1]))
        assert page.status_code == 405
        assert page["Allow"] == "POST"
        assert "<h1" in page.content.decode()

    def test_a_form_without_its_token_is_explained(self):
        page = Client(enforce_csrf_checks=True).post("/compte/connexion/", {"login": "x"})
        assert page.status_code == 403
        assert "session" in page.content.decode()

    def test_requests_carry_a_number(self, client):
        assert len(client.get("/healthz")["X-Request-ID"]) == 16
        given = client.get("/healthz", headers={"X-Request-ID": "abcdef-123456"})
        assert given["X-Request-ID"] == "abcdef-123456"
        assert client.get("/healthz", headers={"X-Request-ID": "x\n"})["X-Request-ID"] != "x"

    def test_pages_hold_a_strict_policy_and_nothing_inline(self, client):
        for name in ("account_login", "account_signup", "account_reset_password"):
            page = client.get(reverse(name))
            assert "unsafe" not in page["Content-Security-Policy"]
            html = page.content.decode()
            assert " style=" not in html
            assert " onclick=" not in html

    def test_the_api_documents_itself_without_a_script(self, client):
        page = client.get("/api/v1/docs")
        assert page.status_code == 200
        assert "cdn" not in page.content.decode()
        assert client.get("/api/v1/openapi.json").json()["openapi"].startswith("3.")
