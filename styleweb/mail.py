"""Warns the operator if mails, such as those for new passwords, only reach the log."""

from django.conf import settings
from django.core import checks

from accounts.mail import sends_mail
from styleweb.environment import LOCAL_HOSTS


def mail_warnings(**_: object) -> list[checks.Warning]:
    """Return a warning if people elsewhere use the site and it has no mail server."""
    is_local = set(settings.ALLOWED_HOSTS) <= set(LOCAL_HOSTS)
    if is_local or sends_mail():
        return []
    sentence = "Mails are written to the log, with the links for new passwords. Nobody gets them."
    return [checks.Warning(sentence, hint="Set EMAIL_URL to a mail server.", id="styleweb.W001")]
