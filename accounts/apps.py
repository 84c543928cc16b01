from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """Users and their API tokens."""

    name = "accounts"
    verbose_name = _("Accounts")

    def ready(self) -> None:
        """Listen for sign-outs and closed accounts, to close the sockets of these users."""
        from accounts.session_news import listen

        listen()
