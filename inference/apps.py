from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InferenceConfig(AppConfig):
    """Photos and jobs."""

    name = "inference"
    verbose_name = _("Painting")

    def ready(self) -> None:
        """Tell the library which ways of painting there are."""
        from inference.engine.spec import METHOD_INFOS
        from library.methods import register_method

        for slug in METHOD_INFOS:
            register_method(slug, needs_picture=slug not in PAINT_FROM_CODES)


# The rest look at the artwork itself.
PAINT_FROM_CODES = ("fast",)
