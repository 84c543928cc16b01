"""The checklist of operators: what a new site needs, and whether it is there."""

import logging
import shutil
from dataclasses import dataclass

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models import Count, Q
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.email_proof import is_confirmed
from accounts.mail import sends_mail
from accounts.models import User
from common.storage import StorageFull, save_as
from inference.models import Job, SourceFetch
from inference.queue.workers import workers_serving
from library.fetching import missing_pictures
from library.models import Style
from styleweb.models import SitePage

logger = logging.getLogger(__name__)
# The address that an administrator has until a real one is entered (accounts/services.py).
NO_ADDRESS = "@localhost"
# Written and removed again by each look at the checklist. It needs no folder of its own.
TRIAL_FILE = "storage-trial"


@dataclass(frozen=True)
class Step:
    """One line of the checklist. `posts` says that `address` is a deed, and not a page.

    `done` is None if only the browser of the operator can tell.
    """

    key: str
    title: str
    done: bool | None
    words: str
    address: str = ""
    label: str = ""
    posts: bool = False


def first_steps(user: User) -> list[Step]:
    """Return the checklist as `user`, a superuser, sees it now."""
    return [
        _administrator(user),
        _storage(),
        _worker(),
        _test_picture(),
        _sockets(),
        _mail(user),
        _contact(),
        _masterworks(),
    ]


def _administrator(user: User) -> Step:
    named = not user.email.endswith(NO_ADDRESS)
    words = (
        _("You are an administrator, and your address is %(address)s.")
        if named
        else _("Enter your email address, and replace the password that the first start showed.")
    )
    return Step(
        *("administrator", _("Administrator"), named, words % {"address": user.email}),
        *(reverse("account_email"), _("Change email")),
    )


def _storage() -> Step:
    try:
        free = filesizeformat(shutil.disk_usage(settings.DATA_DIR).free)
        try:
            save_as(TRIAL_FILE, ContentFile(b"works"))
        finally:
            default_storage.delete(TRIAL_FILE)
    except (OSError, StorageFull):
        logger.exception("The storage of pictures cannot be written")
        words = _("Pictures cannot be stored. Check the rights and the space of the data folder.")
        return Step("storage", _("Storage"), done=False, words=words)
    words = _("Pictures can be stored. %(free)s are free.") % {"free": free}
    return Step("storage", _("Storage"), done=True, words=words)


def _worker() -> Step:
    serving = workers_serving()
    words = ngettext("%d worker is ready to paint.", "%d workers are ready to paint.", serving)
    missing = _("No worker is ready. Start one, or resume one that is paused.")
    return Step(
        *("worker", _("Worker"), serving > 0, words % serving if serving else missing),
        *(reverse("operators-queue"), _("Queue and workers")),
    )


def _test_picture() -> Step:
    painted = Job.objects.filter(state=Job.State.SUCCEEDED).exists()
    words = (
        _("This site has painted pictures.")
        if painted
        else _("Nothing was painted yet. A test picture shows that photo, queue and worker work.")
    )
    return Step(
        *("picture", _("Test picture"), painted, words),
        *(reverse("operators-test-picture"), _("Paint a test picture")),
        posts=True,
    )


def _sockets() -> Step:
    words = _("Your browser checks this now. It needs JavaScript.")
    return Step("sockets", _("Live progress"), done=None, words=words)


def _mail(user: User) -> Step:
    title = _("Email")
    if not sends_mail():
        words = _(
            "This site has no mail server, so users cannot get a new password by email. Set "
            "EMAIL_URL and start the site again."
        )
        return Step("mail", title, done=False, words=words)
    confirmed = is_confirmed(user)
    words = (
        _("A mail from this site reached you.")
        if confirmed
        else _("Send a test mail to %(address)s, then open the link in it.")
    )
    return Step(
        *("mail", title, confirmed, words % {"address": user.email}),
        *(reverse("email-proof-request"), _("Send me a test mail")),
        posts=True,
    )


def _contact() -> Step:
    page = SitePage.objects.filter(slug=SitePage.Slug.CONTACT).first()
    written = page is not None and page.is_own
    words = (
        _("The page Contact has your own text.")
        if written
        else _("Visitors cannot reach you yet. Write on the page Contact how they can.")
    )
    address = reverse("admin:styleweb_sitepage_change", args=[SitePage.Slug.CONTACT])
    return Step("contact", _("Contact"), written, words, address, _("Edit the page Contact"))


def _masterworks() -> Step:
    missing = len(missing_pictures().fetchable)
    runs = SourceFetch.objects.active().exists()
    words = _("All pictures that the museums offer are here.")
    if missing:
        words = ngettext(
            "%d masterwork is shown without its picture, which a museum offers.",
            "%d masterworks are shown without their pictures, which museums offer.",
            missing,
        )
        words %= missing
    if runs:
        words = _("Pictures are being fetched")
    title, page = _("Pictures of masterworks"), reverse("operators-pictures")
    if runs or not missing:
        return Step("masterworks", title, not missing, words, page, title)
    return Step(
        *("masterworks", title, False, words),
        *(reverse("operators-pictures-fetch"), _("Fetch the pictures")),
        posts=True,
    )


@dataclass(frozen=True)
class Waiting:
    """Something that waits for a decision of the user: how many, and the page for it."""

    count: int
    words: str
    address: str


def waiting_for(user: User) -> list[Waiting]:
    """Return what waits for `user`, by the permissions that the user has."""
    found = []
    if user.has_perm("library.change_style"):
        found += _waiting_styles()
    if user.has_perm("inference.operate_queue"):
        found += _waiting_jobs()
    return [each for each in found if each.count]


def _waiting_styles() -> list[Waiting]:
    page = reverse("admin:library_style_changelist")
    counts = Style.objects.aggregate(
        offered=Count("pk", Q(state=Style.State.IN_REVIEW, owner__isnull=False)),
        in_review=Count("pk", Q(state=Style.State.IN_REVIEW, owner__isnull=True)),
        drafts=Count("pk", Q(state=Style.State.DRAFT)),
    )
    offered, in_review, drafts = counts["offered"], counts["in_review"], counts["drafts"]
    return [
        Waiting(
            offered,
            ngettext("style offered by a user", "styles offered by users", offered),
            f"{page}?state__exact=in_review&owner__isnull=0",
        ),
        Waiting(
            in_review,
            ngettext("style in review", "styles in review", in_review),
            f"{page}?state__exact=in_review&owner__isnull=1",
        ),
        Waiting(drafts, ngettext("draft", "drafts", drafts), f"{page}?state__exact=draft"),
    ]


def _waiting_jobs() -> list[Waiting]:
    active = Job.objects.waiting().count()
    return [
        Waiting(
            active,
            ngettext("picture waits for a worker", "pictures wait for a worker", active),
            reverse("operators-queue"),
        )
    ]
