"""Demo data of the inventory: what stands in classrooms, stock, SIM cards, lines over time.

Runs after the fleet: draws numbers of its own, so that nothing else of the demo moves.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

from classrooms import rules
from classrooms.models import (
    Cart,
    Depot,
    Device,
    DeviceCategory,
    DeviceModel,
    FleetEvent,
    InternetLine,
    LineChange,
    RepairPrice,
)
from classrooms.models.history import CARD, TOLD, plain
from classrooms.seeding_models import Numbers
from classrooms.stock.models import SimCard, SimEvent, StockItem, StockLevel, StockMovement
from classrooms.stock.rules import luhn_holds
from core import clock
from core.seeding import SeedContext

DAY = dt.timedelta(days=1)
#: Inventory numbers of what is entered here begin so high that the fleet's never reach them.
_FIRST_TAG = 90_000
_Family = DeviceCategory.Family

#: What stands in a classroom: category, its fields, a model of it.
ROOMS: tuple[tuple[str, str, str, list[dict[str, Any]], tuple[Any, ...]], ...] = (
    (
        "printer", "Imprimante", _Family.PRINTER,
        [
            {"key": "encre", "label": "Encre", "kind": "choice", "required": True, "unit": "",
             "options": ["Noire", "Couleur"]},
            {"key": "recto_verso", "label": "Recto verso", "kind": "bool", "required": False,
             "unit": "", "options": []},
        ],
        ("Embrun", "Laser 20", 24, 72, 21_900),
    ),
    (
        "projector", "Vidéoprojecteur", _Family.PROJECTOR,
        [
            {"key": "luminosite", "label": "Luminosité", "kind": "number", "required": False,
             "unit": "lm", "options": []},
            {"key": "lampe_changee_le", "label": "Lampe changée le", "kind": "date",
             "required": False, "unit": "", "options": []},
        ],
        ("Phare", "Courte focale 3", 36, 84, 68_000),
    ),
    (
        "screen", "Écran interactif", _Family.SCREEN,
        [
            {"key": "diagonale", "label": "Diagonale", "kind": "number", "required": True,
             "unit": "cm", "options": []},
        ],
        ("Phare", "Tableau 75", 60, 96, 189_000),
    ),
)  # fmt: skip
TABLET_FIELDS = [
    {"key": "coque", "label": "Coque", "kind": "choice", "required": False, "unit": "",
     "options": ["Antichoc", "Simple", "Aucune"]},
    {"key": "clavier", "label": "Clavier", "kind": "bool", "required": False, "unit": "",
     "options": []},
]  # fmt: skip
#: What mending costs, in cents, by family and kind of fault.
REPAIRS = {
    _Family.TABLET: {"screen": 8_900, "power": 6_500, "charging": 4_500, "keyboard": 3_900},
    _Family.COMPUTER: {"screen": 14_900, "power": 9_500, "charging": 5_900, "keyboard": 6_900},
    _Family.PRINTER: {"power": 7_900, "other": 5_900},
    _Family.PROJECTOR: {"power": 12_900, "other": 15_900},
    _Family.SCREEN: {"screen": 79_000, "power": 18_900},
}
#: Items: name, kind, price in cents, minimum, left in the workshop, made for this family.
ITEMS = (
    ("Chargeur USB-C 30 W", "accessory", 1_490, 20, 34, None),
    ("Casque filaire", "accessory", 890, 30, 62, None),
    ("Coque antichoc 10 pouces", "accessory", 1_990, 15, 21, _Family.TABLET),
    ("Souris filaire", "accessory", 690, 10, 26, _Family.COMPUTER),
    ("Écran de tablette 10 pouces", "part", 5_400, 5, 3, _Family.TABLET),
    ("Batterie de tablette", "part", 3_200, 4, 9, _Family.TABLET),
    ("Connecteur de charge", "part", 1_150, 6, 12, _Family.TABLET),
    ("Clavier de portable", "part", 3_900, 3, 5, _Family.COMPUTER),
    ("Dalle de portable 14 pouces", "part", 8_700, 3, 4, _Family.COMPUTER),
    ("Cartouche laser noire", "consumable", 6_400, 8, 11, _Family.PRINTER),
    ("Lampe de vidéoprojecteur", "consumable", 9_800, 2, 3, _Family.PROJECTOR),
    ("Lingettes pour écrans", "consumable", 450, 20, 48, None),
)


def seed(ctx: SeedContext) -> None:
    """Write this app's share of the demo city."""
    _prices()
    _rooms(ctx)
    _sheets(ctx)
    _stock(ctx)
    _sims(ctx)
    _lines(ctx)


def _prices() -> None:
    RepairPrice.objects.bulk_create(
        RepairPrice(model=model, kind=kind, cents=cents)
        for model in DeviceModel.objects.select_related("category").order_by("pk")
        for kind, cents in REPAIRS.get(_Family(model.category.family), {}).items()
    )


def _rooms(ctx: SeedContext) -> None:
    """Put printers, projectors and screens into schools that have devices already."""
    rng = ctx.rng("fleet-rooms")
    numbers = Numbers(ctx.rng("fleet-rooms-numbers"))
    depot = Depot.objects.get(code="atelier-central")
    placed = Device.objects.with_place().filter(place_school__isnull=False).order_by()
    schools = sorted(set(placed.values_list("place_school", flat=True)))
    each = max(4, ctx.scale.tablets // 300)
    own = ctx.marks["lina_school"].pk
    devices: list[Device] = []
    for code, name, family, fields, (maker, model_name, warranty, life, price) in ROOMS:
        category = DeviceCategory.objects.create(code=code, name=name, family=family, fields=fields)
        model = DeviceModel.objects.create(
            category=category,
            maker=maker,
            name=model_name,
            warranty_months=warranty,
            life_months=life,
            price_cents=price,
        )
        RepairPrice.objects.bulk_create(
            RepairPrice(model=model, kind=kind, cents=cents)
            for kind, cents in REPAIRS[_Family(family)].items()
        )
        for index in range(each):
            bought = ctx.today - rng.randint(200, 1900) * DAY
            serial = numbers.serial()
            number = _FIRST_TAG + len(devices) + 1
            place = {"school_id": own if index == 0 else rng.choice(schools)}
            state = Device.State.IN_USE
            if index == 1:
                place, state = {"depot": depot}, Device.State.SPARE
            devices.append(
                Device(
                    asset_tag=f"PM-{bought.year % 100:02d}-{number}",
                    serial=serial,
                    model=model,
                    state=state,
                    purchased_on=bought,
                    cost_cents=price,
                    warranty_end=rules.add_months(bought, warranty),
                    macs=[_mac(number)],
                    extra=_values(code, rng, bought),
                    label_token=numbers.token(),
                    **place,
                )
            )
    Device.objects.bulk_create(devices)
    FleetEvent.objects.bulk_create(_entered(device, ctx) for device in devices)


def _mac(number: int) -> str:
    """Return a locally administered address, as no maker has (IEEE 802)."""
    digits = f"02005E{number:06X}"
    return ":".join(digits[index : index + 2] for index in range(0, 12, 2))


def _values(code: str, rng: Any, bought: dt.date) -> dict[str, Any]:
    if code == "printer":
        return {"encre": rng.choice(["Noire", "Noire", "Couleur"]), "recto_verso": True}
    if code == "projector":
        changed = bought + 150 * DAY
        return {"luminosite": "3600", "lampe_changee_le": changed.isoformat()}
    return {"diagonale": "190.5"}


def _entered(device: Device, ctx: SeedContext) -> FleetEvent:
    told = {name: plain(getattr(device, name)) for name in (*TOLD, *CARD)}
    return FleetEvent(
        at=clock.at((device.purchased_on or ctx.today) + 9 * DAY, 10),
        kind=FleetEvent.Kind.ENTERED,
        device=device,
        school_id=device.school_id,
        actor=ctx.people["it_manager"],
        changes={
            name: [None, value] for name, value in told.items() if value is not None or name in TOLD
        },
    )


def _sheets(ctx: SeedContext) -> None:
    """Tell the covers and addresses of the tablets of Lina's cart."""
    DeviceCategory.objects.filter(code="tablet").update(fields=TABLET_FIELDS)
    rng = ctx.rng("fleet-sheets")
    cart: Cart = ctx.marks["lina_cart"]
    at = clock.at(ctx.today - 6 * DAY, 11, 20)
    devices = list(cart.devices.order_by("slot"))
    events = []
    for device in devices:
        extra = {"coque": rng.choice(["Antichoc", "Antichoc", "Simple"]), "clavier": False}
        macs = [_mac(device.pk)]
        changes = {"extra": [device.extra, extra], "macs": [device.macs, macs]}
        device.extra, device.macs = extra, macs
        events.append(
            FleetEvent(
                at=at,
                kind=FleetEvent.Kind.CORRECTED,
                device=device,
                school=cart.school,
                cart=cart,
                actor=ctx.people["it_technician"],
                changes=changes,
            )
        )
    Device.objects.bulk_update(devices, ["extra", "macs"])
    FleetEvent.objects.bulk_create(events)


def _stock(ctx: SeedContext) -> None:
    """Fill two workshops: each level is what came less what went; one is below its minimum."""
    rng = ctx.rng("stock")
    central = Depot.objects.get(code="atelier-central")
    north, _new = Depot.objects.get_or_create(
        code="reserve-nord", defaults={"name": "Réserve des écoles du nord", "phone": central.phone}
    )
    manager, technician = ctx.people["it_manager"], ctx.people["it_technician"]
    models = list(DeviceModel.objects.select_related("category").order_by("pk"))
    movements: list[StockMovement] = []
    minimums: dict[tuple[int, int], int] = {}
    for index, (name, kind, price, minimum, left, family) in enumerate(ITEMS):
        item = StockItem.objects.create(
            name=name,
            kind=kind,
            price_cents=price,
            reference=f"RF-{1000 + index * 7}",
            supplier=("Comptoir du Port", "Bureautique du Midi")[index % 2],
        )
        item.fits.set([model for model in models if model.category.family == family])
        used = rng.randint(3, 8)
        sent = max(1, minimum // 4)
        day = ctx.today - rng.randint(150, 200) * DAY
        facts: dict[str, Any] = {"item": item, "unit_cents": price}
        movements.append(
            StockMovement(
                kind="received",
                depot=central,
                quantity=left + used + sent,
                at=clock.at(day, 9, 30),
                supplier=item.supplier,
                actor=manager,
                **facts,
            )
        )
        why = f"{central.name} → {north.name}"
        for depot, verb, quantity in ((central, "moved_out", -sent), (north, "moved_in", sent)):
            movements.append(
                StockMovement(
                    kind=verb,
                    depot=depot,
                    quantity=quantity,
                    at=clock.at(day + 5 * DAY, 14),
                    why=why,
                    actor=technician,
                    **facts,
                )
            )
        movements.append(
            StockMovement(
                kind="used",
                depot=central,
                quantity=-used,
                at=clock.at(ctx.today - rng.randint(2, 40) * DAY, 15, 10),
                why="Dépannage",
                actor=technician,
                **facts,
            )
        )
        minimums[item.pk, central.pk] = minimum
    movements.sort(key=lambda row: row.at)
    StockMovement.objects.bulk_create(movements)
    sums = Counter[tuple[int, int]]()
    for row in movements:
        sums[row.item_id, row.depot_id or 0] += row.quantity
    StockLevel.objects.bulk_create(
        StockLevel(
            item_id=item,
            depot_id=depot,
            quantity=quantity,
            minimum=minimums.get((item, depot), 0),
            counted_on=ctx.today - 21 * DAY if depot == central.pk else None,
        )
        for (item, depot), quantity in sums.items()
    )


def _iccid(number: int) -> str:
    body = f"893301{number:012d}"
    return next(body + digit for digit in "0123456789" if luhn_holds(body + digit))


def _sims(ctx: SeedContext) -> None:
    """Put cards into tablets for a school trip; some are spare, one is lost, one blocked."""
    depot = Depot.objects.get(code="atelier-central")
    cart: Cart = ctx.marks["lina_cart"]
    tablets = list(cart.devices.order_by("slot")[:8])
    start = clock.at(ctx.today - 40 * DAY, 9)
    facts = {
        "operator": "Mistral Mobile",
        "data_gb": 20,
        "contract": "SIM-2026-04",
        "contract_end": ctx.today + 320 * DAY,
        "monthly_cents": 590,
    }
    states = ["active"] * 6 + ["lost", "blocked"] + ["spare"] * 4
    sims = []
    for index, state in enumerate(states):
        inside = index < len(tablets) and state != "spare"
        sims.append(
            SimCard(
                iccid=_iccid(4_207_000 + index * 13),
                phone=f"07000040{index:02d}",
                state=state,
                device=tablets[index] if inside else None,
                depot=None if inside else depot,
                changed_at=start + 20 * DAY if inside else start,
                **facts,
            )
        )
    SimCard.objects.bulk_create(sims)
    manager, technician = ctx.people["it_manager"], ctx.people["it_technician"]
    events = []
    for sim in sims:
        events.append(SimEvent(sim=sim, kind="entered", depot=depot, at=start, actor=manager))
        steps = {"active": ("placed",), "lost": ("placed", "lost")}
        steps["blocked"] = ("placed", "lost", "blocked")
        for number, kind in enumerate(steps.get(sim.state, ())):
            at = start + (20 + 6 * number) * DAY
            who = manager if kind == "blocked" else technician
            events.append(SimEvent(sim=sim, kind=kind, device=sim.device, at=at, actor=who))
    SimEvent.objects.bulk_create(events)


def _lines(ctx: SeedContext) -> None:
    """Tell which lines were slow before: every twelfth came from ADSL."""
    lines = InternetLine.objects.filter(is_very_high_speed=True).order_by("pk")
    changes = []
    for line in list(lines)[::12]:
        since = line.starts_on + (ctx.today - line.starts_on) / 2
        before = {"technology": "adsl", "down_mbps": 12, "up_mbps": 1, "monthly_cents": 2_990}
        told = {name: [old, getattr(line, name)] for name, old in before.items()}
        changes.append(
            LineChange(
                line=line,
                since=since,
                changes={name: pair for name, pair in told.items() if pair[0] != pair[1]},
                actor=ctx.people["it_manager"],
            )
        )
    LineChange.objects.bulk_create(changes)
