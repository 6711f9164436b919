"""Addresses of reconditioning, wiping, donations, recycling."""

from django.urls import URLPattern

app_name = "secondlife"
urlpatterns: list[URLPattern] = []
