"""Addresses of counting what is really there: labels, scans, audits of carts, campaigns."""

from django.urls import URLPattern

app_name = "audits"
urlpatterns: list[URLPattern] = []
