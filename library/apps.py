from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LibraryConfig(AppConfig):
    """The style library."""

    name = "library"
    verbose_name = _("Library")
