"""The API's router: every resource of /api/v1/ in one list."""

from django.urls import include, path, re_path
from django.urls.resolvers import URLPattern, URLResolver
from rest_framework.routers import SimpleRouter

from accounts.api import views as accounts
from common.problems import no_such_address

router = SimpleRouter(use_regex_path=False)
router.register("tokens", accounts.TokenViewSet, basename="api-token")

urlpatterns: list[URLPattern | URLResolver] = [
    path("auth/login/", accounts.LoginView.as_view(), name="api-login"),
    path("auth/logout/", accounts.LogoutView.as_view(), name="api-logout"),
    path("me/", accounts.MeView.as_view(), name="api-me"),
    path("", include(router.urls)),
    # Last: what is no address of the API answers as the API does.
    re_path(r"", no_such_address),
]
