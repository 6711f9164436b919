"""Addresses of the canteen app."""

from django.urls import URLPattern

app_name = "canteen"
urlpatterns: list[URLPattern] = []
