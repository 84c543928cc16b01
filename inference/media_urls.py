"""Addresses of the files of inference; each view decides who may have them."""

from django.urls.resolvers import URLPattern

urlpatterns: list[URLPattern] = []
