"""The mails of accounts, and whether mails of this site reach anybody."""

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.utils.translation import gettext as _


class MailNotSent(Exception):
    """The mail server is away or refuses the address."""

    code = "mail_not_sent"
    status = 503

    def __init__(self) -> None:
        super().__init__(_("The email could not be sent. Try again later."))


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


def send_letter(template: str, address: str, words: dict[str, object]) -> None:
    """Send a mail. Its template has the subject in the first line. Raises MailNotSent."""
    text = render_to_string(f"accounts/mail/{template}.txt", words)
    subject, _line, body = text.partition("\n")
    try:
        send_mail(subject.strip(), body.strip() + "\n", settings.DEFAULT_FROM_EMAIL, [address])
    except OSError as error:  # SMTPException is one, too
        raise MailNotSent from error
