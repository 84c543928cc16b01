from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """Users and their API tokens."""

    name = "accounts"
    verbose_name = _("Accounts")

    def ready(self) -> None:
        """Listen for sign-ins, and for sign-outs and closed accounts, which close sockets."""
        from accounts import session_news, sessions

        session_news.listen()
        sessions.listen()
