"""Lineage: the artwork that another one was made like.

The studio and the API may name an artwork when a job begins. It becomes a link when the result is
kept, and the link is shown to those who may see that artwork.
"""

from gallery.access import Action, Viewer, can
from gallery.models import Artwork
from inference.models import Job


def source_of(job: Job) -> Artwork | None:
    """Return the artwork that the result of `job` was made like, locked until the commit.

    It is None if its owner cannot see that artwork now, or if no style of it was used.
    """
    if job.made_like is None:
        return None
    rows = Artwork.objects.select_for_update(of=("self",))
    used = job.job_styles.values("style")
    found = rows.filter(pk=job.made_like, artwork_styles__style__in=used).first()
    is_seen = found is not None and can(Viewer(job.owner), Action.VIEW, found)
    return found if is_seen else None


def shown_source(artwork: Artwork, viewer: Viewer) -> Artwork | None:
    """Return the artwork that `artwork` was made like, if `viewer` may see it."""
    source = artwork.made_like
    return source if source is not None and can(viewer, Action.VIEW, source) else None
