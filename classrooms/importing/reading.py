"""What one line states: its cells read one by one, against what is there."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from classrooms import extras, rules
from classrooms.importing.cells import Cells
from classrooms.importing.columns import OWN
from classrooms.importing.values import (
    CLEAR,
    Unreadable,
    cents_of,
    choice_of,
    day_of,
    macs_of,
    slot_of,
    warranty_of,
)
from classrooms.importing.world import Known, Place, World
from core.spreadsheets.columns import plain
from core.spreadsheets.durations import unit_of

_TAG = re.compile(r"[0-9A-Z][0-9A-Z_-]*")
#: Facts that may be emptied.
_CLEARABLE: Mapping[str, Any] = {
    "purchased_on": None,
    "cost_cents": None,
    "warranty_end": None,
    "os_version": "",
    "macs": [],
}
_READERS: Mapping[str, Callable[[str], Any]] = {
    "purchased_on": day_of,
    "cost_cents": cents_of,
    "state": lambda text: choice_of("state", text),
    "condition": lambda text: choice_of("condition", text),
    "funding": lambda text: choice_of("funding", text),
    "os_version": lambda text: " ".join(text.split())[:40],
    "macs": macs_of,
}


def is_tag(text: str) -> bool:
    """Tell whether a text may be an inventory number: it stands in addresses."""
    return _TAG.fullmatch(text) is not None


class Told:
    """Reads the facts of one line; ``problems`` says what is wrong with them."""

    def __init__(
        self,
        cells: Cells,
        world: World,
        values: Mapping[str, str],
        unknown: Counter[tuple[str, str]],
        known: Known | None,
    ) -> None:
        self.cells, self.world, self.values = cells, world, values
        self.unknown, self.known = unknown, known
        self.problems: list[tuple[str, str]] = []
        self.place: Place | None = None
        #: The day on which a warranty ends that the cell gives in months.
        self.reckoned = ""

    def read(self) -> dict[str, Any]:
        """Return what the line states, by column of the device's row."""
        facts = self._alone()
        self._warranty(facts)
        model = self._model()
        if model is not None:
            facts["model_id"] = model
        place = self.place = self._place()
        if place is not None:
            facts |= {
                "cart_id": place.cart_id,
                "slot": place.slot,
                "school_id": place.school_id,
                "depot_id": place.depot_id,
            }
        self._own(facts)
        self._measured(facts)
        if not self.problems:
            self._complete(facts)
        if not self.problems:
            self._allowed(facts)
        return facts

    def _alone(self) -> dict[str, Any]:
        """Read the facts that one cell states by itself."""
        facts: dict[str, Any] = {}
        for code, reader in _READERS.items():
            text = self.cells[code]
            if not text:
                continue
            if text == CLEAR:
                if code in _CLEARABLE:
                    facts[code] = _CLEARABLE[code]
                else:
                    self._no(code, _("Ce qui est écrit ici ne peut pas être effacé."))
                continue
            try:
                facts[code] = reader(text)
            except Unreadable as error:
                self._no(code, str(error))
        return facts

    def _warranty(self, facts: dict[str, Any]) -> None:
        """Read when the warranty ends: on a day, or some months after the purchase."""
        text = self.cells["warranty_end"]
        if not text:
            return
        if text == CLEAR:
            facts["warranty_end"] = None
            return
        try:
            told = warranty_of(text, unit_of(self.cells.titles.get("warranty_end", "")))
        except Unreadable as error:
            self._no("warranty_end", str(error))
            return
        if isinstance(told, str):
            facts["warranty_end"] = told
        elif not told:
            facts["warranty_end"] = None
        elif not any(code == "purchased_on" for code, _message in self.problems):
            self._after_purchase(facts, text, told)

    def _after_purchase(self, facts: dict[str, Any], text: str, months: int) -> None:
        before = self.known.facts if self.known else {}
        bought = facts.get("purchased_on", before.get("purchased_on"))
        if bought is None:
            self._no(
                "warranty_end",
                _("« %(value)s » se compte depuis l’achat, et sa date n’est pas connue : "
                  "écrivez-la, ou le jour où la garantie finit.")
                % {"value": text[:30]},
            )  # fmt: skip
            return
        day = rules.add_months(dt.date.fromisoformat(bought), months)
        if day.year not in rules.YEARS:
            self._no("warranty_end", _("L’année %(year)s n’est pas possible.") % {"year": day.year})
            return
        facts["warranty_end"] = self.reckoned = day.isoformat()

    def _no(self, code: str, message: str) -> None:
        self.problems.append((code, message))

    # -- the model ----------------------------------------------------------------------------

    def _model(self) -> int | str | None:
        """Return the model's number, or ``new:category|maker|name``, or None for a blank."""
        name, maker = self.cells["model"], self.cells["maker"]
        if CLEAR in (name, maker):
            self._no("model", _("Ce qui est écrit ici ne peut pas être effacé."))
            return None
        if not name:
            if self.known is None:
                self._no("model", _("Il manque le modèle."))
            return None
        whole = plain(f"{maker} {name}")
        for key in [f"{plain(maker)}|{plain(name)}", whole] if maker else [whole]:
            found = self.world.by_model.get(key, set())
            if len(found) == 1:
                return next(iter(found))
        word = f"{maker}|{name}"
        meant = self.values.get(f"model:{plain(maker)}|{plain(name)}", "")
        if meant.startswith("pk:") and int(meant[3:]) in self.world.models:
            return int(meant[3:])
        if meant.startswith("new:") and maker:
            return f"{meant}|{maker[:60]}|{name[:80]}"
        self.unknown["model", word] += 1
        self._no(
            "model",
            _("Modèle inconnu : « %(value)s ».") % {"value": f"{maker} {name}".strip()[:80]},
        )
        return None

    # -- the place ----------------------------------------------------------------------------

    def _place(self) -> Place | None:
        """Return where the line puts the device; None when it stays or when it is wrong."""
        before = self.known.place if self.known else None
        before_at = self.world.stands(before) if before else None
        wanted = self._school_or_depot()
        if self.problems and any(code in ("uai", "place") for code, _m in self.problems):
            return None
        cart, slot = self.cells["cart"], self.cells["slot"]
        if cart and cart != CLEAR:
            return self._slot_place(cart, slot, wanted, before)
        if cart == CLEAR or (wanted is not None and wanted != before_at):
            target = wanted or before_at
            if target is None:
                self._no("place", _("Il manque l’école."))
                return None
            return self._checked(Place(None, None, *target), before)
        if slot and slot != CLEAR and before is not None and before.cart_id is not None:
            return self._numbered(before.cart_id, slot, before)
        if slot and slot != CLEAR:
            self._no("slot", _("Il manque le chariot de cet emplacement."))
        elif before is None and wanted is None:
            self._no("place", _("Il manque l’école."))
        return None

    def _school_or_depot(self) -> tuple[int | None, int | None] | None:
        uai, name = self.cells["uai"].replace(" ", "").upper(), self.cells["place"]
        if CLEAR in (uai, name):
            self._no("place", _("Un appareil est toujours quelque part : écrivez l’école."))
            return None
        if uai:
            school = self.world.by_uai.get(uai)
            if school is None:
                self._no("uai", _("Aucune école n’a le code %(uai)s.") % {"uai": uai[:20]})
                return None
            return school, None
        if not name:
            return None
        key = plain(name)
        schools = self.world.by_name.get(key, [])
        meant = self.world.by_uai.get(self.values.get(f"place:{key}", ""))
        if len(schools) == 1 or meant is not None:
            return (meant if meant is not None else schools[0]), None
        if key in self.world.by_depot:
            return None, self.world.by_depot[key]
        self.unknown["place", name] += 1
        self._no(
            "place",
            (
                _("Plusieurs écoles s’appellent « %(name)s » : écrivez le code UAI.")
                if schools
                else _("École inconnue : « %(name)s ».")
            )
            % {"name": name[:80]},
        )
        return None

    def _slot_place(
        self,
        code: str,
        slot: str,
        wanted: tuple[int | None, int | None] | None,
        before: Place | None,
    ) -> Place | None:
        cart = self.world.by_cart.get(rules.normalise_tag(code))
        if cart is None or not self.world.covers(*self.world.carts[cart][1:3]):
            self._no("cart", _("Aucun de vos chariots n’a le numéro %(code)s.") % {
                "code": code[:20]})  # fmt: skip
            return None
        if wanted is not None and wanted != self.world.carts[cart][1:3]:
            self._no("cart", _("Ce chariot n’est pas dans cette école."))
            return None
        if not slot and before is not None and before.cart_id == cart:
            return None
        if not slot or slot == CLEAR:
            self._no("slot", _("Il manque l’emplacement dans le chariot."))
            return None
        return self._numbered(cart, slot, before)

    def _numbered(self, cart: int, slot: str, before: Place | None) -> Place | None:
        try:
            number = slot_of(slot)
        except Unreadable as error:
            self._no("slot", str(error))
            return None
        if number > self.world.carts[cart][3]:
            self._no(
                "slot",
                _("Ce chariot n’a que %(slots)s emplacements.")
                % {"slots": self.world.carts[cart][3]},
            )
            return None
        return self._checked(Place(cart, number), before)

    def _checked(self, place: Place, before: Place | None) -> Place | None:
        """Refuse to move what is out of reach or in somebody's hands."""
        if place == before:
            return place
        if not self.world.covers(*self.world.stands(place)):
            self._no("scope", _("Cette école n’est pas dans votre secteur."))
        elif self.known is not None and self.known.pk in self.world.held:
            self._no("place", _("Cet appareil est remis à quelqu’un : notez d’abord son retour."))
        return place

    # -- what else is said --------------------------------------------------------------------

    def _own(self, facts: dict[str, Any]) -> None:
        """Read the fields of the device's category; what belongs to another is refused."""
        given = self.cells.own()
        before = self.known.facts if self.known else {}
        model = facts.get("model_id", before.get("model_id"))
        if model is None or (self.known is not None and not given):
            return
        schema = self.world.schema_of(model)
        keys = {row["key"] for row in schema}
        for key in given.keys() - keys:
            if given[key] != CLEAR:
                self._no(OWN + key, _("Cette catégorie n’a pas ce champ."))
        values, problems = extras.settle(
            schema, given, before.get("extra", {}), whole=self.known is None
        )
        self.problems.extend((OWN + key, message) for key, message in problems)
        facts["extra"] = values

    def _measured(self, facts: dict[str, Any]) -> None:
        """Leave to the management server what it tells; refuse the addresses of others."""
        if self.known is not None and self.known.pk in self.world.online:
            facts.pop("os_version", None)
        own = self.known.pk if self.known else None
        if self.known is not None and self.known.facts["state"] == "retired":
            return
        for mac in facts.get("macs") or ():
            if self.world.addresses.get(mac, own) != own:
                self._no("macs", _("%(mac)s est l’adresse d’un autre appareil.") % {"mac": mac})

    # -- the whole ----------------------------------------------------------------------------

    def _complete(self, facts: dict[str, Any]) -> None:
        """Give a new device what the table does not say."""
        if self.known is not None:
            return
        stored = self.place is not None and self.world.stands(self.place)[1] is not None
        facts.setdefault("state", "spare" if stored else "in_use")
        facts.setdefault("condition", "good")
        facts.setdefault("funding", "city")
        bought = facts.setdefault("purchased_on", None)
        facts.setdefault("cost_cents", None)
        facts.setdefault("os_version", "")
        facts.setdefault("macs", [])
        facts.setdefault("extra", {})
        months = self.world.warranties.get(facts["model_id"])
        if bought and months and "warranty_end" not in facts:
            day = rules.add_months(dt.date.fromisoformat(bought), months)
            facts["warranty_end"] = day.isoformat()
        facts.setdefault("warranty_end", None)

    def _allowed(self, facts: dict[str, Any]) -> None:
        """Hold the rules over the whole device."""
        before = self.known.facts if self.known else {}
        bought = facts.get("purchased_on", before.get("purchased_on"))
        ends = facts.get("warranty_end", before.get("warranty_end"))
        if bought and ends and ends < bought:
            self._no("warranty_end", _("La garantie finit avant l’achat."))
        state = facts.get("state", before.get("state"))
        changed = any(before.get(code) != value for code, value in facts.items())
        if before.get("state") == "retired" and changed:
            self._no("state", _("Cet appareil est réformé : sa fiche ne change plus."))
        elif state == "retired" and before.get("state") != "retired":
            self._no("state", _("Une réforme ne se fait pas par un tableau."))
        elif self.known is not None and state != before["state"]:
            if not rules.may_move(before["state"], str(state)):
                self._no("state", _("Cet appareil ne peut pas passer à cette situation."))
            elif self.known.pk in self.world.broken:
                self._no("state", _("Une panne est ouverte sur cet appareil : réglez-la d’abord."))
