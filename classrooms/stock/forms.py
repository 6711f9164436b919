"""Forms of the stock's pages: they read what was typed, the actions decide."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from classrooms.models import Cart, DeviceModel, HandOut, HandOutItem
from classrooms.queries.places import all_places
from classrooms.stock.models import StockItem, StockLevel
from classrooms.stock.queries.levels import LevelFilter
from classrooms.stock.queries.places import stocked
from classrooms.stock.queries.sims import target_of
from core.accounts.models import User
from payments.forms import EurosField

#: Acts on an item, in the order of the buttons: code, label, icon.
ACTS = (
    ("receive", _("Réceptionner"), "box"),
    ("use", _("Sortir"), "minus"),
    ("give", _("Donner avec un prêt"), "users"),
    ("move", _("Envoyer ailleurs"), "truck"),
)


def acts_of(item: StockItem) -> list[tuple[str, Any, str]]:
    """Return what may be done with an item: only accessories go with a loan."""
    accessory = item.kind == StockItem.Kind.ACCESSORY
    return [act for act in ACTS if act[0] != "give" or accessory]


_COUNT = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})


class LevelFilterForm(forms.Form):
    """What to keep of the stock; lives in the address."""

    q = forms.CharField(label=_("Article"), required=False, max_length=60)
    place = forms.ChoiceField(label=_("Lieu"), required=False)
    kind = forms.ChoiceField(
        label=_("Nature"), required=False, choices=[("", _("Toutes")), *StockItem.Kind.choices]
    )
    show = forms.ChoiceField(
        label=_("À commander"),
        required=False,
        choices=[("", _("Tout le stock")), ("low", _("Sous le minimum"))],
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["place"].choices = [("", _("Tous")), *stocked(user)]

    def wanted(self) -> LevelFilter:
        """Return what was asked for; a choice that does not exist asks for nothing."""
        self.is_valid()
        given = self.cleaned_data
        return LevelFilter(
            text=given.get("q", ""),
            kind=given.get("kind", ""),
            place=given.get("place", ""),
            low=given.get("show", "") == "low",
        )


class ItemForm(forms.ModelForm):  # type: ignore[type-arg]
    """What an item is."""

    price_cents = EurosField(label=_("Prix d’une unité, en euros"), required=False)

    class Meta:
        model = StockItem
        fields = ("name", "kind", "reference", "supplier", "price_cents", "fits", "is_active")
        widgets = {"fits": forms.CheckboxSelectMultiple}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["fits"].queryset = DeviceModel.objects.order_by("maker", "name")
        fields["name"].error_messages["unique"] = _("Un autre article porte ce nom.")
        fields["fits"].help_text = _("Rien de coché : convient à tous les modèles.")
        fields["is_active"].help_text = _(
            "Décochez quand vous n’en commandez plus : il reste visible tant qu’il y en a."
        )

    def clean_price_cents(self) -> int:
        """Take nothing for nil."""
        return int(self.cleaned_data["price_cents"] or 0)


class MovementForm(forms.Form):
    """Pieces that come to a place or leave it."""

    place = forms.ChoiceField(label=_("Lieu"))
    quantity = forms.IntegerField(label=_("Nombre"), min_value=1, widget=_COUNT)
    supplier = forms.CharField(label=_("Fournisseur"), max_length=80, required=False)
    price = EurosField(label=_("Prix d’une unité, en euros"), required=False)
    why = forms.CharField(
        label=_("Pour quoi ?"),
        max_length=200,
        help_text=_("Par exemple un numéro de panne. N’écrivez pas de nom d’élève."),
    )
    target = forms.ChoiceField(label=_("Vers"))
    loan = forms.CharField(
        label=_("Avec quel chariot ou appareil remis ?"),
        max_length=200,
        help_text=_("Tapez son numéro, ou scannez son étiquette."),
    )

    _FIELDS = {
        "receive": ("place", "quantity", "supplier", "price"),
        "use": ("place", "quantity", "why"),
        "move": ("place", "target", "quantity"),
        "give": ("place", "quantity", "loan"),
    }

    def __init__(self, *args: Any, user: User, item: StockItem, act: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.places = all_places(user)
        held = {
            f"depot:{level.depot_id}" if level.depot_id else f"school:{level.school_id}": level
            for level in item.levels.visible_to(user)
        }
        for name in set(self.fields) - set(self._FIELDS[act]):
            del self.fields[name]
        fields: dict[str, Any] = self.fields
        everywhere = [(key, str(place)) for key, place in self.places.items()]
        if act == "use":
            # Parts and consumables are used in a workshop; a school's leave by a count.
            everywhere = [(key, name) for key, name in everywhere if key.startswith("depot:")]
        fields["place"].choices = [
            (key, f"{name} ({held[key].quantity})" if key in held else name)
            for key, name in everywhere
            if act == "receive" or (key in held and held[key].quantity)
        ]
        if act == "move":
            fields["place"].label = _("Depuis")
            fields["target"].choices = [("", _("Choisissez")), *everywhere]
        if act == "receive":
            fields["supplier"].initial = item.supplier
            fields["price"].initial = item.price_cents or None

    def clean_loan(self) -> HandOut:
        """Find the hand-out that the cart or the device is out with."""
        target = target_of(self.user, self.cleaned_data["loan"])
        mine = HandOut.objects.visible_to(self.user).filter(state=HandOut.State.OPEN)
        if isinstance(target, Cart):
            mine = mine.filter(cart=target)
        else:
            out = HandOutItem.objects.out().filter(device=target) if target else None
            mine = mine.filter(items__in=out) if out is not None else mine.none()
        found: HandOut | None = mine.first()
        if found is None:
            raise forms.ValidationError(_("Rien de tel n’est remis à quelqu’un en ce moment."))
        return found


class MinimumForm(forms.Form):
    """Below how many the manager is told, place by place."""

    def __init__(self, *args: Any, levels: list[StockLevel], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.levels = levels
        for level in levels:
            self.fields[f"minimum-{level.pk}"] = forms.IntegerField(
                label=level.place,
                min_value=0,
                max_value=10_000,
                initial=level.minimum,
                widget=_COUNT,
            )

    def minimums(self) -> dict[int, int]:
        """Return the minimum of each level, by number."""
        return {int(k.removeprefix("minimum-")): v for k, v in self.cleaned_data.items()}


class CountForm(forms.Form):
    """What was counted on a shelf: blank for what was not counted."""

    def __init__(self, *args: Any, levels: list[StockLevel], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for level in levels:
            self.fields[f"found-{level.pk}"] = forms.IntegerField(
                label=str(level.item), min_value=0, max_value=10_000, required=False, widget=_COUNT
            )
            self.fields[f"shown-{level.pk}"] = forms.IntegerField(
                widget=forms.HiddenInput, initial=level.quantity
            )
        self.rows = [
            (level, self[f"found-{level.pk}"], self[f"shown-{level.pk}"]) for level in levels
        ]

    def counted(self) -> list[tuple[StockLevel, int, int]]:
        """Return what was counted: the level, how many were found, how many were shown."""
        found = []
        for level, field, shown in self.rows:
            number = self.cleaned_data.get(field.name)
            if number is not None:
                found.append((level, number, self.cleaned_data[shown.name]))
        return found
