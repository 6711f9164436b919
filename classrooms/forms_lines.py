"""Forms of the Internet lines."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from classrooms.models import InternetLine
from classrooms.queries.lines import LineFilter, operators
from core import clock
from core.accounts.models import User
from enrolment.schools.models import School
from payments.forms import EurosField

_COUNT = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})


def _day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class LineFilterForm(forms.Form):
    """What to keep of the lines; lives in the address."""

    q = forms.CharField(label=_("École ou référence"), required=False, max_length=60)
    operator = forms.ChoiceField(label=_("Opérateur"), required=False)
    technology = forms.ChoiceField(
        label=_("Technologie"),
        required=False,
        choices=[("", _("Toutes")), *InternetLine.Technology.choices],
    )
    show = forms.ChoiceField(
        label=_("Montrer"),
        required=False,
        choices=[
            ("", _("En service")),
            ("slow", _("Sous le très haut débit")),
            ("end", _("Contrats finis ou finissant sous 6 mois")),
            ("closed", _("Résiliées")),
        ],
    )
    sort = forms.ChoiceField(
        label=_("Trier par"),
        required=False,
        choices=[
            ("", _("École")),
            ("end", _("Fin du contrat")),
            ("speed", _("Débit, du plus lent")),
            ("cost", _("Coût, du plus cher")),
        ],
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["operator"].choices = [
            ("", _("Tous")),
            *((name, name) for name in operators(user)),
        ]

    def wanted(self) -> LineFilter:
        """Return what was asked for; a choice that does not exist asks for nothing."""
        self.is_valid()
        given = self.cleaned_data
        return LineFilter(
            text=given.get("q", ""),
            operator=given.get("operator", ""),
            technology=given.get("technology", ""),
            show=given.get("show", ""),
            order=given.get("sort", ""),
        )


class LineForm(forms.ModelForm):  # type: ignore[type-arg]
    """What a line is; ``since`` is from when, for one that is there already."""

    monthly_cents = EurosField(label=_("Coût par mois, en euros"))
    since = forms.DateField(
        label=_("Changé depuis le"),
        widget=_day(),
        help_text=_("Ce que la ligne était avant reste dans son histoire."),
    )

    class Meta:
        model = InternetLine
        fields = (
            *("school", "reference", "operator", "technology", "down_mbps", "up_mbps"),
            *("monthly_cents", "starts_on", "contract_end", "notice_months"),
        )
        widgets = {
            "starts_on": _day(),
            "contract_end": _day(),
            "down_mbps": _COUNT,
            "up_mbps": _COUNT,
            "notice_months": _COUNT,
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        if self.instance.pk:
            del fields["school"]
            fields["since"].initial = clock.today()
        else:
            del fields["since"]
            fields["school"].label = _("École")
            fields["school"].queryset = School.objects.filter(is_open=True).order_by("name")
        fields["reference"].error_messages["unique"] = _("Une autre ligne porte cette référence.")
        for name, least, most in (
            ("down_mbps", 1, 100_000),
            ("up_mbps", 1, 100_000),
            ("notice_months", 0, 36),
        ):
            fields[name].validators += [MinValueValidator(least), MaxValueValidator(most)]

    def clean(self) -> dict[str, Any]:
        """Refuse a contract that ends before it begins."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        begins, ends = given.get("starts_on"), given.get("contract_end")
        if begins and ends and ends < begins:
            self.add_error("contract_end", _("Le contrat finit après sa mise en service."))
        return given

    def facts(self) -> dict[str, Any]:
        """Return the line's facts as the actions take them."""
        return {n: v for n, v in self.cleaned_data.items() if n not in ("since", "school")}


class CloseLineForm(forms.Form):
    """When a line stopped serving."""

    closed_on = forms.DateField(label=_("Résiliée le"), widget=_day(), initial=clock.today)
