from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InferenceConfig(AppConfig):
    """Photos and jobs."""

    name = "inference"
    verbose_name = _("Painting")

    def ready(self) -> None:
        """Register the methods of the engine with the library, and listen for sign-ins."""
        from inference.services import guests
        from inference.services.own_networks import has_own_network
        from library.methods import register_method
        from style_transfer.core.catalog import METHOD_INFOS

        guests.listen()
        for slug, info in METHOD_INFOS.items():
            if info.needs_own_network:
                register_method(slug, has_own_network)
            elif info.needs_pictures:
                register_method(slug, lambda style: style.has_picture)
            else:
                register_method(slug, lambda _style: True)
