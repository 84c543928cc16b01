"""Every address of the site: pages, media, API, admin. styleweb/health.py has its own two."""

from django.contrib import admin
from django.urls import include, path

from accounts.views import choose_language
from styleweb.site_pages import site_page

handler400 = "styleweb.errors.bad_request"
handler500 = "styleweb.errors.server_error"

urlpatterns = [
    path("", include("gallery.urls")),
    path("", include("inference.pages.urls")),
    path("", include("library.urls")),
    path("account/", include("accounts.urls")),
    path("api/v1/", include("styleweb.api")),
    path("i18n/setlang/", choose_language, name="set_language"),
    path("site/<slug:slug>/", site_page, name="site-page"),
    path("admin/", admin.site.urls),
]
