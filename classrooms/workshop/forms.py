"""Forms of the workshop: they read what was typed, the actions decide."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from classrooms.models import Depot, Device
from classrooms.stock.models import StockItem
from classrooms.workshop.models import Claim, Repair
from classrooms.workshop.rules import Terms
from core import clock
from payments.forms import EurosField

_DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class OpenForm(forms.Form):
    """Mended here, or taken to a workshop."""

    bring = forms.ModelChoiceField(
        label=_("Où le répare-t-on ?"),
        queryset=Depot.objects.order_by("name"),
        required=False,
        empty_label=_("Sur place, à l’école"),
        to_field_name="code",
    )


class MoveForm(forms.Form):
    """What comes next, with a few words."""

    to = forms.ChoiceField(label=_("Étape"))
    text = forms.CharField(
        label=_("Ce que vous avez trouvé, ou ce qui est attendu"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, repair: Repair, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        after = [
            (value, label)
            for value, label in Repair.State.choices
            if value in Repair.MOVES[repair.state] and value not in ("done", "given_up")
        ]
        fields: dict[str, Any] = self.fields
        fields["to"].choices = after


class WorkForm(forms.Form):
    """What was done, and for how long."""

    minutes = forms.IntegerField(label=_("Minutes de travail"), min_value=0, max_value=1440)
    text = forms.CharField(label=_("Ce que vous avez fait"), max_length=500, required=False)


class PartForm(forms.Form):
    """A piece from the stock, or one bought for this device."""

    item = forms.ModelChoiceField(
        label=_("Pièce en stock"),
        queryset=StockItem.objects.none(),
        required=False,
        empty_label=_("Aucune : achetée exprès"),
    )
    label = forms.CharField(label=_("Sinon, son nom"), max_length=80, required=False)
    price = EurosField(label=_("Et son prix, en euros"), required=False)
    quantity = forms.IntegerField(label=_("Nombre"), min_value=1, max_value=100, initial=1)
    ref = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, repair: Repair, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fitting = Q(fits=repair.device.model_id) | Q(fits__isnull=True)
        items = StockItem.objects.in_use().filter(fitting, kind__in=("part", "consumable"))
        fields: dict[str, Any] = self.fields
        fields["item"].queryset = items.distinct().order_by("name")


class QuoteForm(forms.Form):
    """What a repairer outside asks for."""

    supplier = forms.CharField(label=_("Réparateur"), max_length=80)
    price = EurosField(label=_("Prix, en euros"))
    number = forms.CharField(label=_("Numéro du devis"), max_length=40, required=False)


class FinishForm(forms.Form):
    """Where a mended device goes."""

    back = forms.TypedChoiceField(
        label=_("Où va-t-il ?"),
        choices=[("", _("En réserve")), ("1", _("Retour à son école"))],
        coerce=bool,
        required=False,
        empty_value=None,
        widget=forms.RadioSelect,
    )
    text = forms.CharField(label=_("Un mot"), max_length=500, required=False)


class GiveUpForm(forms.Form):
    """Why it is not mended."""

    text = forms.CharField(label=_("Pourquoi ?"), max_length=500)


class EndedForm(forms.Form):
    """What to keep of the repairs that ended."""

    q = forms.CharField(label=_("Numéro, modèle ou diagnostic"), required=False, max_length=60)
    state = forms.ChoiceField(
        label=_("Issue"),
        required=False,
        choices=[("", _("Toutes")), ("done", _("Réparé")), ("given_up", _("Abandonné"))],
    )


class ClaimForm(forms.Form):
    """What the maker must answer for."""

    fault = forms.CharField(
        label=_("Défaut constaté"),
        help_text=_("Ces mots figurent sur la lettre au fabricant."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class SendForm(forms.Form):
    """When it left, under which number."""

    sent_on = forms.DateField(label=_("Envoyée le"), widget=_DATE)
    reference = forms.CharField(
        label=_("Numéro de dossier du fabricant"), max_length=40, required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sent_on"].initial = clock.today()


class AnswerForm(forms.Form):
    """What the maker said."""

    answer = forms.ChoiceField(label=_("Réponse"))
    serial = forms.CharField(
        label=_("Numéro de série du nouvel appareil"),
        help_text=_("Seulement si l’appareil est remplacé."),
        max_length=60,
        required=False,
    )
    new_tag = forms.CharField(
        label=_("Son numéro d’inventaire, s’il en reçoit un nouveau"),
        help_text=_("Vide : il garde celui de l’ancien."),
        max_length=20,
        required=False,
    )
    text = forms.CharField(label=_("Précisions"), max_length=500, required=False)

    def __init__(self, *args: Any, claim: Claim, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["answer"].choices = [
            (value, label)
            for value, label in Claim.State.choices
            if value in Claim.MOVES[claim.state] and value not in ("withdrawn", "sent")
        ]

    def clean(self) -> dict[str, Any]:
        """Ask for the serial when another device came."""
        given: dict[str, Any] = super().clean() or {}
        if given.get("answer") == Claim.State.REPLACED and not given.get("serial"):
            self.add_error("serial", _("Quel est le numéro de série du nouvel appareil ?"))
        return given


class ClaimFilterForm(forms.Form):
    """What to keep of the claims."""

    q = forms.CharField(label=_("Appareil, marque ou dossier"), required=False, max_length=60)
    state = forms.ChoiceField(
        label=_("Étape"),
        required=False,
        choices=[("", _("Toutes")), ("open", _("En cours")), *Claim.State.choices],
    )


class TermsForm(forms.Form):
    """Rates and thresholds from a day on."""

    starts_on = forms.DateField(label=_("À partir du"), widget=_DATE)
    hour = EurosField(label=_("Une heure de travail, en euros"))
    share_percent = forms.IntegerField(
        label=_("On répare jusqu’à (% de la valeur restante)"), min_value=0, max_value=200
    )
    floor_percent = forms.IntegerField(
        label=_("Valeur minimale d’un appareil (% du neuf)"), min_value=0, max_value=100
    )
    claim_days = forms.IntegerField(
        label=_("Relancer un fabricant après (jours)"), min_value=1, max_value=365
    )
    alert_min = forms.IntegerField(
        label=_("Panne répétée : à partir de (pannes en 90 jours)"), min_value=2, max_value=999
    )
    alert_percent = forms.IntegerField(
        label=_("et de (% des appareils du modèle)"), min_value=0, max_value=100
    )

    def terms(self) -> Terms:
        """Return what was typed."""
        given = self.cleaned_data
        return Terms(
            hour_cents=given["hour"],
            share_percent=given["share_percent"],
            floor_percent=given["floor_percent"],
            claim_days=given["claim_days"],
            alert_min=given["alert_min"],
            alert_percent=given["alert_percent"],
        )


def brings(device: Device) -> bool:
    """Tell whether there is a choice: a device at a school may be taken to a workshop."""
    return device.current_school is not None
