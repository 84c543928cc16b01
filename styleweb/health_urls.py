"""Addresses that machines ask: is the process up, can it serve."""

from django.urls.resolvers import URLPattern

urlpatterns: list[URLPattern] = []
