"""The Django app of the project. It has system-wide commands such as `serve`."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.core.checks import register


class StylewebConfig(AppConfig):
    """Registers the management commands of the project."""

    name = "styleweb"
    verbose_name = "Styleweb"

    def ready(self) -> None:
        """Register the checks of the environment for `check --deploy`."""
        from styleweb.mail import mail_warnings
        from styleweb.variables import unknown_variables

        register(mail_warnings, deploy=True)
        register(unknown_variables, deploy=True)


class StylewebAdminConfig(AdminConfig):
    """The admin pages of Django, with the sign-in of this site."""

    default_site = "styleweb.admin_site.StylewebAdminSite"

    def ready(self) -> None:
        """Leave out what has another place.

        The address of a user is on the page of the user. Sessions are for the user alone.
        """
        super().ready()
        from allauth.account.models import EmailAddress
        from allauth.usersessions.models import UserSession
        from django.contrib.admin import site

        site.unregister([EmailAddress, UserSession])
