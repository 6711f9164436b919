"""Forms of the second life's pages: they read what was typed, the actions decide."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from classrooms.models import Depot, Device
from classrooms.secondlife.models import Departure, OldSystem, Recipient, Triage, Wipe
from classrooms.secondlife.models.departures import Media
from classrooms.stock.models import StockItem
from core import clock
from payments.forms import EurosField

_DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
#: What was done is said, never taken from the first line of a list.
_CHOOSE = ("", _("Choisissez…"))
_DONE = [_CHOOSE, *Wipe.Verification.choices]


class ProposeForm(forms.Form):
    """Which devices, why, and a word about it."""

    reason = forms.ChoiceField(label=_("Motif"), choices=Departure.Reason.choices)
    note = forms.CharField(
        label=_("Précision"),
        required=False,
        max_length=200,
        help_text=_("Figurera au procès-verbal. N’écrivez pas de nom de personne."),
    )
    typed = forms.CharField(
        label=_("Numéro d’inventaire, ou étiquette scannée"), required=False, max_length=200
    )


class OldSystemForm(forms.ModelForm):  # type: ignore[type-arg]
    """A system without updates."""

    class Meta:
        model = OldSystem
        fields = ("category", "version", "since")
        widgets = {"since": _DATE}
        labels = {"category": _("Catégorie")}


class ReceiveForm(forms.Form):
    """In which workshop devices arrived."""

    depot = forms.ModelChoiceField(
        label=_("Atelier"), queryset=Depot.objects.order_by("code"), empty_label=None
    )


class TriageForm(forms.Form):
    """What the bench found."""

    grade = forms.ChoiceField(
        label=_("Grade"), choices=Triage.Grade.choices, widget=forms.RadioSelect
    )
    storage = forms.ChoiceField(
        label=_("Où sont ses données"), choices=Media.choices, widget=forms.RadioSelect
    )
    parts = forms.CharField(
        label=_("Pièces achetées exprès"),
        required=False,
        max_length=300,
        help_text=_("Celles du stock se choisissent à part, une fois le diagnostic enregistré."),
    )
    parts_cost = EurosField(label=_("Leur prix, en euros"), required=False)
    note = forms.CharField(label=_("Remarque"), required=False, max_length=300)

    def __init__(self, *args: Any, departure: Departure, **kwargs: Any) -> None:
        known = Triage.objects.filter(departure=departure).first()
        initial: dict[str, Any] = {"storage": departure.media or None}
        if known is not None:
            initial |= {
                "grade": known.grade,
                "parts": known.parts,
                "parts_cost": known.parts_cents or None,
                "note": known.note,
            }
        super().__init__(*args, **(kwargs | {"initial": initial, "auto_id": "bench_%s"}))
        marks = known.tests if known else {}
        for code, label in Triage.Test.choices:
            self.fields[f"test-{code}"] = forms.ChoiceField(
                label=label,
                choices=Triage.Mark.choices,
                initial=marks.get(code, "good"),
                widget=forms.RadioSelect,
            )

    @property
    def tests(self) -> list[Any]:
        """The fields of the tests, in order."""
        return [self[f"test-{code}"] for code, _label in Triage.Test.choices]

    def facts(self) -> dict[str, Any]:
        """Return what was found, as the action takes it."""
        given = self.cleaned_data
        return {
            "grade": given["grade"],
            "media": given["storage"],
            "tests": {code: given[f"test-{code}"] for code, _label in Triage.Test.choices},
            "parts": given["parts"],
            "parts_cents": given["parts_cost"] or 0,
            "note": given["note"],
        }


class _OnShelf(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Pieces, each with how many are on the shelf."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj} ({obj.on_shelf})"


class BenchPartForm(forms.Form):
    """A piece of the stock that fits the device, put into it."""

    item = _OnShelf(
        label=_("Pièce du stock"), queryset=StockItem.objects.none(), empty_label=_("Choisissez…")
    )
    quantity = forms.IntegerField(
        label=_("Nombre"),
        min_value=1,
        max_value=100,
        initial=1,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    ref = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def __init__(self, *args: Any, device: Device, **kwargs: Any) -> None:
        super().__init__(*args, **(kwargs | {"auto_id": "part_%s"}))
        depot = device.depot or (device.cart.depot if device.cart else None)
        fits = Q(fits=device.model_id) | Q(fits__isnull=True)
        here = Q(levels__depot=depot, kind__in=("part", "consumable"))
        fields: dict[str, Any] = self.fields
        fields["item"].queryset = (
            StockItem.objects.filter(fits, here)
            .annotate(on_shelf=F("levels__quantity"))
            .distinct()
            .order_by("name")
        )


class WipeForm(forms.Form):
    """How data were removed."""

    storage = forms.ChoiceField(
        label=_("Mémoire effacée"),
        choices=[_CHOOSE, *(choice for choice in Media.choices if choice[0] != Media.NONE)],
    )
    technique = forms.ChoiceField(
        label=_("Méthode (NIST SP 800-88)"),
        help_text=_("Pour sortir de la ville, il faut une purge ou une destruction."),
    )
    tool = forms.CharField(
        label=_("Outil"), max_length=60, widget=forms.TextInput(attrs={"list": "known-tools"})
    )
    tool_version = forms.CharField(label=_("Version de l’outil"), required=False, max_length=30)
    media_serial = forms.CharField(
        label=_("Numéro du disque, s’il en porte un"), required=False, max_length=40
    )

    def __init__(self, *args: Any, destroy_only: bool, media: str, **kwargs: Any) -> None:
        super().__init__(*args, **(kwargs | {"auto_id": "wipe_%s"}))
        words = dict(Wipe.Technique.choices)
        groups: list[tuple[Any, list[tuple[str, Any]]]] = [
            (Wipe.Category.PURGE.label, [(t, words[t]) for t in ("crypto", "block", "degauss")]),
            (Wipe.Category.CLEAR.label, [(t, words[t]) for t in ("overwrite", "reset")]),
            (Wipe.Category.DESTROY.label, [(t, words[t]) for t in ("shred", "incinerate")]),
        ]
        fields: dict[str, Any] = self.fields
        fields["technique"].choices = [_CHOOSE, *(groups[2:] if destroy_only else groups)]
        if media and media != Media.NONE:
            fields["storage"].initial = media


class VerifyForm(forms.Form):
    """What verifying found."""

    verification = forms.ChoiceField(label=_("Comment avez-vous vérifié ?"), choices=_DONE)
    passed = forms.TypedChoiceField(
        label=_("Résultat"),
        choices=[("1", _("Rien n’est lisible : réussi")), ("0", _("Il reste des données : échec"))],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
    )
    note = forms.CharField(label=_("Remarque"), required=False, max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **(kwargs | {"auto_id": "seen_%s"}))


class WithdrawForm(forms.Form):
    """Why a wipe never was."""

    why = forms.CharField(
        label=_("Pourquoi le retirer"),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "Par exemple : noté sur le mauvais appareil. Restera dans son histoire ; "
            "n’écrivez pas de nom de personne."
        ),
    )


class SittingForm(forms.Form):
    """When a sitting is held, and who is there."""

    held_on = forms.DateField(label=_("Date de la séance"), widget=_DATE, initial=clock.today)
    present = forms.CharField(
        label=_("Personnes présentes"),
        required=False,
        max_length=300,
        help_text=_("Noms et fonctions ; ils figureront au procès-verbal."),
    )


class RecipientForm(forms.ModelForm):  # type: ignore[type-arg]
    """Who may receive devices."""

    class Meta:
        model = Recipient
        fields = (
            "name",
            "ground",
            "registration",
            "address",
            "postcode",
            "town",
            "contact",
            "phone",
            "email",
            "is_active",
        )

        error_messages = {"name": {"unique": _("Un autre bénéficiaire porte ce nom.")}}

    def clean_postcode(self) -> str:
        """Five digits."""
        code = str(self.cleaned_data["postcode"]).strip()
        if not (code.isascii() and code.isdecimal() and len(code) == 5):
            raise forms.ValidationError(_("Un code postal a cinq chiffres."))
        return code


class LotForm(forms.Form):
    """For whom a lot is."""

    recipient = forms.ModelChoiceField(
        label=_("Pour qui"),
        queryset=Recipient.objects.filter(is_active=True),
        empty_label=_("Choisissez…"),
    )


class HandOverForm(forms.Form):
    """That a lot left: signed for, or with its slip."""

    gone_on = forms.DateField(label=_("Remis le"), widget=_DATE, initial=clock.today)

    def __init__(self, *args: Any, gift: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if gift:
            self.fields["signed_name"] = forms.CharField(
                label=_("Reçu et signé par"),
                required=False,
                max_length=80,
                help_text=_("Nom et qualité de la personne qui signe ici, sur votre écran."),
            )
            self.fields["receipt"] = forms.FileField(
                label=_("Ou le reçu signé (PDF ou photo)"), required=False
            )
            return
        self.fields["slip_number"] = forms.CharField(
            label=_("Numéro du bordereau (BSD)"), max_length=40
        )
        self.fields["weight"] = forms.DecimalField(
            label=_("Poids enlevé (kg)"), min_value=0, max_value=50_000, decimal_places=3
        )
