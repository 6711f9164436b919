"""Who pays, and at which quotient."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core import clock
from families.actions.payers import Ground
from families.forms.base import ConditionalForm, DateInput
from families.models import PayerRule, PayerShare
from families.rules import Share


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
        help_text=_("Seulement pour un partage. L’autre paie le reste."),
        min_value=1,
        max_value=99,
        required=False,
        initial=50,
    )
    valid_from = forms.DateField(label=_("À partir du"), widget=DateInput(), initial=clock.today)

    def __init__(self, *args: Any, payers: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["payer"].choices = payers  # type: ignore[attr-defined]
        if len(payers) > 2:
            # Two parents and an institution, or a relative: each one's part is written.
            self.fields["other"] = forms.ChoiceField(
                label=_("Qui paie les semaines paires ?"),
                choices=payers,
                widget=forms.RadioSelect,
                required=False,
            )
            del self.fields["percent"]
            for key, name in payers:
                self.fields[f"part_{key}"] = forms.IntegerField(
                    label=_("Part de %(name)s, en pourcentage") % {"name": name},
                    help_text=_("Pour un partage. Vide : cette personne ne paie pas."),
                    min_value=0,
                    max_value=99,
                    required=False,
                )
            self.order_fields(["mode", "payer", "other", *(f"part_{key}" for key, _n in payers)])
        if len(payers) < 2:
            self.fields["mode"].choices = PayerRule.Mode.choices[:1]  # type: ignore[attr-defined]
            self.fields["mode"].initial = PayerRule.Mode.SINGLE

    def shares(self) -> list[Share]:
        """Return what the answers say; of two payers the other takes what is left."""
        data = self.cleaned_data
        payers = [int(key) for key, _name in self.fields["payer"].choices]  # type: ignore[attr-defined]
        first = int(data["payer"])
        others = [key for key in payers if key != first]
        if data["mode"] == PayerRule.Mode.SINGLE or not others:
            return [Share(first, 100)]
        if data["mode"] == PayerRule.Mode.ALTERNATING:
            second = int(data.get("other") or others[0])
            return [Share(first, 100, "odd"), Share(second, 100, "even")]
        if "percent" not in self.fields:
            parts = {key: data.get(f"part_{key}") or 0 for key in payers}
            return [Share(key, part) for key, part in parts.items() if part]
        part = data["percent"] or 0
        return [Share(first, part), Share(others[0], 100 - part)]

    @staticmethod
    def answers(rule: PayerRule | None, default: int | None) -> dict[str, object]:
        """Return the answers that say what is agreed today: changing begins from there."""
        shares = list(rule.shares.all()) if rule else []
        if rule is None or not shares:
            return {"payer": str(default)} if default else {}
        # The form asks for the odd weeks first; else whose part comes first.
        shares.sort(key=lambda share: (share.weeks == PayerShare.Weeks.EVEN, share.pk))
        known: dict[str, object] = {"mode": rule.mode, "payer": str(shares[0].guardian_id)}
        if rule.mode == PayerRule.Mode.PERCENTAGE:
            known["percent"] = shares[0].percent
            known |= {f"part_{share.guardian_id}": share.percent for share in shares}
        if len(shares) > 1:
            known["other"] = str(shares[1].guardian_id)
        return known


class RecordPayersForm(PayersForm):
    """Who pays for a child, as a document in an agent's hand says."""

    ground = forms.ChoiceField(
        label=_("Ce que vous avez sous les yeux"),
        choices=Ground.choices,
        widget=forms.RadioSelect,
    )
