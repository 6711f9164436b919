"""What the demo's second life is told with: a device's events, who receives devices."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from classrooms.models import Device, FleetEvent
from classrooms.models.history import TOLD, plain
from classrooms.secondlife import rules
from classrooms.secondlife.models import Recipient
from core.accounts.models import User


@dataclass
class Life:
    """One device's events, told so that they add up to its row."""

    device: Device
    now: dict[str, Any] = field(default_factory=lambda: dict.fromkeys(TOLD))
    events: list[FleetEvent] = field(default_factory=list)

    def tell(self, kind: str, at: dt.datetime, who: User | None, **after: Any) -> None:
        """Add an event; the device is left as it says."""
        pairs = {
            name: [plain(self.now[name]), plain(value)]
            for name, value in after.items()
            if plain(self.now[name]) != plain(value) or kind == FleetEvent.Kind.ENTERED
        }
        school = after.get("school") or self.now["school"]
        self.now |= after
        for name, value in after.items():
            setattr(self.device, name, value)
        self.events.append(
            FleetEvent(
                at=at, kind=kind, device=self.device, school=school, actor=who, changes=pairs
            )
        )


def worth(device: Device, today: dt.date) -> int:
    """Return what a device may still be worth, in cents."""
    return rules.worth(device.cost_cents, device.purchased_on, device.model.life_months, today)


def _siren(stem: str) -> str:
    """Return eight digits with the ninth that makes them add up."""
    return next(stem + str(last) for last in range(10) if rules.luhn(stem + str(last)))


def recipients() -> tuple[Recipient, Recipient, Recipient]:
    """Write who receives devices: a social centre, an association, the eco-organisation."""
    town = {"town": "Port-Mistral"}
    rows = (
        Recipient(
            name="Centre social des Deux-Calanques",
            ground=Recipient.Ground.PUBLIC,
            registration=_siren("21345678"),
            address="14 rue des Filets",
            postcode="13002",
            contact="Farida Belkacem",
            phone="04 91 00 21 40",
            email="accueil@deux-calanques.example",
            **town,
        ),
        Recipient(
            name="Coup de pouce aux devoirs",
            ground=Recipient.Ground.SCHOOL,
            registration="W133004512",
            address="5 place de l’Horloge",
            postcode="13014",
            contact="Yanis Moreau",
            phone="04 91 00 33 18",
            email="bonjour@coupdepouce.example",
            **town,
        ),
        Recipient(
            name="Éco-Recyclage du Littoral",
            ground=Recipient.Ground.RECYCLER,
            registration=_siren("45987612"),
            address="Zone des Salins, hangar 7",
            postcode="13016",
            phone="04 91 00 77 00",
            **town,
        ),
    )
    Recipient.objects.bulk_create(rows)
    return rows
