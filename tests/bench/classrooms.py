"""The fleet: its list with filters, its board, its workbook."""

from __future__ import annotations

import io
import time
import uuid

from django.db import transaction
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from classrooms import rebuilding
from classrooms.audits.models import Audit
from classrooms.exports import devices_xlsx
from classrooms.importing import runs
from classrooms.models import Device, DeviceModel, FleetEvent, ImportRun
from classrooms.planning.actions.plans import FIRST_WEIGHTS
from classrooms.planning.queries.needs import city_needs
from classrooms.planning.rules.planner import Wish, allocate, score, sensitivity
from classrooms.rebuilding import Count
from core import clock
from core.accounts.models import User
from core.journal import Actor
from core.spreadsheets import Column, write_xlsx
from enrolment.schools.models import School
from tests.bench.board import Board, median_ms, seconds
from tests.bench.city import City
from tests.bench.pages import client_of, page_row

COLUMNS = 17


def measure(board: Board, city: City) -> None:
    """Time the manager's list, filtered, and the export of the whole fleet."""
    _ = city.seeded
    manager = client_of("it_manager")
    filtered = reverse("classrooms:devices") + "?q=a&state=in_use"
    page_row(board, "classrooms.device_list", manager, filtered, at_most=60, queries=8)
    page_row(
        board, "classrooms.board", manager, reverse("classrooms:board"), at_most=100, queries=20
    )
    measure_planner(board)
    measure_scans(board)
    devices = Device.objects.all()
    count = devices.count()
    board.add(
        "classrooms.export.s",
        seconds(lambda: devices_xlsx(devices)),
        "s",
        baseline=f"openpyxl alone, {count:,} rows of {COLUMNS} texts",
        baseline_value=_plain(count),
        at_most=3,
    )
    manager_user = User.objects.get(email="ines.morvan@demo.port-mistral.example")
    with transaction.atomic():
        measure_imports(board, manager_user)
        measure_rebuilding(board)
        transaction.set_rollback(True)


def measure_planner(board: Board) -> None:
    """Time a whole plan over the city's schools: figures read, shared, pushed ten ways."""
    today = clock.today()
    wish = Wish(600, 1, FIRST_WEIGHTS, low=5, high=60)

    def plan() -> None:
        scores = score(city_needs(today))
        sensitivity(scores, wish, allocate(scores, wish))

    board.add(
        "classrooms.planner.ms",
        median_ms(plan),
        "ms",
        baseline="reading its figures alone",
        baseline_value=median_ms(lambda: city_needs(today)),
        at_most=200,
    )


def measure_scans(board: Board) -> None:
    """Time the answer to a scanned label, and to a scan that comes in for a count."""
    standing = Device.objects.filter(cart__school__isnull=False).order_by("pk")
    device = standing[standing.count() // 2]
    label = reverse("classrooms:label", args=[device.label_token])
    client = client_of("it_manager")
    find = f"{reverse('audits:find')}?code={label}"
    page_row(board, "classrooms.scan", client, find, at_most=30, queries=8)
    with transaction.atomic():
        client.post(reverse("audits:start"), {"cart": device.cart.code})
        url = reverse("audits:acts", args=[Audit.objects.open().get(cart=device.cart).public_id])

        def send() -> None:
            acts = [{"scan": str(uuid.uuid4()), "text": device.serial}]
            answer = client.post(url, {"acts": acts}, content_type="application/json")
            assert answer.json()["answers"][0]["tag"] == device.asset_tag

        board.add(
            "classrooms.audit_scan.ms",
            median_ms(send),
            "ms",
            baseline="the same without a scan: how the count stands",
            baseline_value=median_ms(
                lambda: client.post(url, {"acts": []}, content_type="application/json")
            ),
            at_most=60,
        )
        transaction.set_rollback(True)


def measure_imports(board: Board, who: User) -> None:
    """Time a table of 10,000 devices, half known and half new: its trial, its writing."""
    first = _table(range(LINES // 2), "bon")
    run = _run(first, who)
    assert runs.try_out(run.pk)
    _apply(run, who)
    data = _table(range(LINES), "usé")
    started = time.perf_counter()
    run = _run(data, who)
    assert runs.try_out(run.pk)
    took = time.perf_counter() - started
    run.refresh_from_db()
    half = LINES // 2
    assert run.counts == {"create": half, "update": half, "unchanged": 0, "rejected": 0}
    started = time.perf_counter()
    book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    assert sum(1 for _row in book.worksheets[0].iter_rows(values_only=True)) == LINES + 1
    alone = time.perf_counter() - started
    board.add(
        "classrooms.import_dry_run.s",
        took,
        "s",
        baseline=f"openpyxl's own read of the same file, {LINES:,} x {len(TITLES)}",
        baseline_value=alone,
        at_most=1.5 * alone,
    )
    started = time.perf_counter()
    _apply(run, who)
    board.add(
        "classrooms.import_apply.s",
        time.perf_counter() - started,
        "s",
        baseline="its trial, which it makes again under locks",
        baseline_value=took,
        at_most=5,
    )


def measure_rebuilding(board: Board) -> None:
    """Time the state of every device from 200,000 events that change something."""
    known = FleetEvent.objects.exclude(changes={}).count()
    states = list(
        Device.objects.filter(state="in_use", events__isnull=False)
        .distinct()
        .order_by("pk")
        .values_list("pk", flat=True)[:2_000]
    )
    turns = -(-max(0, EVENTS - known) // (2 * len(states)))
    at = clock.now()
    FleetEvent.objects.bulk_create(
        (
            FleetEvent(at=at, kind="changed", device_id=pk, changes={"state": list(pair)})
            for pk in states
            for _turn in range(turns)
            for pair in (("in_use", "broken"), ("broken", "in_use"))
        ),
        batch_size=5_000,
    )
    count = Count()
    took = seconds(lambda: list(rebuilding.findings(count)))
    assert count.events >= EVENTS
    rows = FleetEvent.objects.exclude(changes={}).order_by("device", "at", "pk")
    board.add(
        "classrooms.rebuild.s",
        took,
        "s",
        baseline=f"reading the same {count.events:,} events in order",
        baseline_value=seconds(
            lambda: sum(1 for _row in rows.values_list("device", "changes").iterator())
        ),
        at_most=30,
    )


EVENTS = 200_000
LINES = 10_000
TITLES = (
    *("N° de série", "N° inventaire", "Catégorie", "Marque", "Modèle", "UAI", "École", "Chariot"),
    *("Emplacement", "Statut", "État", "Acheté le", "Prix TTC", "Financement", "Fin de garantie"),
)


def _table(numbers: range, condition: str) -> bytes:
    model = DeviceModel.objects.select_related("category").order_by("pk")[0]
    schools = list(School.objects.filter(is_open=True).order_by("pk")[:200])
    rows = (
        [
            *(f"BENCH{n:06}", f"BE-{n:06}", model.category.name, model.maker, model.name),
            *(schools[n % len(schools)].uai, schools[n % len(schools)].name, "", ""),
            *("En service", condition, "31/08/2024", "299,90 €", "Ville", "31/08/2027"),
        ]
        for n in numbers
    )
    return write_xlsx("Parc", [Column(title) for title in TITLES], rows)


def _run(data: bytes, who: User) -> ImportRun:
    return runs.receive(by=Actor(user=who), data=data, filename="parc.xlsx", supplier="Mesure")


def _apply(run: ImportRun, who: User) -> None:
    run.refresh_from_db()
    runs.start(by=Actor(user=who), run=run, version=run.version, digest=run.digest)
    assert runs.apply(run.pk)


def _plain(rows: int) -> float:
    started = time.perf_counter()
    book = Workbook(write_only=True)
    page = book.create_sheet()
    for number in range(rows):
        page.append([f"texte {number} {column}" for column in range(COLUMNS)])
    book.save(io.BytesIO())
    return time.perf_counter() - started
