"""The project's own app: system-wide commands such as `serve`."""

from django.apps import AppConfig


class StylewebConfig(AppConfig):
    """Make the project's management commands known."""

    name = "styleweb"
    verbose_name = "Styleweb"
