"""One call that does everything: upload the photo, add the styles, and submit the job."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from functools import partial
from uuid import UUID

from accounts.models import User
from common.uploads import Readable
from inference.models import Job
from inference.services.jobs import submit_job
from inference.services.masks import MaskInUse, delete_mask, upload_mask
from inference.services.photos import PhotoInUse, delete_photo, upload_photo
from library.models import Style
from library.own_styles import Answers, StyleRefused, add_style, delete_own_style
from style_transfer.core.spec import TransferSpec

# A style of the library or of the user, or the picture of a new one.
GivenStyle = Style | Readable


def submit_transfer(
    *,
    owner: User,
    content: Readable,
    styles: Sequence[tuple[GivenStyle, float]],
    spec: TransferSpec,
    mask: Readable | None = None,
    rights: str | None = None,
    job_id: UUID | None = None,
) -> tuple[Job, bool]:
    """Submit a job for the photo in `content`; True when the job is new.

    A photo or style that the user sent before is used again, so the same request with the same
    `job_id` returns the same job. Raises what the uploads and `submit_job` raise; then the photo
    and the styles of this request are removed again.
    """
    with ExitStack() as undo:
        photo, is_new = upload_photo(owner=owner, file=content)
        if is_new:
            undo.callback(_remove, partial(delete_photo, photo=photo))
        kept = None
        if mask is not None:
            kept, is_new = upload_mask(owner=owner, photo=photo, file=mask)
            if is_new:
                undo.callback(_remove, partial(delete_mask, mask=kept))
        weighted = []
        for given, weight in styles:
            style = given
            if not isinstance(style, Style):
                style, is_new = add_style(owner=owner, file=style, answers=Answers(rights=rights))
                if is_new:
                    undo.callback(_remove, partial(delete_own_style, style=style))
            weighted.append((style, weight))
        submitted = submit_job(
            owner=owner, photo=photo, styles=weighted, spec=spec, mask=kept, job_id=job_id
        )
        undo.pop_all()
    return submitted


def _remove(delete: Callable[[], None]) -> None:
    """Delete what a refused request made, unless another request of the user uses it by now."""
    with suppress(PhotoInUse, MaskInUse, StyleRefused):
        delete()
