"""Tables of devices: tried, shown, written whole or not at all, taken back."""

from __future__ import annotations

import io

import pytest
from openpyxl import load_workbook

from classrooms.importing import packing, runs
from classrooms.importing.report import annotated
from classrooms.importing.values import Unreadable, cents_of, day_of
from classrooms.models import Device, DeviceModel, FleetEvent, ImportRun
from core.accounts.roles import Role
from core.errors import RuleBroken
from core.journal import Actor
from tests.classrooms.tables import (
    HEAD,
    applied,
    lines_of,
    reasons,
    table,
    tried,
)
from tests.factories.accounts import UserFactory
from tests.factories.classrooms import (
    CartFactory,
    DeviceFactory,
    DeviceModelFactory,
    HandOutFactory,
    HandOutItemFactory,
    IncidentFactory,
)
from tests.factories.schools import SchoolFactory


@pytest.mark.parametrize(
    ("text", "cents"),
    [("299,90 €", 29990), ("1 299.9", 129990), ("1.299,00 EUR", 129900), ("450", 45000),
     ("1\u202f200,5", 120050), ("358.788", None), ("1,234", None), ("12 a", None), ("", None),
     ("1234.5678", 123457), ("0,005", 1)],
)  # fmt: skip
def test_prices_as_people_write_them(text: str, cents: int | None) -> None:
    if cents is None:
        with pytest.raises(Unreadable):
            cents_of(text)
    else:
        assert cents_of(text) == cents


@pytest.mark.parametrize(
    ("text", "day"),
    [("03/04/2024", "2024-04-03"), ("3.4.24", "2024-04-03"), ("2024-04-03", "2024-04-03"),
     ("1er mars 2023", "2023-03-01"), ("15 août 2023", "2023-08-15"), ("08/31/2024", None),
     ("31/02/2024", None), ("hier", None), ("12/01/1950", None)],
)  # fmt: skip
def test_days_come_day_first(text: str, day: str | None) -> None:
    if day is None:
        with pytest.raises(Unreadable):
            day_of(text)
    else:
        assert day_of(text) == day


@pytest.mark.django_db
def test_a_supplier_s_list_below_its_titles_becomes_devices_and_again_changes_nothing() -> None:
    model = DeviceModelFactory(maker="Pomme", name="Ardoise 10", warranty_months=24)
    cart = CartFactory()
    uai = cart.school.uai
    data = (
        f"Livraison de septembre, école du Port\n\n{HEAD}\n"
        f"0012-34;PM-1;pomme;ARDOISE 10;{uai.lower()};{cart.code};3;Actif;31/08/2026;299,90 €\n"
        f"351234567890123456;pm 2;Pomme;Ardoise 10;{uai};;;;;\n"
    ).encode("cp1252")
    run = applied(tried(data))
    assert run.counts == {"create": 2, "update": 0, "unchanged": 0, "rejected": 0}
    first, second = Device.objects.order_by("asset_tag")
    assert (first.serial, first.slot, first.cart, first.model) == ("001234", 3, cart, model)
    assert (first.cost_cents, str(first.warranty_end)) == (29990, "2028-08-31")
    assert (second.serial, second.school, second.state) == (
        "351234567890123456", cart.school, "in_use")  # fmt: skip
    event = FleetEvent.objects.get(device=first)
    assert (event.kind, event.changes["slot"], event.via) == (
        "entered", [None, 3], f"import:{run.pk}")  # fmt: skip
    assert bytes(run.cells) == b""
    again = tried(data)
    assert again.counts == {"create": 0, "update": 0, "unchanged": 2, "rejected": 0}
    with pytest.raises(RuleBroken):
        runs.start(by=Actor(user=None), run=again, version=again.version, digest=again.digest)
    assert not runs.apply(run.pk)


@pytest.mark.django_db
def test_a_blank_keeps_a_dash_clears_and_the_difference_is_shown() -> None:
    device = DeviceFactory(cost_cents=1000, condition="good")
    head = "Numéro de série;État;Prix payé;Acheté le"
    run = tried(table(f"{device.serial};usé;-;", head=head))
    assert lines_of(run)[0]["c"] == [
        ["État", "Bon état", "Usé"],
        ["Prix payé", "10,00 €", "rien"],
    ]
    applied(run)
    device.refresh_from_db()
    assert (device.condition, device.cost_cents) == ("worn", None)
    assert device.purchased_on is not None
    told = FleetEvent.objects.get(device=device)
    assert (told.kind, told.changes) == (
        "imported", {"condition": ["good", "worn"], "cost_cents": [1000, None]})  # fmt: skip
    wrong = tried(table(f"{device.serial};-;;", head=head))
    assert "effacé" in reasons(wrong)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("line", "words"),
    [
        (";;Pomme;Ardoise;{uai};;;;;", "Il manque le numéro de série"),
        ("N1;T1;Pomme;Inconnue;{uai};;;;;", "Modèle inconnu"),
        ("N1;T1;Pomme;Ardoise;0000000X;;;;;", "Aucune école"),
        ("N1;T1;Pomme;Ardoise;;;;;;", "Il manque l’école"),
        ("N1;T1;Pomme;Ardoise;{uai};NUL;1;;;", "Aucun de vos chariots"),
        ("N1;T1;Pomme;Ardoise;{uai};{cart};99;;;", "emplacement"),
        ("N1;T1;Pomme;Ardoise;{uai};{cart};1;;;", "pris par"),
        ("N1;T1;Pomme;Ardoise;{uai};;;cassé en deux;;", "n’est pas connu"),
        ("N1;T1;Pomme;Ardoise;{uai};;;Réformé;;", "réforme"),
        ("N1;T1;Pomme;Ardoise;{uai};;;;13/13/2024;", "jour/mois/année"),
        ("N1;T1;Pomme;Ardoise;{uai};;;;;beaucoup", "299,90"),
        ("3,51235E+17;T1;Pomme;Ardoise;{uai};;;;;", "perdu des chiffres"),
        ("{serial};T1;Pomme;Ardoise;{uai};;;;;", "celui de"),
        ("N1;{tag};Pomme;Ardoise;{uai};;;;;", "autre numéro de série"),
    ],
)
def test_a_line_that_cannot_be_read_says_why_and_harms_no_other(line: str, words: str) -> None:
    DeviceModelFactory(maker="Pomme", name="Ardoise")
    cart = CartFactory(filled=1)
    there = cart.devices.get()
    names = {
        "uai": cart.school.uai, "cart": cart.code, "serial": there.serial, "tag": there.asset_tag,
    }  # fmt: skip
    good = f"N9;T9;Pomme;Ardoise;{cart.school.uai};;;;;"
    run = tried(table(line.format(**names), good))
    assert (run.counts["rejected"], run.counts["create"]) == (1, 1), lines_of(run)
    assert words in reasons(run)


@pytest.mark.django_db
def test_twice_in_the_file_is_shown_with_both_rows() -> None:
    device = DeviceFactory()
    other = DeviceFactory()
    head = "Série;N° inventaire;État"
    run = tried(
        table(
            f"{device.serial};;usé",
            f";{device.asset_tag};bon",
            f"{other.serial};;usé",
            f"{other.serial.lower()};;bon",
            head=head,
        )
    )
    assert run.counts["rejected"] == 4
    texts = [row["p"][0][1] for row in lines_of(run)]
    assert f"ligne 3 : {device.asset_tag} · bon" in texts[0]
    assert f"ligne 4 : {other.serial} · usé" in texts[3]


@pytest.mark.django_db
def test_a_technician_writes_in_her_schools_only() -> None:
    ours, theirs = CartFactory(filled=1), CartFactory(filled=1)
    technician = UserFactory(roles=[(Role.IT_TECHNICIAN, ours.school.uai)])
    mine, foreign = ours.devices.get(), theirs.devices.get()
    head = "Série;N° inventaire;UAI;Chariot;Emplacement;Marque;Modèle"
    model = DeviceModelFactory(maker="Pomme", name="Ardoise")
    run = tried(
        table(
            f"{foreign.serial};;;;;;",
            f"{mine.serial};;{theirs.school.uai};;;;",
            f"{mine.serial[:-1]}Y;NEW-1;;{theirs.code};5;{model.maker};{model.name}",
            f";{foreign.asset_tag};{ours.school.uai};;;;",
            head=head,
        ),
        technician,
    )
    assert run.counts == {"create": 0, "update": 0, "unchanged": 0, "rejected": 4}
    assert theirs.school.name not in str(lines_of(run))
    assert "hors" not in reasons(run)
    assert reasons(run).count("pas dans vos écoles") == 2
    assert not ImportRun.objects.visible_to(UserFactory(roles=[Role.TEACHER])).exists()
    stranger = UserFactory(roles=[(Role.IT_TECHNICIAN, theirs.school.uai)])
    assert not ImportRun.objects.visible_to(stranger).exists()


@pytest.mark.django_db
def test_what_is_held_or_broken_is_not_moved_behind_peoples_backs() -> None:
    school = SchoolFactory()
    held, broken = DeviceFactory(school=school), DeviceFactory(school=school, state="broken")
    HandOutItemFactory(hand_out=HandOutFactory(class_group__school=school), device=held)
    IncidentFactory(device=broken)
    run = tried(
        table(
            f"{held.serial};{SchoolFactory().uai};",
            f"{broken.serial};;En service",
            head="Série;UAI;Situation",
        )
    )
    assert run.counts["rejected"] == 2
    assert "notez d’abord son retour" in reasons(run)
    assert "réglez-la" in reasons(run)


@pytest.mark.django_db
def test_what_was_not_shown_is_not_written() -> None:
    device = DeviceFactory(condition="good")
    run = tried(table(f"{device.serial};usé", head="Série;État"))
    by = Actor(user=run.started_by)
    for wrong in ((run.version + 1, run.digest), (run.version, "0" * 64)):
        with pytest.raises(RuleBroken):
            runs.start(by=by, run=run, version=wrong[0], digest=wrong[1])
    runs.start(by=by, run=run, version=run.version, digest=run.digest)
    runs.start(by=by, run=run, version=run.version, digest=run.digest)
    Device.objects.filter(pk=device.pk).update(condition="damaged")
    assert not runs.apply(run.pk)
    run.refresh_from_db()
    device.refresh_from_db()
    assert (run.state, device.condition) == ("trying", "damaged")
    assert "rien n’a été écrit" in run.problem
    assert runs.try_out(run.pk)
    run.refresh_from_db()
    assert run.version == 2


@pytest.mark.django_db
def test_what_columns_and_words_mean_is_asked_once_and_remembered() -> None:
    school = SchoolFactory()
    data = table("A1;T1;Pomme;Pommeau;Maternelle du bout", head="SN;Ref ville;Marque;Libellé;Où")
    run = tried(data)
    assert run.counts["rejected"] == 1
    by = Actor(user=run.started_by)
    category = DeviceModelFactory().category
    runs.decide(by=by, run=run, columns={"tag": "Ref ville", "place": "Où"}, values={})
    runs.try_out(run.pk)
    run.refresh_from_db()
    unknown = {kind: word for kind, word, _n in packing.unpack(run.report)["unknown"]}
    assert unknown == {"model": "Pomme|Pommeau", "place": "Maternelle du bout"}
    with pytest.raises(RuleBroken):
        runs.decide(by=by, run=run, columns={}, values={"place:x": "0000000X"})
    answers = {
        runs.values_key("model", unknown["model"]): f"new:{category.code}",
        runs.values_key("place", unknown["place"]): school.uai,
    }
    runs.decide(by=by, run=run, columns={}, values=answers)
    runs.try_out(run.pk)
    applied(ImportRun.objects.get(pk=run.pk))
    assert DeviceModel.objects.get(name="Pommeau").category == category
    assert Device.objects.get(serial="A1").school == school
    assert tried(data).counts["unchanged"] == 1
    stranger = data.replace("A1", "A2").replace("T1", "T2")
    assert tried(stranger, supplier="Un autre").counts["rejected"] == 1


@pytest.mark.django_db
def test_a_workbook_s_flaws_are_told_and_come_back_written_on_it() -> None:
    device = DeviceFactory()
    from openpyxl import Workbook

    book = Workbook()
    page = book.active
    for row in (["Parc de l’école"], [], ["N° de série", "Prix", "État"],
                [device.serial, "=1+1", "usé"], ["N2", 10, None]):  # fmt: skip
        page.append(row)
    page.merge_cells("C4:C5")
    out = io.BytesIO()
    book.save(out)
    run = tried(out.getvalue())
    assert run.counts["rejected"] == 2
    assert "formule" in reasons(run)
    assert "fusionnée (C4:C5)" in reasons(run)
    report = packing.unpack(run.report)
    back = load_workbook(io.BytesIO(annotated(report, packing.unpack_grid(run.cells)))).active
    rows = [[cell.value for cell in row] for row in back.iter_rows()]
    assert rows[0] == ["Ligne", "Résultat", "Détail", "N° de série", "Prix", "État"]
    assert rows[1][:2] == [4, "À corriger"]
    assert rows[1][3] == device.serial
