"""What a mail with notices says, in text and in HTML, in the language of its reader."""

from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import ngettext, override

from accounts.email_proof import is_confirmed
from accounts.models import User
from common.site import absolute
from gallery.mailing.choices import with_modes
from gallery.mailing.due import stop_waiting
from gallery.mailing.stop_links import stop_link
from gallery.models import Notice, NoticeMail
from gallery.models.notice_mails import MailMode
from gallery.notices import is_gone, sentence_of

# A mail lists this many notices, and a link leads to the others.
LISTED: Final = 20
# Each of these is looked at, because what it tells may be gone. Of more, only the number is told.
LOOKED_AT: Final = 60
LONGEST_SUBJECT: Final = 120


def compose(mail: NoticeMail) -> EmailMultiAlternatives | None:
    """Return the message of a mail; None if there is nothing left to say, or nobody to say it to.

    Since the mail was made, its reader may have read the notices, or have stopped the mails.
    """
    owner = User.objects.filter(pk=mail.owner_id, is_active=True).first()
    if owner is None or not is_confirmed(owner):
        return None
    stop_waiting(mail)
    mine = with_modes(Notice.objects.unread().filter(mail=mail)).exclude(mode=MailMode.OFF)
    notices = mine.select_related("owner").order_by("-created_at", "pk")
    told = [each for each in notices[:LOOKED_AT] if not is_gone(each)]
    if not told:
        return None
    count = len(told) + max(0, notices.count() - LOOKED_AT)
    with override(owner.mail_language):
        return _message(mail, owner, told, count)


def _message(
    mail: NoticeMail, owner: User, told: list[Notice], count: int
) -> EmailMultiAlternatives:
    stop = stop_link(owner)
    words = {
        "owner": owner,
        "language": owner.mail_language,
        "rows": [(sentence_of(each), _page_of(each)) for each in told[:LISTED]],
        "more": max(0, count - LISTED),
        "notices": absolute(reverse("notices")),
        "settings": absolute(reverse("notice-mail")),
        "stop": stop,
    }
    message = EmailMultiAlternatives(
        _subject(told, count),
        render_to_string("gallery/mail/notices.txt", words),
        settings.DEFAULT_FROM_EMAIL,
        [owner.email],
        headers={
            "Message-ID": f"<{mail.pk}@{_host()}>",
            "Auto-Submitted": "auto-generated",
            # One click in the mail program, without a page (RFC 8058).
            "List-Unsubscribe": f"<{stop}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )
    message.attach_alternative(render_to_string("gallery/mail/notices.html", words), "text/html")
    return message


def _host() -> str:
    """Return the site's host as an address has it: IPv6 in brackets (RFC 5322, domain literals)."""
    host = urlsplit(settings.SITE_ADDRESS).hostname or "localhost"
    return f"[IPv6:{host}]" if ":" in host else host


def _page_of(notice: Notice) -> str:
    return absolute(reverse("notice-open", args=[notice.pk]))


def _subject(told: list[Notice], count: int) -> str:
    if count > 1:
        said = ngettext("%(count)d new notice", "%(count)d new notices", count) % {"count": count}
    else:
        # A title may have line breaks, which would end the header.
        said = " ".join(sentence_of(told[0]).split())
    return f"Styleweb: {Truncator(said).chars(LONGEST_SUBJECT)}"
