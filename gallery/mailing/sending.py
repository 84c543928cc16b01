"""Send the mails that are due, one after the other.

A mail is sent while this process holds its lease, and ends as sent when the mail server has taken
it. A process that is killed before that loses the lease, and the mail is sent by another one, with
the same Message-ID: if the server had taken it just before, mail programs show one mail.
"""

import logging
import time
from smtplib import SMTPDataError, SMTPNotSupportedError, SMTPRecipientsRefused
from typing import Any, Final

from django.core.mail import EmailMessage, get_connection

from accounts.mail import sends_mail
from gallery.mailing.content import compose
from gallery.mailing.due import forget_old, write_mails
from gallery.mailing.queue import claim, end, hold_up, refuse, take_back_lost
from gallery.models import NoticeMail

State = NoticeMail.State
# A round ends soon after this time, because the same worker also paints.
ROUND_SECONDS: Final = 20.0
# With this answer a mail server says that it closes the connection, whatever was asked.
CLOSING: Final = 421

logger = logging.getLogger(__name__)


def mail_notices() -> int:
    """Make the mails that are due, and send those that wait. Return how many were sent."""
    forget_old()
    if not sends_mail():
        return 0
    write_mails()
    take_back_lost()
    return send_mails()


def send_mails() -> int:
    """Send the mails that wait, for a limited time, and return how many were sent."""
    last = time.monotonic() + ROUND_SECONDS
    connection = get_connection()
    sent = 0
    try:
        while time.monotonic() < last and (mail := claim()):
            try:
                sent += _is_sent(mail, connection)
            except OSError as error:
                _log_delay(mail, error)
                break
    finally:
        _close(connection)
    return sent


def _is_sent(mail: NoticeMail, connection: Any) -> bool:
    """Send a mail, or let it wait. Raises OSError if the mail server is away."""
    try:
        message = compose(mail)
        if message is None:
            end(mail, State.DROPPED)
            return False
        _hand_over(message, connection)
    except OSError as error:
        if not _is_about_one_mail(error):
            raise
        _log_refusal(mail, f"{type(error).__name__} {_code_of(error)}")
        return False
    except Exception:  # whatever is wrong with one mail, the others must go
        logger.exception("The mail %s could not be written", mail.pk)
        _log_refusal(mail, "it could not be written")
        return False
    return end(mail, State.SENT)


def _hand_over(message: EmailMessage, connection: Any) -> None:
    """Give a message to the mail server, over the connection of this round."""
    connection.open()
    connection.send_messages([message])


def _is_about_one_mail(error: OSError) -> bool:
    """Tell whether the mail server works, and only refuses this mail or its address."""
    kinds = (SMTPRecipientsRefused, SMTPDataError, SMTPNotSupportedError)
    return isinstance(error, kinds) and _code_of(error) != CLOSING


def _code_of(error: OSError) -> int:
    """Return the code of the answer of the mail server; 0 without one. Its text has addresses."""
    if isinstance(error, SMTPRecipientsRefused):
        return int(next(iter(error.recipients.values()))[0])
    return int(getattr(error, "smtp_code", 0))


def _log_refusal(mail: NoticeMail, reason: str) -> None:
    if refuse(mail):
        logger.warning("The mail %s was not taken (%s). It is sent again later", mail.pk, reason)
    else:
        logger.error("The mail %s was not taken (%s). It is given up", mail.pk, reason)


def _log_delay(mail: NoticeMail, error: OSError) -> None:
    delay = hold_up(mail)
    waiting = NoticeMail.objects.waiting().count()
    logger.warning(
        "The mail server does not work (%s %s). %d mails wait for %d minutes",
        *(type(error).__name__, _code_of(error) or error.errno or ""),
        *(waiting, delay.total_seconds() // 60),
    )


def _close(connection: Any) -> None:
    try:
        connection.close()
    except OSError:
        logger.info("The connection to the mail server was already closed")
