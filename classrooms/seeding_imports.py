"""Two tables of the demo: a school's, waiting to be looked at, and one given up."""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid

from classrooms.importing import packing, runs
from classrooms.models import Cart, ImportProfile, ImportRun
from core import clock
from core.journal import Actor
from core.seeding import SeedContext
from core.spreadsheets import read_grid

_HEAD = (
    "N° de série;N° inventaire;Marque;Modèle;UAI;Classe mobile;Emplacement;État;"
    "Date d’achat;Prix TTC"
)


def seed(ctx: SeedContext) -> None:
    """Bring a table whose rows change, repeat, lack and mistake things."""
    cart: Cart = ctx.marks["lina_cart"]
    uai = cart.school.uai if cart.school else ""
    devices = list(cart.devices.order_by("slot")[:6])
    worn, twin = devices[0], devices[5]
    rows = [
        "Inventaire de la classe mobile;;;;;;;;;",
        ";;;;;;;;;",
        _HEAD,
        f"{worn.serial};{worn.asset_tag};;;;;;usé;;299,90 €",
        *(f"{device.serial};{device.asset_tag};;;;;;;;" for device in devices[1:5]),
        f"00041207;PM-NEUF-1;{worn.model.maker};{worn.model.name};{uai};;;neuf;31/08/2024;319,00",
        f"00041208;PM-NEUF-2;Tramontane;Galet 3;{uai};;;neuf;31/08/2024;289,00",
        f"00041209;PM-NEUF-3;{worn.model.maker};{worn.model.name};0990000Z;;;;13/13/2024;",
        f"{twin.serial};;;;;;;usé;;",
        f"{twin.serial};;;;;;;bon;;",
    ]
    data = "\r\n".join(rows).encode("cp1252")
    profile = ImportProfile.objects.create(name="Inventaire de l’école")
    for number, days in ((1, 9), (2, 1)):
        run = ImportRun.objects.create(
            public_id=uuid.UUID(
                int=ctx.rng(f"classrooms.imports.{number}").getrandbits(128), version=4
            ),
            profile=profile,
            started_by=ctx.people["it_manager"],
            started_at=clock.at(ctx.today - dt.timedelta(days=days), 10, 20),
            filename="inventaire-classe-mobile.csv",
            sha256=hashlib.sha256(data).hexdigest(),
            cells=packing.pack_grid(read_grid(data)),
        )
        runs.try_out(run.pk)
        if number == 1:
            run.refresh_from_db()
            runs.drop(by=Actor(user=ctx.people["it_manager"]), run=run)
