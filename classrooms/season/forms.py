"""Forms of September's pages."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from classrooms.forms import usual_return
from classrooms.season import queries
from core import clock
from enrolment.schools.models import SchoolYear

_DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class StartForm(forms.Form):
    """Which year begins, and until when everything is to be counted."""

    school_year = forms.ModelChoiceField(
        label=_("Année scolaire"), queryset=SchoolYear.objects.none(), empty_label=None
    )
    count_until = forms.DateField(
        label=_("Tout contrôler avant le"),
        widget=_DATE,
        required=False,
        help_text=_("Ouvre une campagne de contrôle pour ces écoles ; laissez vide pour l’éviter."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        present = queries.today_year()
        fields: dict[str, Any] = self.fields
        fields["school_year"].queryset = SchoolYear.objects.filter(
            start_year__in=(present, present + 1)
        ).order_by("start_year")
        fields["count_until"].initial = clock.today() + dt.timedelta(days=21)


class DueForm(forms.Form):
    """Until when classes keep their carts."""

    due_on = forms.DateField(label=_("À rendre le"), widget=_DATE)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["due_on"].initial = usual_return(clock.today())
