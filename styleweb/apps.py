"""The Django app of the project. It has system-wide commands such as `serve`."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class StylewebConfig(AppConfig):
    """Registers the management commands of the project."""

    name = "styleweb"
    verbose_name = "Styleweb"


class StylewebAdminConfig(AdminConfig):
    """The admin pages of Django, with the sign-in of this site."""

    default_site = "styleweb.admin_site.StylewebAdminSite"
