"""Addresses of the account pages.

The pages of allauth are listed one by one. Those for several email addresses are left out: they
change an address without a password, and without a notice to the old one.
"""

from allauth.account import views as allauth
from django.urls import path, re_path
from django.urls.resolvers import URLPattern

from accounts import session_views, views

urlpatterns: list[URLPattern] = [
    path("", views.profile, name="profile"),
    path("signup/", views.SignUpView.as_view(), name="account_signup"),
    path("login/", views.sign_in, name="account_login"),
    path("logout/", allauth.logout, name="account_logout"),
    path("inactive/", allauth.account_inactive, name="account_inactive"),
    path("email/", views.email, name="account_email"),
    path("email/confirm/<str:token>/", views.email_confirm, name="email-confirm"),
    path("email/proof/", views.email_proof_request, name="email-proof-request"),
    path("email/proof/<str:token>/", views.email_proof, name="email-proof"),
    path("password/change/", views.change_password, name="account_change_password"),
    path("password/set/", allauth.password_set, name="account_set_password"),
    path("password/reset/", views.request_reset, name="account_reset_password"),
    path("password/reset/done/", views.reset_requested, name="account_reset_password_done"),
    path(
        "password/reset/key/done/",
        allauth.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        views.reset_password,
        name="account_reset_password_from_key",
    ),
    path("sessions/", session_views.sessions, name="sessions"),
    path("sessions/end-others/", session_views.sessions_end_others, name="sessions-end-others"),
    path("sessions/<int:pk>/end/", session_views.session_end, name="session-end"),
    path("tokens/", views.tokens, name="tokens"),
    path("tokens/<uuid:pk>/revoke/", views.token_revoke, name="token-revoke"),
]
