"""Tables of the demo: a school's and an operator's, waiting to be looked at; one given up."""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid

from classrooms.importing import packing, runs
from classrooms.models import Cart, ImportProfile, ImportRun, InternetLine
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
        run = _tried(ctx, (number, days), profile, data, filename="inventaire-classe-mobile.csv")
        if number == 1:
            runs.drop(by=Actor(user=ctx.people["it_manager"]), run=run)
    _operators_table(ctx)


def _operators_table(ctx: SeedContext) -> None:
    """Bring an operator's list: faster lines, a word to explain, a row that mistakes a speed."""
    lines = list(InternetLine.objects.select_related("school").order_by("pk")[:6])
    if len(lines) < 6:
        return
    rows = [
        "Référence;Code RNE;Site;Technologie;Débit;Abonnement TTC",
        *(f"{x.reference};{x.school.uai};{x.school.name};FTTH;1 Gbit/s;39,90" for x in lines[:2]),
        f"{lines[2].reference};{lines[2].school.uai};;Fibre;500/300;",
        f"{lines[3].reference};{lines[3].school.uai};;;1.024;",
        *(f"{x.reference};{x.school.uai};;;{x.down_mbps};" for x in lines[4:]),
    ]
    profile = ImportProfile.objects.create(name=lines[0].operator)
    data = "\r\n".join(rows).encode("cp1252")
    _tried(ctx, (3, 2), profile, data, filename="lignes-operateur.csv", subject="lines")


def _tried(
    ctx: SeedContext, key: tuple[int, int], profile: ImportProfile, data: bytes, **facts: str
) -> ImportRun:
    number, days = key
    run = ImportRun.objects.create(
        public_id=uuid.UUID(
            int=ctx.rng(f"classrooms.imports.{number}").getrandbits(128), version=4
        ),
        profile=profile,
        started_by=ctx.people["it_manager"],
        started_at=clock.at(ctx.today - dt.timedelta(days=days), 10, 20),
        sha256=hashlib.sha256(data).hexdigest(),
        cells=packing.pack_grid(read_grid(data)),
        **facts,
    )
    runs.try_out(run.pk)
    run.refresh_from_db()
    return run
