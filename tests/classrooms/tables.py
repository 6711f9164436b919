"""Tables of devices for tests: brought, tried, written."""

from __future__ import annotations

import json
from typing import Any

from classrooms.importing import packing, runs
from classrooms.models import Device, ImportRun
from classrooms.models.history import TOLD, plain
from core.accounts.roles import Role
from core.journal import Actor
from tests.factories.accounts import UserFactory

HEAD = "N° de série;N° inventaire;Marque;Modèle;UAI;Chariot;Emplacement;Statut;Acheté le;Prix TTC"


def manager() -> Any:
    return UserFactory(roles=[Role.IT_MANAGER])


def tried(data: bytes | str, who: Any = None, supplier: str = "Port") -> ImportRun:
    """Return a run after its trial."""
    data = data.encode() if isinstance(data, str) else data
    by = Actor(user=who or manager())
    run = runs.receive(by=by, data=data, filename="tableau", supplier=supplier)
    runs.try_out(run.pk)
    run.refresh_from_db()
    return run


def table(*lines: str, head: str = HEAD) -> str:
    return "\n".join([head, *lines])


def lines_of(run: ImportRun) -> list[dict[str, Any]]:
    """Return what the trial says of each line, no-break spaces made plain."""
    text = json.dumps(packing.unpack(run.report)["lines"], ensure_ascii=False)
    return json.loads(text.replace("\u00a0", " "))


def reasons(run: ImportRun) -> str:
    return " ".join(f"{label} {text}" for row in lines_of(run) for label, text in row.get("p", []))


def applied(run: ImportRun) -> ImportRun:
    by = Actor(user=run.started_by)
    runs.start(by=by, run=run, version=run.version, digest=run.digest)
    assert runs.apply(run.pk), ImportRun.objects.get(pk=run.pk).problem
    run.refresh_from_db()
    return run


def everything() -> dict[int, dict[str, Any]]:
    fields = (*TOLD, "asset_tag", "serial", "purchased_on", "cost_cents", "warranty_end")
    return {d.pk: {f: plain(getattr(d, f)) for f in fields} for d in Device.objects.all()}
