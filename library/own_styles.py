"""All writes that users make to their own styles: add, change, offer to the library, delete."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet, Sum
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from accounts.models import User
from common.locks import lock_until_commit, retry_deadlocks
from common.sandbox.slots import slot
from common.storage import files_of_a_row, remove_files_after_commit
from common.text import visible_text
from common.upload_limit import counted_upload
from common.uploads import AcceptedPicture, Readable
from library.licenses import OWN_WORK, UNKNOWN_RIGHTS, USABLE_IN_LIBRARY, LicenseId
from library.models import Artist, Evidence, Style
from library.plain_words import license_name
from library.services import StylePicture, save_style, write_style
from library.style_pictures import accept_seen_style, see_style_picture

# What a user may answer to the question where a picture comes from.
RIGHTS: Final = (
    *(OWN_WORK, LicenseId.PDM.value, LicenseId.CC0.value, LicenseId.BY.value),
    *(LicenseId.BY_SA.value, LicenseId.BY_NC.value, LicenseId.BY_NC_SA.value),
    *(LicenseId.BY_ND.value, LicenseId.BY_NC_ND.value, UNKNOWN_RIGHTS),
)
State = Style.State


class StyleRefused(Exception):
    """A change of an own style that is refused, with a stable code and a sentence."""

    code = "style_refused"
    status: ClassVar[int] = 409


class StyleQuotaExceeded(StyleRefused):
    """The user has as many styles as they may have, or as many bytes of them."""

    code = "style_quota_exceeded"
    status = 413


class StyleInUse(StyleRefused):
    """Pictures are still being made in the style."""

    code = "style_in_use"


class StyleInLibrary(StyleRefused):
    """The style is in the library, so its owner alone cannot change it any more."""

    code = "style_in_library"


class StyleInReview(StyleRefused):
    """Curators look at the style, so it stays as it is until the offer ends."""

    code = "style_in_review"


class RightsNotGiven(StyleRefused):
    """The library cannot take a style with these rights."""

    code = "rights_not_given"
    status = 422


@dataclass(frozen=True)
class Answers:
    """What a user says about a picture of their own. None and "" are no answer."""

    title: str | None = None
    artist: str | None = None
    rights: str | None = None
    source_url: str | None = None


NOTHING_SAID: Final = Answers()


def add_style(
    *, owner: User, file: Readable, answers: Answers = NOTHING_SAID
) -> tuple[Style, bool]:
    """Store the picture in `file` as a private style of `owner`; return it and whether it is new.

    The same file sent twice is one style, which keeps its first answers. Without an answer the
    rights are unknown, so results are for personal use only. Raises `TooManyUploads`,
    `UploadRefused`, `ServerBusy`, `StyleQuotaExceeded` or `StorageFull`; then nothing is left.
    """
    with counted_upload(str(owner.pk)):
        seen = see_style_picture(file, max_bytes=settings.MAX_UPLOAD_BYTES)
        if (known := _known(owner, seen.sha256)) is not None:
            return known, False
        # Before the costly part, because the room is checked again before the style is stored.
        _check_room(owner)
        with slot("pictures", who=str(owner.pk)):
            accepted = accept_seen_style(seen)
    return _store(owner, accepted, answers)


def _store(owner: User, accepted: AcceptedPicture, answers: Answers) -> tuple[Style, bool]:
    picture = StylePicture(accepted)
    with files_of_a_row() as row_files:
        lock_until_commit(f"styles of {owner.pk}")
        # The same file may have arrived twice at once, and the other request was first.
        if (known := _known(owner, picture.sha256)) is not None:
            return known, False
        _check_room(owner, picture.stored_bytes)
        like = library_style_like(picture.perceptual_hash)
        slug = f"own-{uuid.uuid4().hex[:16]}"
        style = Style(owner=owner, state=State.PRIVATE, slug=slug, resembles=like)
        said = {"title": _next_title(owner), "rights": UNKNOWN_RIGHTS} | _given(answers)
        _say(style, owner, {"artist": _default_artist(owner, said["rights"])} | said)
        write_style(style, row_files, picture=picture)
    return style, True


def change_style(*, style: Style, answers: Answers) -> Style:
    """Change what the owner says about a private `style`. New rights make a new version.

    Raises `StyleInReview` or `StyleInLibrary`.
    """
    with transaction.atomic():
        current = _locked(style)
        _check_private(current)
        _say(current, current.owner, _given(answers))
        save_style(style=current)
    return current


def offer_style(*, style: Style, rights: str = "") -> Style:
    """Offer a private `style` to the library: curators see it now, and decide.

    The owner of an own work gives it under the license `rights`. The answers become the first row
    of the evidence. Raises `RightsNotGiven`, `StyleInLibrary`. A style in review does not change.
    """
    with transaction.atomic():
        current = _locked(style)
        if current.state == State.IN_REVIEW:
            return current
        _check_private(current)
        before = current.license
        given = rights if before == OWN_WORK else before
        _check_offered(given)
        current.license, current.state = given, State.IN_REVIEW
        current.credit_line = current.credit_line or f"offered by {_name_of(current.owner)}"
        save_style(style=current)
        Evidence.objects.create(style=current, **_first_evidence(current, before))
    return current


def take_back_style(*, style: Style) -> Style:
    """Make a `style` in review private again. The owner or a curator does this."""
    Style.objects.filter(pk=style.pk, state=State.IN_REVIEW, owner__isnull=False).update(
        state=State.PRIVATE
    )
    style.refresh_from_db()
    return style


@retry_deadlocks
@transaction.atomic
def delete_own_style(*, style: Style) -> None:
    """Delete an own `style` with its files and previews.

    Its row stays if a picture was made with it, because the picture keeps its credit. Raises
    `StyleInUse` while a job with it waits or runs, and `StyleInLibrary`.
    """
    current = _locked(style)
    if current.state not in Style.OWN_USABLE:
        raise _in_library()
    # The apps that use styles are above this one, so their rows are found from the style.
    if current.jobs.active().exists():
        raise StyleInUse(_("Pictures are still being made in this style. Cancel them first."))
    remove_files_after_commit(current.file_names)
    remove_files_after_commit(current.proof_tiles.values_list("file", flat=True))
    current.proof_tiles.all().delete()
    current.proof_sheets.clear()
    current.evidence.all().delete()
    current.favorites.all().delete()
    if current.job_styles.exists() or current.artwork_styles.exists():
        Style.objects.filter(pk=current.pk).update(**_GONE)
    else:
        Style.objects.filter(pk=current.pk).delete()
    _forget_artists(current.owner)


_GONE: Final[Mapping[str, Any]] = {
    "state": State.DELETED,
    "image": "",
    "image_sha256": "",
    "thumb": "",
    "code": "",
    "code_sha256": "",
    "code_weights": "",
    "sample": "",
    "sample_sha256": "",
    "placeholder": "",
    "palette": [],
    "perceptual_hash": "",
    "resembles": None,
    "stored_bytes": 0,
    "width": 0,
    "height": 0,
    "description": "",
    "source_url": "",
}


def library_style_like(perceptual_hash: str) -> Style | None:
    """Return the published style that shows the same artwork as the hash; None without one."""
    from style_transfer.imaging.perceptual_hash import SAME, difference

    known = Style.objects.published().exclude(perceptual_hash="")
    near = [
        (difference(perceptual_hash, other), key)
        for key, other in known.values_list("pk", "perceptual_hash")
    ]
    if not near:
        return None
    distance, nearest = min(near)
    return known.filter(pk=nearest).first() if distance <= SAME else None


def _known(owner: User, sha256: str) -> Style | None:
    """Return the style that `owner` has of this file; one that was withdrawn is of no use."""
    states = (*Style.OWN_USABLE, State.PUBLISHED)
    mine = Style.objects.owned_by(owner).filter(image_sha256=sha256, state__in=states)
    return mine.select_related("artist").order_by("created_at").first()


def own_styles_in_use(owner: User) -> QuerySet[Style]:
    """Return the styles of `owner` that count towards the limits."""
    return Style.objects.owned_by(owner).filter(state__in=Style.OWN_USABLE)


def _check_room(owner: User, more: int = 1) -> None:
    """Raise `StyleQuotaExceeded` if `owner` has no room for a style of `more` bytes."""
    mine = own_styles_in_use(owner)
    most, most_bytes = settings.STYLES_MAX_PER_USER, settings.STYLES_MAX_BYTES_PER_USER
    if mine.count() >= most:
        sentence = _("You can have up to %(most)d styles of your own. Delete one first.")
        raise StyleQuotaExceeded(sentence % {"most": most})
    stored = mine.aggregate(total=Sum("stored_bytes"))["total"] or 0
    if stored + more > most_bytes:
        sentence = _("Your own styles can use up to %(limit)s. Delete one first.")
        raise StyleQuotaExceeded(sentence % {"limit": filesizeformat(most_bytes)})


def _given(answers: Answers) -> dict[str, str]:
    """Return the answers that say something."""
    cleaned = {
        name: visible_text(value) for name, value in vars(answers).items() if value is not None
    }
    # The address of a source can be taken back. The others always have a value.
    return {name: value for name, value in cleaned.items() if value or name == "source_url"}


def _say(style: Style, owner: User | None, answers: Mapping[str, str]) -> None:
    """Write the answers into the fields of `style`."""
    names = {"title": "title", "rights": "license", "source_url": "source_url"}
    for name, field in names.items():
        if name in answers:
            setattr(style, field, answers[name])
    if "artist" in answers:
        style.artist, _made = Artist.objects.get_or_create(owner=owner, name=answers["artist"])


def _default_artist(owner: User, rights: str) -> str:
    return owner.public_name if rights == OWN_WORK else _("Unknown artist")


def _next_title(owner: User) -> str:
    number = Style.objects.owned_by(owner).count() + 1
    return _("My style %(number)d") % {"number": number}


def _locked(style: Style) -> Style:
    """Return the row of `style`, locked until the transaction ends."""
    rows = Style.objects.select_related("artist", "owner").select_for_update(of=("self",))
    return rows.get(pk=style.pk)


def _check_private(style: Style) -> None:
    if style.state == State.IN_REVIEW:
        sentence = _("Curators are looking at this style. Take the offer back to change it.")
        raise StyleInReview(sentence)
    if style.state != State.PRIVATE:
        raise _in_library()


def _in_library() -> StyleInLibrary:
    return StyleInLibrary(_("This style belongs to the library now. Only curators can change it."))


def _check_offered(rights: str) -> None:
    if rights == UNKNOWN_RIGHTS:
        raise RightsNotGiven(
            _("The library needs to know who holds the rights. Say where the picture comes from.")
        )
    if rights not in USABLE_IN_LIBRARY:
        names = ", ".join(license_name(each) for each in USABLE_IN_LIBRARY)
        sentence = _("The library needs one of these licenses: %(names)s.")
        raise RightsNotGiven(sentence % {"names": names})


def _first_evidence(style: Style, before: str) -> dict[str, Any]:
    """Return what the owner said, as the row of evidence that curators read first."""
    said = "my own work" if before == OWN_WORK else license_name(before)
    return {
        # In English, as the other evidence, because curators share it.
        "statement": (
            f"The user who put the picture in says: {said}; made by {style.artist.name}; "
            f"given to the library under {license_name(style.license)}."
        ),
        "url": style.source_url,
        "picture_sha256": style.image_sha256,
        "recorded_by": _name_of(style.owner),
    }


def _name_of(owner: User | None) -> str:
    return owner.public_name if owner else ""


def _forget_artists(owner: User | None) -> None:
    """Delete the artists that `owner` named and that no style has any more."""
    Artist.objects.filter(owner=owner, owner__isnull=False, styles__isnull=True).delete()
