"""The credit of the result of a job: in its files, and for people who copy it."""

from collections.abc import Iterable
from dataclasses import replace

from common.passports import Provenance
from inference.files.recipes import facts_of, recipe_of
from inference.models import Job
from library.credits import Work, work_of, work_of_picture
from library.models import Style
from style_transfer.imaging.metadata.xmp import PictureCredit

# Instead of a name, for people without an account. In English, because it leaves the site.
BY_NOBODY = "Made with Styleweb"


def job_credit(job: Job) -> PictureCredit:
    """Return the credit of the result of `job`, which has no title and no license yet."""
    maker = _maker_of(job)
    # The key makes the order of equal weights stable.
    parts = job.job_styles.select_related("style__artist").order_by("-weight", "pk")
    return PictureCredit(
        title="",
        creators=(maker,) if maker else (),
        rights=copyright_of(maker) if maker else "",
        license_url="",
        credit=credit_line(maker, [part.style for part in parts]),
    )


def job_provenance(job: Job) -> Provenance:
    """Return what the files of a finished job say about its picture."""
    recipe = recipe_of(job)
    return Provenance(job_credit(job), facts_of(recipe, job.created_at.date(), job.painting))


def _maker_of(job: Job) -> str:
    """Return the name of who made the result; "" for a guest, who has no name."""
    owner = job.owner
    if owner.is_guest:
        # A sign-in may have given the job to an account since a worker took it.
        found = Job.objects.select_related("owner").filter(pk=job.pk).first()
        owner = found.owner if found else owner
    return "" if owner.is_guest else owner.public_name


def credit_line(owner: str, styles: Iterable[Style]) -> str:
    """Return who made a picture, and after what. It is in English, because it leaves the site."""
    after = "; ".join(f"{style.title}, {style.artist.name}" for style in styles)
    if not owner:
        return f"{BY_NOBODY} after {after}" if after else BY_NOBODY
    return f"{owner}, made with Styleweb after {after}" if after else owner


def job_caption(job: Job) -> list[str]:
    """Return the lines of a caption below the result of `job`."""
    parts = job.job_styles.select_related("style__artist").order_by("-weight", "pk")
    return [_maker_of(job) or BY_NOBODY, *style_lines([part.style for part in parts])]


def style_lines(styles: Iterable[Style]) -> list[str]:
    """Return a line for each style: after what a picture was made."""
    return [", ".join(filter(None, _facts(style))) for style in styles]


def _facts(style: Style) -> list[str]:
    via = f"via {style.institution}" if style.institution else ""
    name = f"after “{style.title}”"
    return [name, style.artist.name, style.date_text, work_of(style).license, via]


def copyright_of(owner: str) -> str:
    """Return the sentence about the rights to a picture without a license."""
    return f"© {owner}"


def job_works(job: Job) -> list[Work]:
    """Return the facts for the credit of the result of `job` and of its styles."""
    parts = sorted(job.job_styles.all(), key=lambda part: (-part.weight, part.pk))
    maker = _maker_of(job)
    own = work_of_picture("", maker, "")
    own = own if maker else replace(own, wording=BY_NOBODY)
    return [own, *(work_of(part.style) for part in parts)]
