"""Addresses of the account pages of this project. They come before those of allauth."""

from django.urls import path
from django.urls.resolvers import URLPattern

from accounts import views

urlpatterns: list[URLPattern] = [
    path("", views.profile, name="profile"),
    path("signup/", views.SignUpView.as_view(), name="account_signup"),
    path("tokens/", views.tokens, name="tokens"),
    path("tokens/<uuid:pk>/revoke/", views.token_revoke, name="token-revoke"),
]
