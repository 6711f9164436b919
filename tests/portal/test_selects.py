"""Choices are written as Django writes them, in a fraction of the time."""

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.test.html import parse_html

CHOICES = [
    ("", "—"),
    (1234, "« L'île » & <Cie>"),
    ("Écoles", [("b\"'<", "Deux"), ("c", "Trois")]),
]


@pytest.mark.parametrize("kind", [forms.Select, forms.SelectMultiple, forms.NullBooleanSelect])
@pytest.mark.parametrize("value", [None, "", 1234, "c", "b\"'<"])
def test_a_select_says_what_django_s_own_says(kind, value):
    widget = kind({"class": "wide", "required": True})
    if kind is not forms.NullBooleanSelect:
        widget.choices = CHOICES
    ours = widget.render("where", value, {"id": "id_where"})
    assert parse_html(ours) == parse_html(
        widget.render("where", value, {"id": "id_where"}, DjangoTemplates())
    )
