"""Forms about the family quotient: declared, computed, fetched, checked, voted."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from core import clock
from core.forms import PagesField
from families.forms.base import ConditionalForm, DateInput
from families.income.rules import HIGHEST_SHARES, SHARE_STEP
from families.models import IncomeFile, IncomeRule

_NUMBER = {"inputmode": "numeric", "autocomplete": "off"}
_DECIMAL = {"inputmode": "decimal", "autocomplete": "off"}
_PROOF_HELP = _(
    "PDF ou photos, dix au plus, 10 Mo chacune. Plusieurs pages deviennent un seul document. "
    "La pièce est effacée dès qu’elle a été vérifiée."
)


class IncomeForm(forms.Form):
    """A household declares the quotient that its CAF or MSA paper shows."""

    quotient = forms.IntegerField(
        label=_("Quotient familial, en euros par mois"),
        help_text=_("Il figure sur l’attestation de la CAF ou de la MSA, par exemple 742."),
        min_value=0,
        max_value=20_000,
        widget=forms.TextInput(attrs=_NUMBER),
    )
    proof = PagesField(label=_("Attestation"), help_text=_PROOF_HELP)


class TaxIncomeForm(forms.Form):
    """A household without a CAF file copies two lines of its tax notice."""

    reference_income = forms.IntegerField(
        label=_("Revenu fiscal de référence, en euros par an"),
        help_text=_("En première page de l’avis d’imposition, par exemple 18 450."),
        min_value=0,
        max_value=2_000_000,
        widget=forms.TextInput(attrs=_NUMBER),
    )
    tax_shares = forms.DecimalField(
        label=_("Nombre de parts"),
        help_text=_("Sur la même page, par exemple 2,5."),
        min_value=Decimal(1),
        max_value=HIGHEST_SHARES,
        decimal_places=2,
        localize=True,
        widget=forms.TextInput(attrs=_DECIMAL),
    )
    proof = PagesField(label=_("Avis d’imposition"), help_text=_PROOF_HELP)

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(_tidy(data), *args, **kwargs)

    def clean_tax_shares(self) -> Decimal:
        """Shares go by quarters."""
        shares: Decimal = self.cleaned_data["tax_shares"]
        if shares % SHARE_STEP:
            raise forms.ValidationError(_("Vérifiez le nombre de parts, par exemple 2,5."))
        return shares


def _tidy(data: Any) -> Any:
    """Let people write thousands with a space and decimals with a comma or a point."""
    if data is None:
        return None
    tidy = data.copy()
    for name in ("reference_income", "tax_shares"):
        text = "".join(str(tidy.get(name, "")).split()).replace("\u202f", "").replace("\xa0", "")
        if name in tidy:
            tidy[name] = text.replace(".", ",") if name == "tax_shares" else text
    return tidy


class FetchForm(ConditionalForm):
    """What the CAF needs to find somebody, and their consent."""

    conditional = ("commune", "department", "country")

    given_names = forms.CharField(
        label=_("Vos prénoms"),
        help_text=_("Tous ceux de l’état civil, séparés par des espaces."),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
    )
    family_name = forms.CharField(
        label=_("Votre nom de naissance"),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    birth_date = forms.DateField(label=_("Votre date de naissance"), widget=DateInput())
    sex = forms.ChoiceField(
        label=_("Sexe à l’état civil"),
        choices=[("F", _("Féminin")), ("M", _("Masculin"))],
        widget=forms.RadioSelect,
    )
    born = forms.ChoiceField(
        label=_("Vous êtes né·e"),
        choices=[("fr", _("En France")), ("abroad", _("Dans un autre pays"))],
        widget=forms.RadioSelect,
        initial="fr",
    )
    commune = forms.CharField(
        label=_("Commune de naissance"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    department = forms.CharField(
        label=_("Département de naissance"),
        help_text=_("Son numéro, par exemple 13, 2A ou 974."),
        validators=[
            RegexValidator(r"^(\d{2,3}|2[ABab])$", _("Un numéro, par exemple 13, 2A ou 974."))
        ],
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    country = forms.CharField(
        label=_("Code du pays de naissance"),
        help_text=_(
            "Cinq chiffres, par exemple 99352 pour l’Algérie ou 99350 pour le Maroc. La liste est "
            "sur le site de l’Insee ; sans ce code, envoyez plutôt une attestation."
        ),
        validators=[RegexValidator(r"^99\d{3}$", _("Cinq chiffres, qui commencent par 99."))],
        widget=forms.TextInput(attrs=_NUMBER),
    )
    consent = forms.BooleanField(
        label=_(
            "J’accepte que la ville demande mon quotient familial à la CAF ou à la MSA, pour "
            "fixer mes tarifs."
        )
    )

    def clean_birth_date(self) -> dt.date:
        """Somebody who answers for children was born some time ago."""
        day: dt.date = self.cleaned_data["birth_date"]
        if not 1900 <= day.year <= clock.today().year - 12:
            raise forms.ValidationError(_("Vérifiez la date de naissance."))
        return day

    def clean(self) -> dict[str, Any]:
        """Somebody born in France says in which commune, others in which country."""
        data = super().clean() or {}
        here = data.get("born") == "fr"
        for name, sentence in (
            ("commune", _("Donnez la commune de naissance.")),
            ("department", _("Donnez le département de naissance.")),
            ("country", _("Donnez le code du pays de naissance.")),
        ):
            needed = here != (name == "country")
            if not needed:
                data[name] = ""
                self.errors.pop(name, None)
            elif not data.get(name) and name not in self.errors:
                self.add_error(name, sentence)
        if here:
            data["country"] = "99100"
        return data


class IncomeCheckForm(forms.Form):
    """An agent confirms a declaration as the proof shows it."""

    quotient = forms.IntegerField(
        label=_("Quotient lu sur la pièce"),
        min_value=0,
        max_value=20_000,
        widget=forms.TextInput(attrs=_NUMBER),
    )
    source = forms.ChoiceField(
        label=_("Origine"), choices=IncomeFile.Source.choices[:2], widget=forms.RadioSelect
    )
    valid_from = forms.DateField(label=_("Valable du"), widget=DateInput())
    valid_until = forms.DateField(label=_("Jusqu’au"), widget=DateInput(), required=False)


class IncomeRefuseForm(forms.Form):
    """Why a declaration is turned down."""

    code = forms.ChoiceField(
        label=_("Raison"), choices=IncomeFile.Refusal.choices, widget=forms.RadioSelect
    )
    reason = forms.CharField(label=_("Quelques mots à la famille"), max_length=200, required=False)


class IncomeQueueForm(forms.Form):
    """Filters of the agents' queue."""

    q = forms.CharField(label=_("Nom, enfant, dossier"), max_length=120, required=False)
    piece = forms.ChoiceField(label=_("Pièce"), required=False)
    attente = forms.ChoiceField(
        label=_("Déclarée"),
        required=False,
        choices=[
            ("", _("N’importe quand")),
            ("7", _("Il y a plus de 7 jours")),
            ("15", _("Il y a plus de 15 jours")),
        ],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["piece"].choices = [("", _("Toutes")), *IncomeFile.Basis.choices]  # type: ignore[attr-defined]


class IncomeRuleForm(forms.Form):
    """What the council has voted about quotients."""

    valid_from = forms.DateField(label=_("En vigueur à partir du"), widget=DateInput())
    resolution = forms.CharField(label=_("Délibération"), max_length=120)
    rounding = forms.ChoiceField(
        label=_("Arrondi du quotient calculé d’après l’impôt"),
        choices=IncomeRule.Rounding.choices,
        widget=forms.RadioSelect,
        initial=IncomeRule.Rounding.DOWN,
    )
    retroactive = forms.BooleanField(
        label=_("Un quotient peut compter avant le jour de sa déclaration"), required=False
    )
    max_days = forms.IntegerField(
        label=_("De combien de jours au plus"),
        help_text=_("Zéro sans effet rétroactif."),
        min_value=0,
        max_value=366,
        initial=0,
    )
    end_day = forms.IntegerField(
        label=_("Fin de validité : jour"), min_value=1, max_value=31, initial=31
    )
    end_month = forms.IntegerField(
        label=_("Fin de validité : mois"), min_value=1, max_value=12, initial=8
    )
    remind_days = forms.IntegerField(
        label=_("Rappel aux familles, en jours avant la fin"),
        min_value=0,
        max_value=200,
        initial=75,
    )
