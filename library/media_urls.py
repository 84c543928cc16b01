"""Addresses of the files of library; each view decides who may have them."""

from django.urls.resolvers import URLPattern

urlpatterns: list[URLPattern] = []
