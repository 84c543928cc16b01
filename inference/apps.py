from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InferenceConfig(AppConfig):
    """Photos and jobs."""

    name = "inference"
    verbose_name = _("Painting")
