"""An operator's table of Internet lines: tried, explained, written, taken back."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from classrooms import exports_lines, tasks
from classrooms.importing import line_values, runs
from classrooms.importing.values import Unreadable
from classrooms.models import ImportRun, InternetLine, LineChange
from core import clock
from core.accounts.models import Post
from core.accounts.roles import Role
from core.errors import RuleBroken
from core.journal import Actor
from tests.classrooms.tables import applied, lines_of, manager, reasons
from tests.factories.accounts import UserFactory
from tests.factories.classrooms import CartFactory, InternetLineFactory
from tests.factories.schools import SchoolFactory
from tests.people import sign_in_client

pytestmark = pytest.mark.django_db
HEAD = "Contrat;Code RNE;Site;Fournisseur;Techno;Débit;Abonnement TTC;Mise en service;Échéance"


def tried(*rows: str, who: Any = None, head: str = HEAD, data: bytes = b"") -> ImportRun:
    who = who or manager()
    data = data or "\n".join(["Parc des lignes", "", head, *rows]).encode("cp1252")
    run = runs.receive(
        by=Actor(user=who), data=data, filename="lignes.csv", supplier="Mistral", subject="lines"
    )
    runs.try_out(run.pk)
    run.refresh_from_db()
    return run


def everything() -> list[dict[str, Any]]:
    return list(InternetLine.objects.order_by("pk").values())


def outcomes(run: ImportRun) -> dict[str, str]:
    return {row["tag"]: row["o"] for row in lines_of(run)}


def test_an_operator_s_table_is_explained_once_written_whole_and_taken_back() -> None:
    school, other = SchoolFactory(name="École des Embruns"), SchoolFactory()
    slow = InternetLineFactory(school=school, reference="MIS-1", down_mbps=12, up_mbps=1)
    same = InternetLineFactory(reference="MIS-2", technology="fibre", down_mbps=500)
    before = everything()
    rows = (
        f"mis-1;{school.uai};;;SDSL;1 Gbit/s / 500 Mbit/s;;;",
        f"MIS-2;{same.school.uai};;;FTTH;500;;;",
        "MIS-3;;Ecole des embruns;Mistral;FTTO;100/100;99,90 €;01/09/2024;31/08/2027",
        f"MIS-4;{other.uai};;Mistral;FTTO;100;10;01/09/2024;31/08/2027",
        f"MIS-5;{other.uai};;Mistral;FTTO;1.024;10;31/08/2027;01/09/2024",
        "MIS-6;0990000Z;;;;;;;",
        f"MIS-1;{other.uai};;;;;;;",
    )
    run = tried(*rows)
    assert run.counts == {"create": 1, "update": 0, "unchanged": 1, "rejected": 5}
    said = reasons(run)
    for sentence in (
        "« SDSL » n’est pas connu",
        "Montant (Mbit/s) Il manque",
        "« 1.024 » n’est pas un débit",
        "Le contrat finit avant de commencer",
        "Aucune école n’a le code 0990000Z",
        "La même référence est à la ligne 4",
        "celle de École des Embruns",
    ):
        assert sentence in said, sentence
    by = Actor(user=run.started_by)
    with pytest.raises(RuleBroken):
        runs.decide(by=by, run=run, columns={}, values={"technology:sdsl": "pigeon"})
    runs.decide(by=by, run=run, columns={}, values={"technology:sdsl": "vdsl"})
    run = tried(*rows[:3], who=run.started_by)
    assert outcomes(run) == {"mis-1": "update", "MIS-2": "unchanged", "MIS-3": "create"}
    run = applied(run)
    slow.refresh_from_db()
    facts = (slow.reference, slow.technology, slow.down_mbps, slow.up_mbps)
    assert facts == ("MIS-1", "vdsl", 1000, 500)
    change = LineChange.objects.get(line=slow)
    assert (change.since, change.changes["down_mbps"]) == (clock.today(), [12, 1000])
    new = InternetLine.objects.get(reference="MIS-3")
    assert (new.school, new.monthly_cents, new.notice_months) == (school, 9990, 3)
    again = tried(*rows[:3], who=run.started_by)
    assert again.counts["unchanged"] == 3
    runs.start_undo(by=by, run=run)
    assert tasks.undo_import(run.pk)
    assert everything() == before
    assert LineChange.objects.filter(line=slow).count() == 2, "its history keeps both"


def test_what_changed_meanwhile_is_neither_written_over_nor_taken_back() -> None:
    line = InternetLineFactory(down_mbps=12)
    head = "Contrat;Débit;Résiliée le"
    run = tried(f"{line.reference};300;", head=head)
    by = Actor(user=run.started_by)
    runs.start(by=by, run=run, version=run.version, digest=run.digest)
    InternetLine.objects.filter(pk=line.pk).update(down_mbps=50)
    assert not runs.apply(run.pk)
    line.refresh_from_db()
    assert line.down_mbps == 50
    today = clock.today().strftime("%d/%m/%Y")
    done = applied(tried(f"{line.reference};;{today}", head=head))
    line.refresh_from_db()
    assert line.closed_on == clock.today()
    assert "résiliée" in reasons(tried(f"{line.reference};300;", head=head))
    InternetLine.objects.filter(pk=line.pk).update(monthly_cents=1)
    assert not runs.why_not_undo(done), "only what it wrote counts"
    InternetLine.objects.filter(pk=line.pk).update(closed_on=clock.today() - dt.timedelta(days=1))
    assert [reference for reference, _why in runs.why_not_undo(done)] == [line.reference]


@pytest.mark.parametrize("export", [exports_lines.lines_csv, exports_lines.lines_xlsx])
def test_what_is_exported_comes_back_unchanged(export: Any) -> None:
    for technology in InternetLine.Technology.values:
        InternetLineFactory(technology=technology, monthly_cents=123456, notice_months=7)
    today = clock.today()
    InternetLineFactory(starts_on=today - dt.timedelta(days=9), closed_on=today)
    data = export(InternetLine.objects.all())
    assert tried(data=data).counts["unchanged"] == 6
    before = everything()
    InternetLine.objects.all().delete()
    assert applied(tried(data=data)).counts["create"] == 6
    kept = [{**row, "id": None} for row in everything()]
    assert sorted(kept, key=str) == sorted(({**row, "id": None} for row in before), key=str)


def test_lines_are_the_managers_business(client: Client, committed: Any) -> None:
    cart = CartFactory(filled=1)
    line = InternetLineFactory(school=cart.school, down_mbps=12)
    who = manager()
    run = tried(f"{line.reference};300", who=who, head="Contrat;Débit")
    technician = UserFactory(roles=[(Role.IT_TECHNICIAN, cart.school.uai)])
    with pytest.raises(RuleBroken):
        tried(f"{line.reference};300", who=technician, head="Contrat;Débit")
    url, act = (reverse(f"classrooms:{n}", args=[run.public_id]) for n in ("import", "import_act"))
    sign_in_client(client, who)
    page = client.get(reverse("classrooms:imports") + "?contenu=lines").content.decode()
    assert '<option value="lines" selected' in page
    sent = SimpleUploadedFile("l.csv", f"Contrat;Débit\n{line.reference};300\n".encode())
    form = {"supplier": "Mistral", "subject": "lines", "file": sent}
    with committed():
        brought = client.post(reverse("classrooms:imports"), form)
    assert "Ligne Internet" in client.get(brought.url).content.decode()
    assert "Contrat" in client.get(url).content.decode()
    runs.start(by=Actor(user=who), run=run, version=run.version, digest=run.digest)
    # The manager is a technician from now on: even their own table writes nothing any more.
    Post.objects.filter(user=who).update(
        role=Role.IT_TECHNICIAN, scope_kind="school", scope_ref=cart.school.uai
    )
    assert not tasks.apply_import(run.pk)
    line.refresh_from_db()
    assert line.down_mbps == 12
    for person in (who, technician):
        sign_in_client(client, person)
        assert client.get(url).status_code == client.post(act, {"do": "retry"}).status_code == 404
        listed = client.get(reverse("classrooms:imports")).content.decode()
        assert "lignes.csv" not in listed
        assert 'name="subject"' not in listed


@pytest.mark.parametrize(
    ("text", "speeds"),
    [
        ("300", [300]),
        ("1 000", [1000]),
        ("2,5 Gbit/s", [2500]),
        ("8 Mb/s", [8]),
        ("512 kbps", [1]),
        ("1 Gbit/s / 500 Mbit/s", [1000, 500]),
        ("20/1", [20, 1]),
        ("1.024", None),
        ("0", None),
        ("vite", None),
        ("12 Mo/s", None),
        ("1/2/3", None),
        ("900 Gbit/s", None),
    ],
)
def test_speeds_are_read_with_their_unit_or_refused(text: str, speeds: list[int] | None) -> None:
    if speeds is None:
        with pytest.raises(Unreadable):
            line_values.speeds_of(text)
    else:
        assert line_values.speeds_of(text) == speeds
