"""Addresses of repairs, parts, warranty claims, recurring faults."""

from django.urls import URLPattern

app_name = "workshop"
urlpatterns: list[URLPattern] = []
