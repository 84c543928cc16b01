"""Addresses of the account pages that are ours; allauth brings the others."""

from django.urls.resolvers import URLPattern

urlpatterns: list[URLPattern] = []
