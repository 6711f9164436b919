"""Tables of devices taken back, brought again, exported and imported: nothing is lost."""

from __future__ import annotations

import datetime as dt
import io
from contextlib import suppress
from itertools import pairwise
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.db import DataError
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given
from hypothesis import settings as hypotheses
from hypothesis import strategies as st
from openpyxl import load_workbook

from classrooms import exports, tasks
from classrooms.importing import runs
from classrooms.models import Device, FleetEvent, ImportRun
from core import clock
from core.errors import RuleBroken
from core.journal import Actor
from core.outbox import Message
from core.spreadsheets import write_xlsx
from core.spreadsheets.writing import Column
from tests.classrooms.tables import (
    applied,
    everything,
    lines_of,
    manager,
    table,
    tried,
)
from tests.factories.classrooms import (
    CartFactory,
    DepotFactory,
    DeviceFactory,
    DeviceModelFactory,
    SpareFactory,
)
from tests.factories.schools import SchoolFactory


@pytest.mark.django_db
def test_slots_are_exchanged_in_one_table_and_undone() -> None:
    cart, other = CartFactory(filled=3), CartFactory(filled=1)
    one, two, three = cart.devices.order_by("slot")
    far = other.devices.get()
    before = everything()
    run = applied(
        tried(
            table(
                f"{one.serial};{cart.code};2",
                f"{two.serial};{cart.code};1",
                f"{far.serial};{cart.code};3",
                f"{three.serial};{other.code};1",
                head="Série;Chariot;Emplacement",
            )
        )
    )
    assert run.counts["update"] == 4
    places = dict(Device.objects.values_list("pk", "slot"))
    assert (places[one.pk], places[two.pk], places[far.pk], places[three.pk]) == (2, 1, 3, 1)
    runs.start_undo(by=Actor(user=run.started_by), run=run)
    assert runs.undo(run.pk)
    assert not runs.undo(run.pk)
    assert everything() == before
    assert FleetEvent.objects.filter(kind="restored").count() == 4


@pytest.mark.django_db
def test_a_table_that_stumbles_keeps_no_other_from_being_swept(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    cart = CartFactory(filled=2)
    waiting = []
    for device in cart.devices.order_by("slot"):
        run = tried(table(f"{device.serial};{device.asset_tag}", head="Série;Inventaire"))
        runs.retry(by=Actor(user=run.started_by), run=run)
        waiting.append(run.pk)
    long_ago = clock.now() - dt.timedelta(hours=1)
    ImportRun.objects.update(next_try_at=long_ago)
    real = runs.try_out

    def stumbling(pk: int) -> bool:
        if pk == waiting[0]:
            raise MemoryError("too much")
        return real(pk)

    monkeypatch.setattr(runs, "try_out", stumbling)
    assert tasks.sweep_imports() == 1
    assert f"{waiting[0]} failed" in caplog.text
    states = dict(ImportRun.objects.values_list("pk", "state"))
    assert (states[waiting[0]], states[waiting[1]]) == ("trying", "ready")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("state", "verb", "fault", "why", "ends"),
    [
        ("trying", "try_out", MemoryError(), "trop lourd", "failed"),
        ("trying", "try_out", SystemExit(9), "s’est arrêté en route", "failed"),
        ("applying", "apply", DataError("x" * 500), "a refusé une de ses lignes", "failed"),
        ("undoing", "undo", KeyError("x"), "erreur imprévue (KeyError)", "applied"),
    ],
)
def test_what_cannot_be_done_is_given_up_in_plain_words_and_can_be_asked_for_again(
    *,
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
    state: str,
    verb: str,
    fault: BaseException,
    why: str,
    ends: str,
) -> None:
    """Four tries, further and further apart, even by workers that are killed while at it."""
    device, who = DeviceFactory(), manager()
    by = Actor(user=who)
    run = tried(table(f"{device.serial};usé", head="Série;État"), who)
    if state == "trying":
        runs.retry(by=by, run=run)
    elif state == "applying":
        runs.start(by=by, run=run, version=run.version, digest=run.digest)
    else:
        runs.start_undo(by=by, run=applied(run))
    tries: list[dt.datetime] = []

    def stumbling(_pk: int) -> bool:
        tries.append(clock.now())
        raise fault

    with monkeypatch.context() as patch, time_machine.travel(clock.now(), tick=False) as watch:
        patch.setattr(runs, verb, stumbling)
        for _ in range(100):
            watch.shift(dt.timedelta(minutes=5))
            with suppress(SystemExit):
                tasks.sweep_imports()
    assert len(tries) == 4
    rests = [after - before for before, after in pairwise(tries)]
    assert rests == sorted(rests)
    run.refresh_from_db()
    problem = run.problem.replace("\u00a0", " ")
    assert run.state == ends
    assert why in problem
    assert settings.HELP_PHONE in problem
    told = Message.objects.get(kind="fleet_import_failed")
    assert told.recipient == who
    assert run.problem in told.body
    client.force_login(who)
    page = client.get(reverse("classrooms:import", args=[run.public_id]))
    assert why in page.content.decode().replace("\u00a0", " ")
    if ends == "failed":
        client.post(reverse("classrooms:import_act", args=[run.public_id]), {"do": "retry"})
        assert tasks.try_import(run.pk)
    else:
        runs.start_undo(by=by, run=run)
        assert tasks.undo_import(run.pk)


@pytest.mark.django_db
def test_undo_withdraws_what_was_created_so_that_the_table_can_come_again() -> None:
    model = DeviceModelFactory(maker="Pomme", name="Ardoise")
    DepotFactory()
    school = SchoolFactory()
    data = table(f"A1;T1;Pomme;{model.name};{school.uai};;;;;")
    run = applied(tried(data))
    runs.start_undo(by=Actor(user=run.started_by), run=run)
    assert runs.undo(run.pk)
    run.refresh_from_db()
    assert run.state == "undone"
    gone = Device.objects.get()
    assert (gone.state, gone.asset_tag, gone.school) == ("retired", f"ANNULE-{gone.pk}", None)
    assert applied(tried(data)).counts["create"] == 1
    assert Device.objects.live().get().asset_tag == "T1"


@pytest.mark.django_db
def test_undo_is_refused_device_by_device_once_something_changed() -> None:
    first, second = DeviceFactory(), DeviceFactory()
    head = "Série;État"
    run = applied(tried(table(f"{first.serial};usé", f"{second.serial};usé", head=head)))
    applied(tried(table(f"{first.serial};abîmé", head=head)))
    assert [tag for tag, _why in runs.why_not_undo(run)] == [first.asset_tag]
    with pytest.raises(RuleBroken) as refused:
        runs.start_undo(by=Actor(user=run.started_by), run=run)
    assert refused.value.code == "changed"
    second.refresh_from_db()
    assert second.condition == "worn"


@pytest.mark.django_db
def test_formulas_never_come_alive() -> None:
    school = SchoolFactory()
    model = DeviceModelFactory(maker="=HYPERLINK(0)", name="@SUM(A1)")
    columns = [Column(t) for t in ("Série", "N° inventaire", "Marque", "Modèle", "UAI")]
    data = write_xlsx("x", columns, [["S1", "T1", model.maker, model.name, school.uai]])
    applied(tried(data))
    rows = Device.objects.all()
    book = load_workbook(io.BytesIO(exports.devices_xlsx(rows))).active
    assert {cell.data_type for row in book.iter_rows(min_row=2) for cell in row} <= {"s", "n", "d"}
    assert b";=HYPERLINK" not in exports.devices_csv(rows)


@pytest.mark.django_db
@pytest.mark.parametrize("export", [exports.devices_csv, exports.devices_xlsx])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_what_is_exported_comes_back_unchanged(export: Any, language: str) -> None:
    from django.utils import translation

    cart = CartFactory(filled=3)
    SpareFactory(cost_cents=29990)
    DeviceFactory(state="lost", condition="worn", funding="gift", purchased_on=None)
    retired = DeviceFactory(state="retired", serial="00SAME")
    DeviceFactory(serial=retired.serial, warranty_end="2099-01-01")
    with translation.override(language):
        data = export(Device.objects.order_by("-pk"))
    run = tried(data)
    assert run.counts["unchanged"] == Device.objects.count() == 7, lines_of(run)
    assert cart.devices.count() == 3


STATES = st.sampled_from(["", "En service", "stock", "HS", "perdu", "?"])
ROWS = st.lists(
    st.tuples(
        st.integers(0, 5), st.integers(0, 5), st.booleans(), STATES,
        st.sampled_from(["", "-", "12,50 €", "1,234"]), st.integers(0, 4),
    ),
    min_size=1, max_size=8,
)  # fmt: skip


@pytest.mark.django_db
@hypotheses(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=ROWS)
def test_importing_twice_is_importing_once(rows: list[Any]) -> None:
    """Whatever of a table is accepted, the same table again changes nothing."""
    from django.db import transaction

    with transaction.atomic():
        DeviceModelFactory(maker="Pomme", name="Ardoise")
        cart = CartFactory()
        here, who = cart.school.uai, manager()
        text = table(
            *(
                f"S{serial};T{tag};Pomme;Ardoise;{here};{cart.code if slot else ''};{slot or ''};"
                f"{state};{'2024-01-02' if bought else ''};{price}"
                for serial, tag, bought, state, price, slot in rows
            )
        )
        run = tried(text, who)
        if run.counts["create"] + run.counts["update"]:
            applied(run)
        once = everything()
        again = tried(text, who)
        assert (again.counts["create"], again.counts["update"]) == (0, 0)
        assert again.counts["unchanged"] == run.counts["create"]
        assert everything() == once
        transaction.set_rollback(True)
