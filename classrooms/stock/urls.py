"""Addresses of accessories, consumables by depot, SIM cards, contracts of lines."""

from django.urls import URLPattern

app_name = "stock"
urlpatterns: list[URLPattern] = []
