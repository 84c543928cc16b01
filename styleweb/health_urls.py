"""Addresses that machines ask: is the process up, can it serve."""

from django.urls import path

from styleweb import health

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]
