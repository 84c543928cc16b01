"""Whether mails of this site reach anybody."""

from django.conf import settings
from django.utils.translation import gettext as _


def sends_mail() -> bool:
    """Return whether the site has a mail server. Without one, mails are written to the log."""
    return not settings.EMAIL_BACKEND.endswith("console.EmailBackend")


def no_mail_notice() -> str:
    """Return what users must know if mails only reach the log; "" if they are sent."""
    if sends_mail():
        return ""
    return _(
        "This site cannot send email. Ask its administrator for the link: it is in the log of the "
        "server."
    )
