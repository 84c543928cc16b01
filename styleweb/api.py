"""The API's router: every resource of /api/v1/ in one list."""

from django.urls.resolvers import URLPattern

urlpatterns: list[URLPattern] = []
