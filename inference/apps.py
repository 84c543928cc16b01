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

        for info in METHOD_INFOS.values():
            register_method(info.slug, needs_picture=info.needs_pictures)
