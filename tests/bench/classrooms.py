"""The fleet: its list with filters, its board, its workbook."""

from __future__ import annotations

import io
import time

from django.urls import reverse
from openpyxl import Workbook

from classrooms.exports import devices_xlsx
from classrooms.models import Device
from tests.bench.board import Board, seconds
from tests.bench.city import City
from tests.bench.pages import client_of, page_row

COLUMNS = 17


def measure(board: Board, city: City) -> None:
    """Time the manager's list, filtered, and the export of the whole fleet."""
    _ = city.seeded
    manager = client_of("it_manager")
    filtered = reverse("classrooms:devices") + "?q=a&state=in_use"
    page_row(board, "classrooms.device_list", manager, filtered, at_most=60, queries=8)
    page_row(board, "classrooms.board", manager, reverse("classrooms:board"), at_most=200)
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


def _plain(rows: int) -> float:
    started = time.perf_counter()
    book = Workbook(write_only=True)
    page = book.create_sheet()
    for number in range(rows):
        page.append([f"texte {number} {column}" for column in range(COLUMNS)])
    book.save(io.BytesIO())
    return time.perf_counter() - started
