"""Forms of the family pages."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.conf import settings
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from core import clock
from families.actions.household import Address
from families.models import Guardianship, Household, IncomeFile, PayerRule, Street
from families.rules import read_number
from families.streets import find_streets, the_street

#: Value of the radio button that says "not in the list".
OTHER = "other"

_phone = RegexValidator(
    r"^\+?[0-9 .()-]{6,20}$", _("Écrivez un numéro de téléphone, par exemple 06 12 34 56 78.")
)
_postcode = RegexValidator(r"^[0-9A-Za-z -]{3,10}$", _("Vérifiez le code postal."))


class DateInput(forms.DateInput):
    """The browser's own date field, which works without script."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class ConditionalForm(forms.Form):
    """A form whose ``conditional`` fields are needed in some cases only.

    ``clean`` says when. Their labels must not call them optional, so they are shown as
    required and validated as not.
    """

    conditional: tuple[str, ...] = ()
    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._need(needed=True)

    def _need(self, *, needed: bool) -> None:
        for name in self.conditional:
            if name in self.fields:
                self.fields[name].required = needed

    def full_clean(self) -> None:
        """Validate without asking for the conditional fields."""
        self._need(needed=False)
        super().full_clean()
        self._need(needed=True)


class AboutYouForm(forms.Form):
    """Who the parent is."""

    given_name = forms.CharField(
        label=_("Prénom"),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
    )
    family_name = forms.CharField(
        label=_("Nom de naissance"),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "family-name"}),
    )
    used_name = forms.CharField(
        label=_("Nom d'usage"),
        help_text=_("Si vous utilisez un autre nom au quotidien."),
        max_length=100,
        required=False,
    )
    phone = forms.CharField(
        label=_("Téléphone"),
        help_text=_("Pour vous joindre si l'école a besoin de vous."),
        max_length=20,
        required=False,
        validators=[_phone],
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )


class ContactForm(forms.Form):
    """How a parent is named in daily life, reached, written to."""

    used_name = forms.CharField(
        label=_("Nom d'usage"),
        help_text=_("Si vous utilisez un autre nom au quotidien."),
        max_length=100,
        required=False,
    )
    phone = forms.CharField(
        label=_("Téléphone"),
        help_text=_("Pour vous joindre si l'école a besoin de vous."),
        max_length=20,
        required=False,
        validators=[_phone],
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )
    language = forms.ChoiceField(label=_("Langue des messages"), choices=settings.LANGUAGES)


class AddressForm(ConditionalForm):
    """An address: search a street, choose it, or declare one outside the register.

    After a search that leaves a doubt, ``candidates`` holds the streets to choose from.
    """

    conditional = ("street_query", "number", "street_text", "postcode", "city")

    street_query = forms.CharField(
        label=_("Nom de la voie"),
        help_text=_("Par exemple : rue des Tamaris. Puis choisissez-la dans la liste."),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    street = forms.CharField(required=False, widget=forms.HiddenInput)
    number = forms.CharField(
        label=_("Numéro"),
        help_text=_("Avec bis ou ter s'il y a lieu, par exemple 12 bis."),
        max_length=12,
        required=False,
        widget=forms.TextInput(attrs={"class": "w-s"}),
    )
    complement = forms.CharField(
        label=_("Bâtiment, étage, appartement"), max_length=100, required=False
    )
    street_text = forms.CharField(
        label=_("Numéro et nom de la voie"), max_length=160, required=False
    )
    postcode = forms.CharField(
        label=_("Code postal"),
        max_length=5,
        required=False,
        validators=[_postcode],
        widget=forms.TextInput(attrs={"class": "w-s", "autocomplete": "postal-code"}),
    )
    city = forms.CharField(label=_("Commune"), max_length=80, required=False)

    candidates: list[Street]

    def __init__(self, *args: Any, needs_number: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.needs_number = needs_number
        self.found: Street | None = None
        self.chosen = str(self["street"].value() or "")
        self.candidates = self._candidates()

    @classmethod
    def initial_of(cls, household: Household) -> dict[str, Any]:
        """Return a household's address as this form writes it."""
        street = household.street
        number = " ".join(filter(None, [str(household.number or ""), household.suffix]))
        first = " ".join(filter(None, [number, household.street_text]))
        return {
            "street_query": street.name if street else "",
            "street": street.code if street else (OTHER if household.street_text else ""),
            "number": number if street else "",
            "complement": household.complement,
            "street_text": "" if street else first,
            "postcode": "" if street else household.postcode,
            "city": "" if street else household.city,
        }

    def _candidates(self) -> list[Street]:
        found = find_streets(str(self["street_query"].value() or ""))
        if self.chosen and self.chosen != OTHER and self.chosen not in {s.code for s in found}:
            found = list(Street.objects.filter(code=self.chosen)) + found
        return found

    @property
    def searching(self) -> bool:
        """True when the person pressed "search" rather than "continue"."""
        return "search" in self.data

    def clean(self) -> dict[str, Any]:
        """Decide which street is meant, or ask."""
        data = super().clean() or {}
        if data.get("street") == OTHER:
            self._check_outside(data)
            return data
        code = data.get("street")
        street = Street.objects.filter(code=code).first() if code else None
        if street is None:
            street = the_street(data.get("street_query", ""))
        if street is None:
            self.add_error("street_query", self._doubt(data.get("street_query", "")))
            return data
        self.found, self.chosen = street, street.code
        try:
            data["parsed"] = read_number(data.get("number", ""))
        except ValueError:
            self.add_error("number", _("Écrivez un numéro, par exemple 12 ou 12 bis."))
            return data
        if self.needs_number and data["parsed"][0] is None:
            self.add_error("number", _("Indiquez le numéro dans la voie."))
        return data

    def _doubt(self, query: str) -> Any:
        if not query.strip():
            return _("Écrivez le nom de votre voie.")
        if self.candidates:
            return _("Choisissez votre voie dans la liste ci-dessous.")
        return _("Aucune voie ne ressemble à ce nom. Vérifiez, ou indiquez qu'elle n'y est pas.")

    def _check_outside(self, data: dict[str, Any]) -> None:
        for name in ("street_text", "postcode", "city"):
            if not data.get(name) and name not in self.errors:
                self.add_error(name, _("Complétez l'adresse."))

    def address(self) -> Address:
        """Return what was declared; call it on a valid form."""
        data = self.cleaned_data
        if data.get("street") == OTHER:
            return Address(
                street=None,
                street_text=data["street_text"],
                complement=data["complement"],
                postcode=data["postcode"],
                city=data["city"],
            )
        number, suffix = data["parsed"]
        return Address(
            street=self.found, number=number, suffix=suffix, complement=data["complement"]
        )


class MoveForm(AddressForm):
    """The same, and who moves when several live there."""

    who = forms.ChoiceField(
        label=_("Qui déménage ?"),
        choices=[
            ("all", _("Tout le foyer")),
            ("alone", _("Moi seulement : l'autre parent garde l'ancienne adresse")),
        ],
        widget=forms.RadioSelect,
        initial="all",
    )

    def __init__(self, *args: Any, shared: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not shared:
            del self.fields["who"]


class ChildForm(forms.Form):
    """A child's identity."""

    given_name = forms.CharField(label=_("Prénom de l'enfant"), max_length=100)
    family_name = forms.CharField(label=_("Nom de naissance"), max_length=100)
    used_name = forms.CharField(
        label=_("Nom d'usage"),
        help_text=_("S'il est différent du nom de naissance."),
        max_length=100,
        required=False,
    )
    birth_date = forms.DateField(label=_("Date de naissance"), widget=DateInput())

    def clean_birth_date(self) -> dt.date:
        """Refuse days to come at once, beside the field."""
        day: dt.date = self.cleaned_data["birth_date"]
        if day > clock.today():
            raise forms.ValidationError(_("La date de naissance est dans le futur."))
        return day


class NewChildForm(ChildForm):
    """A child's identity and what the parent is to them."""

    kind = forms.ChoiceField(
        label=_("Vous êtes"),
        choices=[
            (Guardianship.Kind.MOTHER, _("Sa mère")),
            (Guardianship.Kind.FATHER, _("Son père")),
            (Guardianship.Kind.GUARDIAN, _("Son tuteur ou sa tutrice")),
        ],
        widget=forms.RadioSelect,
    )


class OtherGuardianForm(forms.Form):
    """The other person responsible for one's children."""

    given_name = forms.CharField(label=_("Prénom"), max_length=100)
    family_name = forms.CharField(label=_("Nom de naissance"), max_length=100)
    kind = forms.ChoiceField(
        label=_("Lien avec l'enfant"),
        choices=[
            (Guardianship.Kind.MOTHER, _("Mère")),
            (Guardianship.Kind.FATHER, _("Père")),
            (Guardianship.Kind.GUARDIAN, _("Tuteur ou tutrice")),
        ],
        widget=forms.RadioSelect,
    )
    children = forms.MultipleChoiceField(
        label=_("De quels enfants ?"), widget=forms.CheckboxSelectMultiple
    )
    home = forms.ChoiceField(
        label=_("Cette personne habite"),
        choices=[("same", _("Avec moi")), ("other", _("À une autre adresse"))],
        widget=forms.RadioSelect,
        help_text=_("Si elle habite ailleurs, elle seule pourra donner et voir son adresse."),
    )
    email = forms.EmailField(
        label=_("Son adresse e-mail"),
        help_text=_("Pour l'inviter à ouvrir son propre accès. Vous pouvez le faire plus tard."),
        required=False,
    )

    def __init__(self, *args: Any, children: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["children"]
        field.choices = children  # type: ignore[attr-defined]
        field.initial = [key for key, _label in children]


class InviteForm(forms.Form):
    """Where to send an invitation."""

    email = forms.EmailField(label=_("Son adresse e-mail"))


class PickupForm(forms.Form):
    """Somebody else who may collect a child."""

    name = forms.CharField(label=_("Prénom et nom"), max_length=120)
    relation = forms.CharField(
        label=_("Lien avec l'enfant"),
        help_text=_("Par exemple : grand-mère, voisin."),
        max_length=60,
        required=False,
    )
    phone = forms.CharField(
        label=_("Téléphone"),
        max_length=20,
        validators=[_phone],
        widget=forms.TextInput(attrs={"type": "tel"}),
    )


class PayersForm(ConditionalForm):
    """Who pays for a child, from when."""

    conditional = ("percent",)

    mode = forms.ChoiceField(
        label=_("Comment payer ?"), choices=PayerRule.Mode.choices, widget=forms.RadioSelect
    )
    payer = forms.ChoiceField(
        label=_("Qui paie tout, ou les semaines impaires ?"), widget=forms.RadioSelect
    )
    percent = forms.IntegerField(
        label=_("Sa part, en pourcentage"),
        help_text=_("Seulement pour un partage. L'autre paie le reste."),
        min_value=1,
        max_value=99,
        required=False,
        initial=50,
    )
    valid_from = forms.DateField(label=_("À partir du"), widget=DateInput(), initial=clock.today)

    def __init__(self, *args: Any, payers: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["payer"].choices = payers  # type: ignore[attr-defined]
        if len(payers) < 2:
            self.fields["mode"].choices = PayerRule.Mode.choices[:1]  # type: ignore[attr-defined]
            self.fields["mode"].initial = PayerRule.Mode.SINGLE


class IncomeForm(forms.Form):
    """A household declares its family quotient."""

    quotient = forms.IntegerField(
        label=_("Quotient familial, en euros par mois"),
        help_text=_("Il figure sur l'attestation de la CAF, par exemple 742."),
        min_value=0,
        max_value=20_000,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    proof = forms.FileField(
        label=_("Attestation"),
        help_text=_("Photo ou PDF, 10 Mo au plus. Elle est effacée dès qu'elle a été vérifiée."),
        widget=forms.FileInput(attrs={"accept": "application/pdf,image/jpeg,image/png"}),
    )


class IncomeCheckForm(forms.Form):
    """An agent confirms a declaration as the proof shows it."""

    quotient = forms.IntegerField(
        label=_("Quotient lu sur l'attestation"),
        min_value=0,
        max_value=20_000,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    source = forms.ChoiceField(
        label=_("Origine"), choices=IncomeFile.Source.choices[:2], widget=forms.RadioSelect
    )
    valid_from = forms.DateField(label=_("Valable du"), widget=DateInput())
    valid_until = forms.DateField(label=_("Jusqu'au"), widget=DateInput(), required=False)


class IncomeRefuseForm(forms.Form):
    """Why a declaration is turned down."""

    reason = forms.CharField(label=_("Motif, tel que la famille le lira"), max_length=200)
