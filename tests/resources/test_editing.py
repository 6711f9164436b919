"""The editor's form, the way to publication, and what a resource was before."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from core.accounts.roles import Role
from core.errors import RuleBroken
from core.journal import SYSTEM, Actor
from core.outbox import Message
from resources.catalogue import actions, history, restoring
from resources.catalogue.models import Relation, Resource, Revision, Term
from resources.catalogue.worddiff import compare
from tests.factories.accounts import UserFactory
from tests.factories.resources import ResourceFactory, term, vocabularies
from tests.factories.schools import ClassGroupFactory
from tests.together import together

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(client: Client) -> Any:
    user = UserFactory(roles=[Role.CATALOGUE_EDITOR])
    client.force_login(user)
    return user


def rows(name: str, *lines: dict[str, str], shown: int = 0) -> dict[str, str]:
    """Return a formset as a browser sends it, ``shown`` rows of which it was given."""
    facts = {f"{name}-TOTAL_FORMS": str(len(lines)), f"{name}-INITIAL_FORMS": str(shown)}
    for number, line in enumerate(lines):
        facts |= {f"{name}-{number}-{key}": value for key, value in line.items()}
    return facts


def filled(**changes: Any) -> dict[str, Any]:
    facts = {
        "title": "Le jeu des parts",
        "description": "On partage.\r\nPuis on compare.",
        "keyword_list": "parts, fractions, parts",
        "levels": ["CM1"],
        "domains": ["maths.nombres"],
        "audience": "both",
        "language": "fr",
        "cost": "free",
        "licence": "cc-by",
        "personal_data_level": "none",
        "quality": "3",
        **rows("contributors"),
        **rows("relations"),
        **rows("openings"),
    }
    return facts | changes


def edit_url(resource: Resource) -> str:
    return reverse("catalogue:edit", args=[resource.identifier])


def test_every_field_of_the_description_is_kept_and_shown_again(
    client: Client, editor: Any
) -> None:
    vocabularies()
    for vocabulary in ("activity", "place", "need", "competence"):
        Term.objects.create(vocabulary=vocabulary, code=f"{vocabulary}-a", label=vocabulary)
    other = ResourceFactory(title="La version des enseignants")
    group = ClassGroupFactory(name="CM1 A")
    made = client.post(
        reverse("catalogue:create"),
        filled(
            identifier="jeu-des-parts",
            external_identifier="ext:77",
            url="https://site.example/jeu",
            format="PDF",
            size_bytes="12,5 Mo",
            duration_minutes="45",
            difficulty="easy",
            document_type="fiche",
            pedagogical_type="jeu",
            rights="© Port-Mistral",
            licence_seats="30",
            open_from="2026-09-01",
            open_to="2027-07-05",
            published_on="2026-01-15",
            thumbnail_url="https://site.example/jeu.png",
            activities=["activity-a"],
            places=["place-a"],
            needs=["need-a"],
            competences=["competence-a"],
            **rows(
                "contributors",
                {"role": "author", "name": "Ada Mistral"},
                {"role": "illustrator", "name": "Bo Garel"},
                {"role": "author", "name": ""},
            ),
            **rows("relations", {"kind": "pupil_version", "other": other.identifier}),
            **rows("openings", {"school": group.school.uai, "class_name": "CM1 A"}),
        ),
    )
    resource = Resource.objects.get(identifier="jeu-des-parts")
    assert made.status_code == 302
    facts = history.snapshots([resource.pk])[resource.pk]
    assert facts["description"] == "On partage.\nPuis on compare."
    assert (facts["size_bytes"], facts["keywords"]) == (12_500_000, ["parts", "fractions"])
    assert facts["contributors"] == [["author", "Ada Mistral"], ["illustrator", "Bo Garel"]]
    assert facts["relations"] == [["pupil_version", other.identifier]]
    assert [line[2] for line in facts["class_groups"]] == ["CM1 A"]
    assert facts["competences"] == ["competence-a"]
    assert (facts["open_to"], facts["licence_seats"]) == ("2027-07-05", 30)
    page = client.get(edit_url(resource)).content.decode()
    named = (f"{other.identifier} — {other.title}", f"{group.school.uai} — {group.school.name}")
    for shown in ("12,5 Mo", "Ada Mistral", *named, "CM1 A", "ext:77", "2027-07-05"):
        assert f'value="{escape(shown)}"' in page
    # Saved again as it is shown, nothing changes.
    assert resource.revision == 1
    again = filled(
        base="1",
        external_identifier="ext:77",
        url="https://site.example/jeu",
        format="PDF",
        size_bytes="12,5 Mo",
        duration_minutes="45",
        difficulty="easy",
        document_type="fiche",
        pedagogical_type="jeu",
        rights="© Port-Mistral",
        licence_seats="30",
        open_from="2026-09-01",
        open_to="2027-07-05",
        published_on="2026-01-15",
        thumbnail_url="https://site.example/jeu.png",
        activities=["activity-a"],
        places=["place-a"],
        needs=["need-a"],
        competences=["competence-a"],
        **rows(
            "contributors",
            {"role": "author", "name": "Ada Mistral"},
            {"role": "illustrator", "name": "Bo Garel"},
        ),
        **rows("relations", {"kind": "pupil_version", "other": other.title}),
        **rows("openings", {"school": named[1], "class_name": "CM1 A"}),
    )
    client.post(edit_url(resource), again)
    resource.refresh_from_db()
    assert not history.differences(facts, history.snapshots([resource.pk])[resource.pk])
    assert resource.revision == 1, "nothing had changed"


def test_more_rows_come_without_losing_what_was_typed(client: Client, editor: Any) -> None:
    vocabularies()
    facts = filled(title="", more="contributors", description="Déjà écrit")
    facts |= rows("contributors", {"role": "author", "name": "Ada"})
    page = client.post(reverse("catalogue:create"), facts).content.decode()
    assert 'name="contributors-3-name"' in page
    assert "Ada" in page
    assert "Déjà écrit" in page
    assert "error-summary" not in page, "nothing is judged before it is sent"
    assert not Resource.objects.exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"title": ""}, "Titre"),
        ({"size_bytes": "lourd"}, "12,5"),
        ({"open_from": "2026-09-02", "open_to": "2026-09-01"}, "avant celui"),
        (rows("relations", {"kind": "part", "other": "inconnue"}), "Aucune ressource"),
        (rows("openings", {"school": "Nulle part", "class_name": ""}), "Aucune école"),
        ({"url": "javascript:alert(1)"}, "Adresse"),
    ],
)
def test_what_is_wrong_is_told_where_it_is(
    client: Client, editor: Any, changes: dict[str, str], words: str
) -> None:
    vocabularies()
    page = client.post(reverse("catalogue:create"), filled(**changes)).content.decode()
    assert "error-summary" in page
    assert words in page
    assert not Resource.objects.exists()


def test_the_second_of_two_editors_is_shown_what_changed_and_loses_nothing(
    client: Client, editor: Any
) -> None:
    vocabularies()
    client.post(reverse("catalogue:create"), filled())
    resource = Resource.objects.get()
    base = str(resource.revision)
    colleague = UserFactory(roles=[Role.CATALOGUE_EDITOR], given_name="Colette")
    other = Client()
    other.force_login(colleague)
    other.post(edit_url(resource), filled(base=base, title="Le grand jeu", rights="© Colette"))
    mine = filled(base=base, title="Le petit jeu", keyword_list="parts")
    answer = client.post(edit_url(resource), mine)
    assert answer.status_code == 409
    resource.refresh_from_db()
    assert resource.title == "Le grand jeu", "nothing was written over"
    page = answer.content.decode()
    assert "Colette" in page
    form = answer.context["form"]
    assert form["title"].value() == "Le petit jeu", "where both changed, mine waits in the form"
    assert form["rights"].value() == "© Colette", "theirs is taken where I changed nothing"
    assert form["keyword_list"].value() == "parts"
    assert [change.name for change in answer.context["conflicts"]] == ["title"]
    merged = {"base": str(form["base"].value()), "title": "Le petit jeu", "rights": "© Colette"}
    assert client.post(edit_url(resource), filled(**merged)).status_code == 302
    resource.refresh_from_db()
    assert (resource.title, resource.rights) == ("Le petit jeu", "© Colette")


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_two_saves_at_once_one_is_told() -> None:
    resource = ResourceFactory()

    def save(title: str) -> str:
        try:
            actions.save_resource(
                by=SYSTEM,
                resource=resource,
                facts={"title": title},
                levels=resource.levels.all(),
                domains=resource.domains.all(),
                base=0,
            )
        except history.Stale:
            return "stale"
        return "saved"

    outcomes = together(partial(save, "Un"), partial(save, "Deux"))
    assert sorted(outcomes) == ["saved", "stale"]
    assert list(resource.revisions.order_by("number").values_list("verb", flat=True)) == [
        "baseline",
        "edit",
    ]


def test_a_version_is_restored_as_a_new_one_and_none_is_lost(client: Client, editor: Any) -> None:
    vocabularies()
    client.post(reverse("catalogue:create"), filled())
    resource = Resource.objects.get()
    client.post(edit_url(resource), filled(base="1", title="Autre titre", levels=["CM2"]))
    page = client.get(reverse("catalogue:versions", args=[resource.identifier]))
    html = page.content.decode()
    assert "<del>" in html
    assert "<ins>" in html
    named = {change.name for change in page.context["listed"][0]["changes"]}
    assert named == {"title", "levels"}
    client.post(reverse("catalogue:restore", args=[resource.identifier, 1]), {"base": "2"})
    resource.refresh_from_db()
    assert (resource.title, resource.revision) == ("Le jeu des parts", 3)
    assert [level.code for level in resource.levels.all()] == ["CM1"]
    assert resource.revisions.count() == 3
    stale = client.post(reverse("catalogue:restore", args=[resource.identifier, 2]), {"base": "2"})
    assert stale.status_code == 302
    resource.refresh_from_db()
    assert resource.revision == 3, "somebody had changed it meanwhile"


def test_restoring_names_what_no_longer_exists() -> None:
    resource = ResourceFactory()
    licence = Term.objects.create(vocabulary="licence", code="ancienne", label="Ancienne")
    keep = {"levels": resource.levels.all(), "domains": resource.domains.all()}
    actions.save_resource(by=SYSTEM, resource=resource, facts={"licence": licence}, **keep)
    actions.save_resource(
        by=SYSTEM, resource=resource, facts={"licence": term("licence", "cc-by")}, **keep
    )
    licence.delete()
    resource.refresh_from_db()
    Resource.objects.filter(pk=resource.pk).update(state="draft")
    old = resource.revisions.get(number=2)
    lost = restoring.restore(by=SYSTEM, resource=resource, revision=old, base=None)
    assert lost == ["ancienne"]


def test_history_cannot_be_rewritten() -> None:
    resource = ResourceFactory()
    actions.move_resource(by=SYSTEM, resource=resource, to="draft", reason="")
    row = resource.revisions.first()
    assert row is not None
    for write in (
        lambda: Revision.objects.filter(pk=row.pk).update(snapshot={}),
        lambda: Revision.objects.filter(pk=row.pk).delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            write()


def test_a_proposal_waits_first_in_line_and_its_author_is_told(client: Client, editor: Any) -> None:
    teacher = UserFactory(roles=[(Role.TEACHER, "0990001A")])
    proposed = ResourceFactory(title="Proposée", state="draft")
    Resource.objects.filter(pk=proposed.pk).update(proposed_by=teacher)
    actions.move_resource(by=Actor(user=teacher), resource=proposed, to="proposed")
    with pytest.raises(RuleBroken) as refused:
        actions.move_resource(by=Actor(user=teacher), resource=proposed, to="validated")
    assert refused.value.code == "forbidden"
    queue = client.get(reverse("catalogue:manage") + "?etat=proposed")
    assert [row.pk for row in queue.context["page_obj"]] == [proposed.pk]
    assert str(teacher) in queue.content.decode()
    move = reverse("catalogue:move", args=[proposed.identifier])
    client.post(move, {"to": "draft", "reason": ""})
    proposed.refresh_from_db()
    assert proposed.state == "proposed", "sending back says why"
    client.post(move, {"to": "draft", "reason": "Ajoutez un corrigé"})
    message = Message.objects.get(kind="catalogue_decision", recipient=teacher)
    assert "Ajoutez un corrigé" in message.body
    actions.move_resource(by=Actor(user=teacher), resource=proposed, to="proposed")
    client.post(move, {"to": "validated"})
    assert Message.objects.filter(recipient=teacher, kind="catalogue_decision").count() == 2
    comments = list(proposed.revisions.values_list("comment", flat=True))
    assert "Ajoutez un corrigé" in comments


def test_the_preview_says_why_a_pupil_would_not_find_it(client: Client, editor: Any) -> None:
    resource = ResourceFactory(personal_data_level="high", audience="teacher")
    url = reverse("catalogue:preview", args=[resource.identifier])
    assert client.get(url).context["obstacles"] == []
    page = client.get(url + "?pour=eleve")
    assert len(page.context["obstacles"]) == 2
    assert page.context["is_pupil"]


def test_editing_pages_cost_the_same_whatever_the_history(
    client: Client, editor: Any, django_assert_max_num_queries: Any
) -> None:
    resource = ResourceFactory()
    Relation.objects.create(resource=resource, other=ResourceFactory(), kind="part")
    keep = {"levels": resource.levels.all(), "domains": resource.domains.all()}
    for number in range(12):
        actions.save_resource(by=SYSTEM, resource=resource, facts={"title": f"T{number}"}, **keep)
    with django_assert_max_num_queries(20):
        client.get(reverse("catalogue:versions", args=[resource.identifier]))
    with django_assert_max_num_queries(55):
        client.get(edit_url(resource))


def test_long_texts_are_compared_by_words() -> None:
    pieces = compare("La mer monte deux fois par jour.", "La mer descend deux fois par jour.")
    assert [(piece.kind, piece.text) for piece in pieces if piece.kind != "same"] == [
        ("gone", "monte"),
        ("new", "descend"),
    ]
    long = " ".join(f"mot{n}" for n in range(400))
    shown = compare(f"{long} fin", f"{long} suite")
    assert [piece.kind for piece in shown] == ["gap", "same", "gone", "new"]
    assert "".join(piece.text for piece in shown if piece.kind != "new") == f"{long} fin"


def test_numbers_go_on_past_the_last_of_five_digits() -> None:
    for identifier in ("pm-99999", "pm-100000"):
        ResourceFactory(identifier=identifier)
    made = actions.save_resource(
        by=SYSTEM, resource=None, facts={"title": "La suivante"}, levels=[], domains=[]
    )
    assert made.identifier == "pm-100001"
