"""The Django app of the project. It has system-wide commands such as `serve`."""

from django.apps import AppConfig


class StylewebConfig(AppConfig):
    """Registers the management commands of the project."""

    name = "styleweb"
    verbose_name = "Styleweb"
